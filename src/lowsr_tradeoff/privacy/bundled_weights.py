"""Weights in the wheels of other packages, found without importing these, and checked before use."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from lowsr_tradeoff.errors import DataError, MissingResourceError
from lowsr_tradeoff.files.reading import sha256_of

# The files of moonshine-voice 0.0.49, by name; later wheels hold no weights.
MOONSHINE = {
    "encoder_model.ort": "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
    "decoder_model_merged.ort": "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
    "tokenizer.bin": "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
}


def speaker_encoder() -> Path:
    """Return the file of Resemblyzer's weights, its content checked. Raises as :func:`bundled_file`."""
    sha256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
    return bundled_file("resemblyzer", "pretrained.pt", sha256)


def speech_detector() -> Path:
    """Return the file of Silero's weights, its content checked. Raises as :func:`bundled_file`."""
    sha256 = "e1122837f4154c511485fe0b9c64455f7b929c96fbb8d79fbdb336383ebd3720"
    return bundled_file("silero_vad", "data/silero_vad.jit", sha256)


def moonshine() -> dict[str, Path]:
    """Return the files of Moonshine tiny by name, their content checked. Raises as :func:`bundled_file`."""
    return {name: bundled_file("moonshine_voice", f"assets/tiny-en/{name}", MOONSHINE[name]) for name in MOONSHINE}


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
