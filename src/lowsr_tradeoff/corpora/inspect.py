"""What audio files hold, and why some cannot be used, before any work.

Each file, or part of one, is decoded once, in blocks. Results are stored by a hash of bytes and part.
"""

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from lowsr_tradeoff.audio.decode import Excerpt, decode_blocks
from lowsr_tradeoff.audio.sound_size import find_sound
from lowsr_tradeoff.errors import DataError, StageError
from lowsr_tradeoff.files.reading import sha256_of
from lowsr_tradeoff.files.writing import digest_of, seal, unseal, write_atomic
from lowsr_tradeoff.records.base import Record
from lowsr_tradeoff.runner.fingerprint import code_of

# Twice full scale: more than a lossy codec overshoots, less than any file that is scaled to integers.
HIGHEST_PEAK = 2.0
# The largest code of 16 bits is 1 - 2 ** -15.
FULL_SCALE = 1 - 2**-14


class AudioInfo(Record):
    """What a usable file, or a part of one, holds.

    Attributes:
        digest: Hash of the bytes of the whole file.
        n_at_full_scale: Samples that the recorder could not have shown louder.
        is_open_ended: Whether its header does not say where the sound ends: it was read to the end of the file.
    """

    digest: str
    source_rate_hz: int
    n_samples: int
    n_at_full_scale: int = 0
    is_open_ended: bool = False

    @property
    def duration_s(self) -> float:
        """Its length."""
        return self.n_samples / self.source_rate_hz


class UnusableAudio(Record):
    """Why a file or a part of one cannot be used at any rate."""

    reason: str


Inspection = AudioInfo | UnusableAudio


class InspectionCache(Record):
    """Earlier inspections by :func:`content_digest`, and the code that made them."""

    code: str
    files: dict[str, Inspection]


def content_digest(audio: Path | Excerpt, file_digest: str) -> str:
    """Return the hash of a file's bytes, which is given, or for a part of it one of that hash and the part."""
    return digest_of([file_digest, audio.begin_s, audio.end_s]) if isinstance(audio, Excerpt) else file_digest


def require_unchanged(name: str, audio: Path | Excerpt, digest: str) -> None:
    """Raise :class:`StageError` where a file, or a part of one, has not the content that it was inspected with."""
    path = _path_of(audio)
    try:
        at = path.stat()
        found = content_digest(audio, _sha256_of(path, at.st_size, at.st_mtime_ns))
    except OSError:
        found = None
    if found != digest:
        raise StageError(f"{name}: {path} has changed since the run was planned; run again")


def inspect_files(
    audio: Iterable[Path | Excerpt], cache: Path | None, *, is_clip: bool = True
) -> dict[Path | Excerpt, Inspection]:
    """Return what each existing file, or part of one, holds, decoding only what ``cache`` does not know.

    A clip is an hour long at most; another recording has any length.
    """
    code = code_of("corpora.inspect:inspect_files")
    known = _cached(cache, code)
    found: dict[Path | Excerpt, Inspection] = {}
    new: dict[str, Inspection] = {}
    hash_of = functools.cache(sha256_of)
    for each in audio:
        path = _path_of(each)
        try:
            file_digest = hash_of(path)
        except OSError as error:
            found[each] = UnusableAudio(reason=f"cannot be read ({error.strerror})")
            continue
        digest = content_digest(each, file_digest) + ("" if is_clip else "/any length")
        if digest not in known and digest not in new:
            new[digest] = _inspect(each, path, file_digest, is_clip=is_clip)
        found[each] = known.get(digest) or new[digest]
    if cache and new:
        write_atomic(cache, seal(InspectionCache(code=code, files={**known, **new}).model_dump_json().encode()))
    return found


@functools.lru_cache(maxsize=16)
def _sha256_of(path: Path, _n_bytes: int, _written_ns: int) -> str:
    """A recording with many parts is hashed once, unless it is written again."""
    return sha256_of(path)


def _path_of(audio: Path | Excerpt) -> Path:
    return audio.path if isinstance(audio, Excerpt) else audio


def _cached(cache: Path | None, code: str) -> Mapping[str, Inspection]:
    """Return nothing where the cache is absent, damaged or of other code: the files are then decoded again."""
    try:
        stored = InspectionCache.model_validate_json(unseal(cache.read_bytes()) or b"") if cache else None
    except (OSError, ValidationError):
        return {}
    return stored.files if stored and stored.code == code else {}


def _inspect(audio: Path | Excerpt, path: Path, digest: str, *, is_clip: bool) -> Inspection:
    if path.stat().st_size == 0:
        return UnusableAudio(reason="is empty (0 bytes)")
    n_samples, n_at_full_scale, peak, source_rate_hz = 0, 0, 0.0, 0
    try:
        for block, rate_hz in decode_blocks(audio, is_clip=is_clip):
            source_rate_hz = rate_hz
            n_samples += len(block)
            n_at_full_scale += int(np.count_nonzero(np.abs(block) > FULL_SCALE))
            # Unlike max(), keeps a NaN whatever comes after it.
            peak = float(np.maximum(peak, np.abs(block).max()))
    except DataError as error:
        return UnusableAudio(reason=str(error).removeprefix(f"{path}: "))
    if reason := sample_fault(n_samples, peak):
        return UnusableAudio(reason=reason)
    sound = find_sound(path)
    return AudioInfo(
        digest=digest,
        source_rate_hz=source_rate_hz,
        n_samples=n_samples,
        n_at_full_scale=n_at_full_scale,
        is_open_ended=sound is not None and sound.is_open_ended,
    )


def sample_fault(n_samples: int, peak: float) -> str | None:
    """Return why sound of a number of samples and a largest absolute value cannot be used, or ``None``."""
    if n_samples == 0:
        return "is empty (no samples)"
    if not np.isfinite(peak):
        return "has samples that are NaN or infinite"
    if peak == 0:
        return "is silent: every sample is zero"
    if peak > HIGHEST_PEAK:
        return "is not scaled to full scale 1: it would be clipped to noise; scale it to ±1"
    return None
