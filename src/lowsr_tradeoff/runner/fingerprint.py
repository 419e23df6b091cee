"""What ran: versions, sources, machine."""

import hashlib
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path

from lowsr_tradeoff.records.run import Provenance

PACKAGE = Path(__file__).parents[1]

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
        version=version("lowsr-tradeoff"),
        code=fingerprint((".",), ()),
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        libraries={name: version(name) for name in LIBRARIES},
        weights=weights,
    )


def _sources(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise FileNotFoundError(f"{path}: a step names sources that do not exist")
    found = (file for kind in ("*.py", "*.toml") for file in path.rglob(kind))
    return sorted(file for file in found if "__pycache__" not in file.parts)
