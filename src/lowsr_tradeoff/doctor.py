"""Whether this machine has all that a run needs."""

import importlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from lowsr_tradeoff import manifest
from lowsr_tradeoff.config import StudyConfig
from lowsr_tradeoff.errors import LowsrError
from lowsr_tradeoff.privacy import protocol as privacy
from lowsr_tradeoff.study import open_study

# Import names of the libraries that come with compiled parts, and so can be installed and still not load.
COMPILED = ("numpy", "scipy", "soundfile", "soxr", "torch", "torchaudio", "ctranslate2", "faster_whisper", "pesq")


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    what: str
    detail: str
    is_ok: bool = True


def examine() -> tuple[Finding, ...]:
    """Return what was found of machine, libraries, weights and embedded corpora."""
    return (
        Finding("machine", f"{manifest.cpu_name()}, {manifest.n_cores()} cores, {manifest.memory_gb()} GB"),
        *(_look(name, partial(_load, name)) for name in COMPILED),
        _look("Whisper weights", _weights),
        _look("embedded corpora", _corpora),
    )


def _look(what: str, find: Callable[[], str]) -> Finding:
    try:
        return Finding(what, find())
    except (LowsrError, ImportError, OSError) as error:
        return Finding(what, str(error), is_ok=False)


def _load(name: str) -> str:
    importlib.import_module(name)
    return version(name.replace("_", "-"))


def _weights() -> str:
    return ", ".join(f"{name} sha256 {digest[:12]}…" for name, digest in privacy.weights(StudyConfig()).items())


def _corpora() -> str:
    with tempfile.TemporaryDirectory() as folder:
        study = open_study(StudyConfig(), Path(folder))
    return f"{study.events.summary.n_clips} events, {study.speech.summary.n_clips} utterances"
