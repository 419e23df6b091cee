"""Files to samples: mono float32 in [-1, 1] at the file's own rate.

The size in a header is compared with the bytes in the file, and no memory is reserved before that.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.ffmpeg import decoding, is_ffmpegs
from lowsr_tradeoff.audio.sound_size import Repaired, Sound, check_size, find_sound
from lowsr_tradeoff.errors import DataError

BLOCK_SAMPLES = 65536
# Wider than the range of any audio converter; the limits also bound the cost of resampling.
LEAST_RATE_HZ, GREATEST_RATE_HZ = 50, 2_000_000
# Limits of a clip that is read whole: compressed silence could expand to a thousand times the memory.
LONGEST_S, MOST_SAMPLES = 3600, 2**27
# The length that a container states counts what an encoder adds around the sound.
MOST_ADDED_S = 0.2
# Tables name times with as few as three decimals.
MOST_BEHIND_END_S = 0.001


@dataclass(frozen=True)
class Excerpt:
    """A part of a recording; begin and end in seconds from its start, the begin not before it."""

    path: Path
    begin_s: float
    end_s: float


@dataclass(frozen=True)
class Opened:
    """A sound whose blocks are yet to be decoded.

    Attributes:
        rate_hz: Its rate.
        n_claimed: Samples that its header claims, 0 where it claims none.
        n_lacking: How many of these may be missing all the same.
        blocks: Samples and channels, ``(n_samples, n_channels)``.
        seek: Makes the blocks begin at a sample, which it returns; ``None`` where the decoder cannot.
    """

    rate_hz: int
    n_claimed: int
    n_lacking: int
    blocks: Iterator[NDArray[np.float32]]
    seek: Callable[[int], int] | None = None

    @property
    def most_samples(self) -> int:
        """The samples of the longest clip."""
        return min(MOST_SAMPLES, LONGEST_S * self.rate_hz)


def decode(audio: Path | Excerpt) -> tuple[Samples, int]:
    """Return the samples of a sound file or a part of one, channels averaged, ``(n_samples,)``, and its rate in Hz.

    Raises:
        DataError: The file cannot be read as audio, is cut off, or ends before the part; or it, or the part, is
            longer than an hour.
    """
    with _opened(_file_of(audio)) as sound:
        blocks = list(_samples(audio, sound, is_clip=True))
    return np.concatenate(blocks) if blocks else np.empty(0, np.float32), sound.rate_hz


def decode_blocks(audio: Path | Excerpt, *, is_clip: bool = False) -> Iterator[tuple[Samples, int]]:
    """Yield what :func:`decode` returns in blocks of at most ``BLOCK_SAMPLES``; a clip is an hour long at most.

    Raises:
        DataError: As :func:`decode`.
    """
    with _opened(_file_of(audio)) as sound:
        for block in _samples(audio, sound, is_clip=is_clip):
            yield block, sound.rate_hz


def _file_of(audio: Path | Excerpt) -> Path:
    return audio.path if isinstance(audio, Excerpt) else audio


def _samples(audio: Path | Excerpt, sound: Opened, *, is_clip: bool) -> Iterator[Samples]:
    return _excerpt(audio, sound) if isinstance(audio, Excerpt) else _mono(audio, sound, is_clip=is_clip)


@contextmanager
def _opened(path: Path) -> Iterator[Opened]:
    try:
        if sound := find_sound(path):
            check_size(path, sound)
        with _by_ffmpeg(path) if _is_for_ffmpeg(path) else _by_libsndfile(path, sound) as opened:
            if not LEAST_RATE_HZ <= opened.rate_hz <= GREATEST_RATE_HZ:
                claim = f"claims to be sampled at {opened.rate_hz} Hz, which no recorder does"
                raise DataError(f"{path}: {claim}; save it again")
            yield opened
    # soundfile raises TypeError for a file without a header (.raw), Python ValueError for a zero byte in a path.
    except (soundfile.LibsndfileError, OSError, TypeError, ValueError) as error:
        why = getattr(error, "error_string", error) or "damaged"
        raise DataError(f"{path}: cannot be read as audio ({why}); convert it to WAV, FLAC or OGG") from error


def _is_for_ffmpeg(path: Path) -> bool:
    """Whether FFmpeg decodes the file: its format, or its codec in a Core Audio file, is none of libsndfile's."""
    if not is_ffmpegs(path):
        return False
    try:
        soundfile.SoundFile(path).close()
    except soundfile.LibsndfileError:
        return True
    return False


@contextmanager
def _by_libsndfile(path: Path, sound: Sound | None) -> Iterator[Opened]:
    with ExitStack() as stack:
        is_repaired = sound is not None and sound.is_open_ended
        source = stack.enter_context(Repaired(path, sound)) if sound and is_repaired else path
        file = stack.enter_context(soundfile.SoundFile(source))
        seek = file.seek if file.seekable() else None
        yield Opened(int(file.samplerate), file.frames, 0, _read_blocks(file), seek)


def _read_blocks(file: soundfile.SoundFile) -> Iterator[NDArray[np.float32]]:
    while len(block := file.read(BLOCK_SAMPLES, dtype="float32", always_2d=True)):
        yield block


@contextmanager
def _by_ffmpeg(path: Path) -> Iterator[Opened]:
    with decoding(path, BLOCK_SAMPLES) as found:
        n_claimed = round(found.claimed_s * found.rate_hz)
        yield Opened(found.rate_hz, n_claimed, round(MOST_ADDED_S * found.rate_hz), found.blocks)


def _excerpt(excerpt: Excerpt, sound: Opened) -> Iterator[Samples]:
    """Yield the samples of an excerpt; where the decoder can seek, only blocks that hold some are decoded."""
    begin, end = (round(at_s * sound.rate_hz) for at_s in (excerpt.begin_s, excerpt.end_s))
    if end - begin > sound.most_samples:
        raise _too_long(excerpt.path, f"{excerpt.end_s - excerpt.begin_s:.0f} s long", sound)
    at = 0
    if sound.seek:
        _check_end(excerpt, end, sound.n_claimed, sound.rate_hz)
        end, at = min(end, sound.n_claimed), sound.seek(begin)
    for block in _mono(excerpt.path, sound, is_clip=False, n_before=at):
        if (part := block[max(0, begin - at) : max(0, end - at)]).size:
            yield part
        at += len(block)
        # Other decoders are read to the end: their process ends with it.
        if sound.seek and at >= end:
            return
    _check_end(excerpt, end, at, sound.rate_hz)


def _check_end(excerpt: Excerpt, end: int, n_samples: int, rate_hz: int) -> None:
    if end > n_samples + MOST_BEHIND_END_S * rate_hz:
        part = f"the part from {excerpt.begin_s} s to {excerpt.end_s} s"
        raise DataError(f"{excerpt.path}: ends at {n_samples / rate_hz:.3f} s, before {part}; correct its times")


def _mono(path: Path, sound: Opened, *, is_clip: bool, n_before: int = 0) -> Iterator[Samples]:
    """Yield blocks until the samples end, then compare their number, with those before, with the header's."""
    n_samples = n_before
    if is_clip and sound.n_claimed > sound.most_samples:
        raise _too_long(path, f"{sound.n_claimed / sound.rate_hz:.0f} s long", sound)
    for block in sound.blocks:
        n_samples += len(block)
        if is_clip and n_samples > sound.most_samples:
            raise _too_long(path, "longer than it claims", sound)
        # Opposite infinities have no mean; inspection reports such a file.
        with np.errstate(invalid="ignore"):
            yield np.ascontiguousarray(block[:, 0]) if block.shape[1] == 1 else block.mean(axis=1)
    if n_samples + sound.n_lacking < sound.n_claimed:
        raise DataError(
            f"{path}: is cut off: its header promises {sound.n_claimed} samples, {n_samples} are there; "
            "copy it again"
        )


def _too_long(path: Path, is_what: str, sound: Opened) -> DataError:
    most_s = sound.most_samples // sound.rate_hz
    return DataError(f"{path}: is {is_what}, too long for a clip; cut it into clips of at most {most_s} s")
