"""Files to samples: mono float32 in [-1, 1] at the file's own rate.

The size in a header is compared with the bytes in the file, and no memory is reserved before that.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.errors import DataError

BLOCK_SAMPLES = 65536
# Wider than the range of any audio converter; the limits also bound the cost of resampling.
LEAST_RATE_HZ, GREATEST_RATE_HZ = 50, 2_000_000
# Limits of a clip that is read whole: compressed silence could expand to a thousand times the memory.
LONGEST_S, MOST_SAMPLES = 3600, 2**27
# A chunk of a RIFF file begins with its name and its size in bytes. A few chunks come before the sound.
CHUNK_HEAD_BYTES, MOST_CHUNKS = 8, 1000


def decode(path: Path) -> tuple[Samples, int]:
    """Return the samples of a WAV, FLAC or OGG file, channels averaged, ``(n_samples,)``, and its rate in Hz.

    Raises:
        DataError: The file cannot be read as audio, is cut off, or is longer than an hour.
    """
    with _opened(path) as file:
        rate_hz = int(file.samplerate)
        check_length(path, file.frames, rate_hz)
        blocks = list(_blocks(path, file))
    return np.concatenate(blocks) if blocks else np.empty(0, np.float32), rate_hz


def decode_blocks(path: Path) -> Iterator[tuple[Samples, int]]:
    """Yield what :func:`decode` returns in blocks of ``BLOCK_SAMPLES``, for files of any length.

    Raises:
        DataError: The file cannot be read as audio, or is cut off.
    """
    with _opened(path) as file:
        for block in _blocks(path, file):
            yield block, int(file.samplerate)


def check_length(path: Path, n_samples: int, rate_hz: int) -> None:
    """Raise ``DataError`` for a sound that is too long to be read whole."""
    if n_samples > min(MOST_SAMPLES, LONGEST_S * rate_hz):
        raise DataError(
            f"{path}: is {n_samples / rate_hz:.0f} s long ({n_samples} samples), too long for a clip; cut it into "
            f"clips of at most {min(LONGEST_S, MOST_SAMPLES // rate_hz)} s"
        )


@contextmanager
def _opened(path: Path) -> Iterator[soundfile.SoundFile]:
    try:
        _check_size(path)
        with soundfile.SoundFile(path) as file:
            if not LEAST_RATE_HZ <= file.samplerate <= GREATEST_RATE_HZ:
                claim = f"claims to be sampled at {file.samplerate} Hz, which no recorder does"
                raise DataError(f"{path}: {claim}; save it again")
            yield file
    # soundfile raises TypeError for a file without a header (.raw), Python ValueError for a zero byte in a path.
    except (soundfile.LibsndfileError, OSError, TypeError, ValueError) as error:
        why = getattr(error, "error_string", error) or "damaged"
        raise DataError(f"{path}: cannot be read as audio ({why}); convert it to WAV, FLAC or OGG") from error


def _check_size(path: Path) -> None:
    """Refuse a WAV that is cut off: libsndfile would read the rest of it without an error."""
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE":
            return
        n_bytes = path.stat().st_size
        for _ in range(MOST_CHUNKS):
            head = file.read(CHUNK_HEAD_BYTES)
            promised = int.from_bytes(head[4:], "little")
            if head[:4] == b"data" and promised > n_bytes - file.tell():
                raise DataError(
                    f"{path}: is cut off: its header promises {promised} bytes of sound and "
                    f"{n_bytes - file.tell()} are there; copy it again, or convert it to FLAC"
                )
            # Chunks begin at even places.
            file.seek(promised + promised % 2, 1)


def _blocks(path: Path, file: soundfile.SoundFile) -> Iterator[Samples]:
    """Yield blocks until the samples end, then compare their number with the header's."""
    n_samples = 0
    while len(block := file.read(BLOCK_SAMPLES, dtype="float32", always_2d=True)):
        n_samples += len(block)
        # Opposite infinities have no mean; inspection reports such a file.
        with np.errstate(invalid="ignore"):
            mono = np.ascontiguousarray(block[:, 0]) if block.shape[1] == 1 else block.mean(axis=1)
        yield mono
    if n_samples < file.frames:
        raise DataError(
            f"{path}: is cut off: its header promises {file.frames} samples, {n_samples} are there; copy it again"
        )
