"""The main job as a user starts it: wall time of the first run, of the same command again, and of --help.

    python benchmarks/main_job.py

There is no peer that does the whole job, so the figures come with the machine's name; the second line is a ratio of
the two runs. Memory is the proportional set size (Linux) of the command and its workers together, sampled.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lowsr_tradeoff.runner.machine import cpu_name, n_cores

COMMAND = (sys.executable, "-m", "lowsr_tradeoff")
RATES = ("--rates", "500,1000,2000,4000")
SAMPLE_S = 0.5


def timed(*arguments: str) -> tuple[float, float]:
    """Return wall time in s and the largest memory seen in GB."""
    start, peak_gb = time.perf_counter(), 0.0
    process = subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None:
        peak_gb = max(peak_gb, sum(map(memory_gb, family(process.pid))))
        time.sleep(SAMPLE_S if peak_gb else 0.01)
    if process.returncode:
        sys.exit(f"{' '.join(arguments)}: exit code {process.returncode}")
    return time.perf_counter() - start, peak_gb


def family(pid: int) -> list[int]:
    """Return a process and its descendants."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in family(int(child)))]


def memory_gb(pid: int) -> float:
    """Return the proportional set size of a process, 0 once it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1e6


def main() -> None:
    """Time the three and print them."""
    with tempfile.TemporaryDirectory() as folder:
        job = (*RATES, "--out", f"{folder}/run")
        first_s, peak_gb = timed(*job)
        again_s, _ = timed(*job)
    help_s, _ = timed("--help")
    print(f"first run {first_s:.0f} s, {peak_gb:.2f} GB, on {cpu_name()}, {n_cores()} cores")
    print(f"the same again {again_s:.1f} s: 1/{first_s / again_s:.0f} of it")
    print(f"--help {help_s:.2f} s")


if __name__ == "__main__":
    main()
