"""Processor, threads, memory and GPU of this machine."""

import math
import os
import platform
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

CGROUP, OWN_GROUPS = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
# Limit, use, and what of the use nobody holds: of control groups, version 2 and version 1.
MEMORY_FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
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
    """Return the memory in GB that this process may still take: what is free, within the limits of its groups.

    File pages that nobody holds count as free (Linux, control groups, both versions: memory.stat).
    """
    free_gb = _kernel_figure(Path("/proc/meminfo"), "MemAvailable:", 1024) or memory_gb()
    left_gb = [left for folder in _groups("memory") if (left := _left_gb(folder)) is not None]
    return max(0.0, min([free_gb, *left_gb]))


def n_cores() -> int:
    """Return how many processes this process may run at once: its cores, within the quota of its groups."""
    quota = cpu_quota()
    return n_own_cores() if quota is None else max(1, min(n_own_cores(), math.ceil(quota)))


def n_own_cores() -> int:
    """Return how many cores this process may run on, whatever share of their time is its own."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cpu_info(name: str) -> str:
    """What the kernel says of the first processor; nothing where it does not."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.split(":", 1)[1].strip() for line in lines if line.split(":", 1)[0].strip() == name), "")


def cpu_quota() -> float | None:
    """Return how many processors' time this process may take, or ``None`` where its groups do not limit it."""
    quotas = [quota for folder in _groups("cpu") if (quota := _quota(folder))]
    return min(quotas, default=None)


def _groups(controller: str) -> Iterator[Path]:
    """The folders of this process's control groups and of those around them, of version 2 and of version 1.

    In a container the path of the group may be that outside; its limits are then at the root of what is mounted.
    """
    try:
        lines = OWN_GROUPS.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    for _, names, path in (line.split(":", 2) for line in lines if line.count(":") > 1):
        if names and controller not in names.split(","):
            continue
        root = CGROUP / controller if names else CGROUP
        own = root / path.strip("/")
        yield from (own, *(folder for folder in own.parents if folder.is_relative_to(root)))


def _quota(folder: Path) -> float | None:
    """Processors' time that a group may take, or ``None`` where it is not limited."""
    with suppress(OSError, ValueError, ZeroDivisionError):
        if (folder / "cpu.max").is_file():
            quota, period = (folder / "cpu.max").read_text(encoding="utf-8").split()
        else:
            files = (folder / "cpu.cfs_quota_us", folder / "cpu.cfs_period_us")
            quota, period = (file.read_text(encoding="utf-8").strip() for file in files)
        return float(quota) / float(period) if quota not in {"max", "-1"} else None
    return None


def _left_gb(folder: Path) -> float | None:
    """Memory that a group may still take, or ``None`` where it is not limited."""
    for limit, used, idle in MEMORY_FILES:
        limit_gb, used_gb = _kernel_figure(folder / limit), _kernel_figure(folder / used)
        if limit_gb is not None and used_gb is not None:
            return limit_gb - used_gb + (_kernel_figure(folder / "memory.stat", idle) or 0.0)
    return None


def _kernel_figure(path: Path, name: str = "", unit_bytes: int = 1) -> float | None:
    """The number in GB after a name in a file of the kernel; ``None`` where there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(rf"^{name}\s*(\d+)", text, re.MULTILINE)
    return int(found[1]) * unit_bytes / 1e9 if found else None
