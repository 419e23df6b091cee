"""How many threads the numeric libraries of a process start: one, since parallelism is across steps.

Threads of two processes that wait for each other on two cores halve the speed of both.
"""

# Read by OpenMP, OpenBLAS and MKL as they are loaded.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
