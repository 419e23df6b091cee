"""Files to samples: mono float32 in [-1, 1] at the file's own rate."""

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from lowsr_tradeoff.errors import DataError


def decode(path: Path) -> tuple[NDArray[np.float32], int]:
    """Return the samples of an audio file, channels averaged, and its rate in Hz.

    Args:
        path: A WAV, FLAC or OGG file, at any rate, with any number of channels.

    Shape:
        ``(n_samples,)``.

    Raises:
        DataError: The file cannot be read as audio.
    """
    try:
        samples, source_rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise DataError(f"{path}: cannot be read as audio ({error}); convert it to WAV, FLAC or OGG") from error
    mono: NDArray[np.float32] = samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1)
    return np.ascontiguousarray(mono), int(source_rate_hz)
