"""Device of the networks: the CPU, or a GPU with repeatable results.

A GPU adds in another order than a CPU, so results differ in the last digits, and training amplifies this. The
device is therefore a setting of every step that runs a network. Random numbers are drawn on the CPU for both.
Reference: PyTorch, "Reproducibility", for what makes CUDA repeat its results.
"""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from lowsr_tradeoff.errors import MissingResourceError
from lowsr_tradeoff.runner.machine import gpu_name, why_no_gpu
from lowsr_tradeoff.settings.groups import DeviceType

# cuBLAS reads it at its first product; without it, products may differ each time.
WORKSPACE = ("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
# CUDA adds these gradients in any order, and torch warns. Here every value gets one addend: pools do not overlap.
ONE_ADDEND = r"adaptive_(avg|max)_pool2d_backward_cuda does not have a deterministic implementation"


def gpu_named(device_type: DeviceType) -> dict[str, str]:
    """Return the GPU's name for the record of a step's result; empty on a CPU."""
    name = gpu_name() if device_type == "cuda" else None
    return {} if name is None else {"gpu": name}


@contextmanager
def repeatable(device_type: DeviceType) -> Iterator[None]:
    """Make a GPU compute in full float32 and deterministically, and restore all settings afterwards.

    Raises:
        MissingResourceError: There is no GPU.
    """
    if device_type != "cuda":
        yield
        return
    if missing := why_no_gpu():
        raise MissingResourceError(missing)
    os.environ.setdefault(*WORKSPACE)
    with (
        _deterministic(),
        _products_as_they_are(),
        torch.backends.cudnn.flags(
            enabled=True, benchmark=False, deterministic=True, allow_tf32=False, fp32_precision="ieee"
        ),
        warnings.catch_warnings(),
    ):
        warnings.filterwarnings("ignore", message=ONE_ADDEND)
        try:
            yield
        finally:
            # Another process may need the memory that this one would keep for its next step.
            torch.cuda.empty_cache()


@contextmanager
def _deterministic() -> Iterator[None]:
    """An operation without a deterministic kernel warns and continues: a less repeatable figure beats none."""
    before = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(mode=True, warn_only=True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before[0], warn_only=before[1])


@contextmanager
def _products_as_they_are() -> Iterator[None]:
    """Matrix products in float32, and attention from them: its memory-saving kernel does not repeat gradients."""
    precision = torch.get_float32_matmul_precision()
    is_saving = torch.backends.cuda.mem_efficient_sdp_enabled()  # type: ignore[no-untyped-call]
    torch.set_float32_matmul_precision("highest")
    torch.backends.cuda.enable_mem_efficient_sdp(enabled=False)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(precision)
        torch.backends.cuda.enable_mem_efficient_sdp(enabled=is_saving)
