"""Whether this machine has all that a run needs, and the remedy for what is missing."""

import importlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from lowsr_tradeoff.errors import LowsrError
from lowsr_tradeoff.privacy import stage as privacy
from lowsr_tradeoff.privacy.attackers.recognisers import why_no_moonshine
from lowsr_tradeoff.privacy.signal.intelligibility import NO_PESQ
from lowsr_tradeoff.runner import machine
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.study.plan import open_study

# Import names of libraries with compiled parts, which can be installed and still fail to load.
COMPILED = (
    *("numpy", "scipy", "soundfile", "soxr", "av", "torch", "torchaudio"),
    *("ctranslate2", "faster_whisper", "onnxruntime"),
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "firefox")
# The default run with two processes takes 1.2 GB, 300 utterances of 11 s 2.5 GB (benchmarks/real_sizes.py); a run
# leaves 75 MB.
MEMORY_GB_PER_JOB = 0.8
DISK_GB = 0.5


@dataclass(frozen=True)
class Check:
    """One thing that was checked.

    Attributes:
        what: Its name.
        detail: What was found; if it is missing, also the remedy.
        is_ok: Whether a run can use it.
        is_needed: Whether every run needs it.
    """

    what: str
    detail: str
    is_ok: bool = True
    is_needed: bool = True


def examine(out: Path = Path("lowsr-run")) -> tuple[Check, ...]:
    """Return what was found of machine, disk, libraries, GPU, weights, embedded corpora and browser."""
    return (
        Check("cores", _cores()),
        _memory(machine.available_gb(), machine.n_cores()),
        *_disk(out),
        *(_check(name, partial(_version, name)) for name in COMPILED),
        _pesq(),
        _check("GPU", _gpu),
        _check("recognisers' weights", _weights),
        _moonshine(),
        Check("int8 instructions", machine.instructions()),
        _check("embedded corpora", _corpora),
        _browser(),
    )


def _cores() -> str:
    quota = machine.cpu_quota()
    limit = f" of {machine.n_own_cores()}, limited to the time of {quota:g}" if quota is not None else ""
    return f"{machine.n_cores()}{limit}, {machine.cpu_name()}"


def _memory(free_gb: float, n_jobs: int) -> Check:
    found = f"{free_gb:.1f} GB free"
    n_fit = int(free_gb / MEMORY_GB_PER_JOB)
    if n_fit >= n_jobs:
        return Check("memory", found)
    if n_fit:
        fits = f"{found}, too little for {n_jobs} processes; run with --jobs {n_fit}"
        return Check("memory", fits, is_ok=False, is_needed=False)
    return Check("memory", f"{found}, a run takes {MEMORY_GB_PER_JOB:g} GB; end other programs", is_ok=False)


def _disk(out: Path) -> Iterator[Check]:
    """Free space where the folder is or will be, and whether it can be written."""
    there = next(folder for folder in (out.absolute(), *out.absolute().parents) if folder.exists())
    free_gb = shutil.disk_usage(there).free / 1e9
    found = f"{free_gb:.1f} GB free in {there}"
    is_enough = free_gb >= DISK_GB
    short = "" if is_enough else f", a run wants {DISK_GB:g} GB; make room or choose another --out"
    yield Check("disk", f"{found}{short}", is_ok=is_enough)
    try:
        with tempfile.TemporaryFile(dir=there):
            yield Check("folder", f"{there} can be written")
    except OSError as error:
        remedy = "allow writing or choose another --out"
        yield Check("folder", f"{there} cannot be written ({error.strerror}); {remedy}", is_ok=False)


def _check(what: str, find: Callable[[], str]) -> Check:
    try:
        return Check(what, find())
    except LowsrError as error:
        return Check(what, str(error), is_ok=False)
    except (ImportError, OSError) as error:
        return Check(what, f"{error}; install lowsr-tradeoff again, with all it needs: uv sync", is_ok=False)


def _version(name: str) -> str:
    importlib.import_module(name)
    return version(name.replace("_", "-"))


def _pesq() -> Check:
    found = _check("PESQ", partial(_version, "pesq"))
    if found.is_ok:
        return found
    missing = f"{NO_PESQ}; a run does without, and its page says so"
    return Check("PESQ", missing, is_ok=False, is_needed=False)


def _gpu() -> str:
    return machine.gpu_name() or "none that PyTorch finds; a run does without, --device-type cuda needs one"


def _weights() -> str:
    return ", ".join(f"{name} sha256 {digest[:12]}…" for name, digest in privacy.weights(StudyConfig()).items())


def _moonshine() -> Check:
    """A run does without, and lists it as not tested."""
    reason = why_no_moonshine()
    found = "found" if reason is None else f"not tested: {reason}"
    return Check("Moonshine", found, is_ok=reason is None, is_needed=False)


def _corpora() -> str:
    with tempfile.TemporaryDirectory() as folder:
        study = open_study(StudyConfig(), Path(folder))
    return f"{study.events.summary.n_clips} events, {study.speech.summary.n_clips} utterances"


def _browser() -> Check:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return Check("browser", found, is_needed=False)
    missing = "none found; a run does without, the report opens in any, on any machine: apt-get install chromium"
    return Check("browser", missing, is_ok=False, is_needed=False)
