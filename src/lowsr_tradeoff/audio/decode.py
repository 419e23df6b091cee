"""Files to samples: mono float32 in [-1, 1] at the file's own rate."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from lowsr_tradeoff.errors import DataError

Samples = NDArray[np.float32]

BLOCK_SAMPLES = 65536


def decode(path: Path) -> tuple[Samples, int]:
    """Return the samples of an audio file, channels averaged, and its rate in Hz.

    Args:
        path: A WAV, FLAC or OGG file, at any rate, with any number of channels.

    Shape:
        ``(n_samples,)``.

    Raises:
        DataError: The file cannot be read as audio.
    """
    with _opened(path) as file:
        return _mono(file.read(dtype="float32", always_2d=True)), int(file.samplerate)


def decode_blocks(path: Path) -> Iterator[tuple[Samples, int]]:
    """Yield what :func:`decode` returns in blocks, so that a file of any length takes little memory.

    Shape:
        ``(BLOCK_SAMPLES,)``, the last one shorter; nothing for a file without samples.

    Raises:
        DataError: The file cannot be read as audio.
    """
    with _opened(path) as file:
        for block in file.blocks(BLOCK_SAMPLES, dtype="float32", always_2d=True):
            yield _mono(block), int(file.samplerate)


@contextmanager
def _opened(path: Path) -> Iterator[soundfile.SoundFile]:
    try:
        with soundfile.SoundFile(path) as file:
            yield file
    # TypeError is what soundfile says of a file without a header (.raw).
    except (soundfile.LibsndfileError, OSError, TypeError) as error:
        why = getattr(error, "error_string", error)
        raise DataError(f"{path}: cannot be read as audio ({why}); convert it to WAV, FLAC or OGG") from error


def _mono(samples: Samples) -> Samples:
    if samples.shape[1] == 1:
        return np.ascontiguousarray(samples[:, 0])
    # Opposite infinities have no mean; inspection reports such a file.
    with np.errstate(invalid="ignore"):
        mean: Samples = samples.mean(axis=1)
    return mean
