"""What this machine's processor and memory allow at most, measured in the run that is compared with it.

    OMP_NUM_THREADS=1 python benchmarks/bounds.py

The bound of a work is the longer of two times: its multiply-accumulates over the peak of one core (the fastest of
several float32 matrix products by torch and by numpy), and its bytes over the bandwidth of one core (the fastest of
several copies of 128 MB, bytes read and written both counted). All is in processor time, which other work on the
machine moves least. Integer instructions can pass the float32 peak: where a recogniser computes in int8, the bound
is that of the same network in float32.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from lowsr_tradeoff.runner.machine import cpu_name

SIDE, COPIED_BYTES, N_PASSES = 512, 128_000_000, 20


@dataclass(frozen=True)
class Core:
    """What one core reaches."""

    macs_per_s: float
    bytes_per_s: float

    def __str__(self) -> str:
        peak, bandwidth = self.macs_per_s / 1e9, self.bytes_per_s / 1e9
        return f"one core of {cpu_name()}: {peak:.1f} G multiply-accumulates/s, {bandwidth:.1f} GB/s copied"

    def bound_s(self, macs: float, n_bytes: float) -> float:
        """Return the least time of a work in s.

        >>> Core(1e9, 1e10).bound_s(2e9, 1e9)
        2.0
        """
        return max(macs / self.macs_per_s, n_bytes / self.bytes_per_s)

    def beside(self, took_s: float, macs: float, n_bytes: float) -> str:
        """Return in words the bound of a work, which limit it is of, and how much of it is reached."""
        bound_s = self.bound_s(macs, n_bytes)
        of = "multiply-accumulates" if macs / self.macs_per_s >= n_bytes / self.bytes_per_s else "bytes"
        what = f"{macs / 1e9:.3g} G multiply-accumulates, {n_bytes / 1e9:.3g} GB"
        return f"bound {bound_s:.3g} s by {of} ({what}): {100 * bound_s / took_s:.2g} % of it reached"


def core() -> Core:
    """Return what one core of this machine reaches now."""
    torch.set_num_threads(1)
    left, right, product = torch.randn(SIDE, SIDE), torch.randn(SIDE, SIDE), torch.empty(SIDE, SIDE)
    source, target = np.ones(COPIED_BYTES, np.uint8), np.ones(COPIED_BYTES, np.uint8)
    a, b, out = (matrix.numpy() for matrix in (left, right, product))
    product_s = min(
        processor_s(lambda: torch.mm(left, right, out=product)),
        processor_s(lambda: np.matmul(a, b, out=out)),
    )
    copy_s = processor_s(lambda: np.copyto(target, source))
    return Core(SIDE**3 / product_s, 2 * COPIED_BYTES / copy_s)


def processor_s(work: Callable[[], object], n_passes: int = N_PASSES) -> float:
    """Return the least processor time of several passes in s."""
    passes = []
    for _ in range(n_passes):
        start = time.process_time()
        work()
        passes.append(time.process_time() - start)
    return min(passes)


if __name__ == "__main__":
    print(core())
