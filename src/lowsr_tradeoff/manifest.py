"""What ran: versions, sources, machine."""

import hashlib
import os
import platform
import re
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

from lowsr_tradeoff import __version__
from lowsr_tradeoff.records import Provenance

PACKAGE = Path(__file__).parent
CGROUP = Path("/sys/fs/cgroup")

# The libraries whose version can change a figure.
LIBRARIES = (
    "ctranslate2",
    "faster-whisper",
    "jiwer",
    "numpy",
    "openai-whisper",
    "pesq",
    "pystoi",
    "resemblyzer",
    "scipy",
    "silero-vad",
    "soundfile",
    "soxr",
    "tokenizers",
    "torch",
    "torchaudio",
)


@cache
def fingerprint(rooms: tuple[str, ...], libraries: tuple[str, ...]) -> str:
    """Return a hash of the sources of some rooms and the versions of some libraries.

    It enters every step's key, so that an edited function never answers with a result of the old one.

    Args:
        rooms: Module or package paths below the package: ``"audio"``, ``"classify/features.py"``.
        libraries: Distribution names.
    """
    digest = hashlib.blake2b(digest_size=16)
    for room in rooms:
        for file in _sources(PACKAGE / room):
            digest.update(file.relative_to(PACKAGE).as_posix().encode())
            digest.update(file.read_bytes())
    for name in libraries:
        digest.update(f"{name}=={version(name)}".encode())
    digest.update(platform.machine().encode())
    return digest.hexdigest()


def provenance(weights: dict[str, str]) -> Provenance:
    """Return what produced the figures: versions, source hash, weight hashes by name."""
    return Provenance(
        version=__version__,
        code=fingerprint((".",), ()),
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        libraries={name: version(name) for name in LIBRARIES},
        weights=weights,
    )


def cpu_name() -> str:
    """Return the processor's name, or the architecture where the system does not tell."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


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


def _kernel_figure(path: Path, name: str = "", unit_bytes: int = 1) -> float | None:
    """The number after a name in a file of the kernel's, in GB; ``None`` where there is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(rf"^{name}\s*(\d+)", text, re.MULTILINE)
    return int(found[1]) * unit_bytes / 1e9 if found else None


def _sources(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise FileNotFoundError(f"{path}: a step names sources that do not exist")
    found = (file for kind in ("*.py", "*.toml") for file in path.rglob(kind))
    return sorted(file for file in found if "__pycache__" not in file.parts)
