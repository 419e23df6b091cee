"""Processor, threads, memory and GPU of this machine."""

import os
import platform
import re
import sys
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
# Read by OpenMP, OpenBLAS and MKL as they are loaded. Parallelism is across steps: threads of two processes that
# wait for each other on two cores halve the speed of both.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

# What libraries of int8 networks choose between, in the words of /proc/cpuinfo: on x86, then on ARM.
INSTRUCTIONS = (
    *("avx", "avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8"),
    *("asimd", "asimddp", "i8mm", "sve", "sve2"),
)
# CTranslate2, oneDNN and MKL choose by these too: the environment variables in their documentation.
CHOSEN_BY = ("CT2_FORCE_CPU_ISA", "CT2_USE_MKL", "ONEDNN_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS", "MKL_CBWR")


def cpu_name() -> str:
    """Return the processor's name, or the architecture where the system does not tell."""
    return _cpu_info("model name") or platform.machine()


def instructions() -> str:
    """Return what the last digits of an int8 network depend on: the processor's maker and instructions.

    What limits them by an environment variable is named too.
    """
    maker = _cpu_info("vendor_id") or _cpu_info("CPU implementer") or platform.machine()
    offered = (_cpu_info("flags") or _cpu_info("Features")).split()
    chosen = (f"{name}={os.environ[name]}" for name in CHOSEN_BY if name in os.environ)
    return " ".join([maker, *(each for each in INSTRUCTIONS if each in offered), *chosen])


def gpu_name() -> str | None:
    """Return the name of the GPU that PyTorch computes on, or ``None`` where it finds none."""
    import torch  # noqa: PLC0415 - seconds, for who asks

    return torch.cuda.get_device_name() if torch.cuda.is_available() else None


def why_no_gpu() -> str | None:
    """Return why this machine cannot compute on a GPU, and the remedy; ``None`` where it can."""
    import torch  # noqa: PLC0415 - see gpu_name

    if torch.cuda.is_available():
        return None
    build = f"made for CUDA {torch.version.cuda}" if torch.version.cuda else "made without CUDA"
    return (
        f'device_type = "cuda": PyTorch {torch.__version__}, {build}, finds no GPU on this machine; install a '
        "driver and a PyTorch that fit, run on a machine that has one, or take --device-type cpu"
    )


def memory_gb() -> float:
    """Return the machine's memory in GB."""
    if sys.platform == "win32":
        return 0.0
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)


def available_gb() -> float:
    """Return the memory in GB that this process may still take: what is free, within the limit of its group.

    File pages that nobody holds count as free (Linux, control groups, version 2: memory.stat).
    """
    free_gb = _kernel_figure(Path("/proc/meminfo"), "MemAvailable:", 1024) or memory_gb()
    limit_gb = _kernel_figure(CGROUP / "memory.max")
    used_gb = _kernel_figure(CGROUP / "memory.current")
    if limit_gb is None or used_gb is None:
        return free_gb
    idle_gb = _kernel_figure(CGROUP / "memory.stat", "inactive_file") or 0.0
    return max(0.0, min(free_gb, limit_gb - used_gb + idle_gb))


def n_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cpu_info(name: str) -> str:
    """What the kernel says of the first processor; nothing where it does not."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.split(":", 1)[0].strip() == name), "")


def _kernel_figure(path: Path, name: str = "", unit_bytes: int = 1) -> float | None:
    """The number in GB after a name in a file of the kernel; ``None`` where there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(rf"^{name}\s*(\d+)", text, re.MULTILINE)
    return int(found[1]) * unit_bytes / 1e9 if found else None
