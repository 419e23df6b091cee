"""Background: recordings of any length in which the target of an alarm does not sound."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.decode import decode_blocks
from lowsr_tradeoff.corpora.check import rate_fault
from lowsr_tradeoff.corpora.clips import Recording
from lowsr_tradeoff.corpora.inspect import AudioInfo, UnusableAudio, inspect_files, require_unchanged
from lowsr_tradeoff.corpora.rows import Problem, count_skipped
from lowsr_tradeoff.corpora.sound_files import audio_files, is_audio
from lowsr_tradeoff.errors import DataError


@dataclass(frozen=True)
class Span:
    """A recording, or a part of one, in samples."""

    recording: Recording
    begin: int
    end: int

    @property
    def name(self) -> str:
        """The recording's name, with the seconds of a part as W3C's Media Fragments URI 1.0 writes them."""
        if (self.begin, self.end) == (0, self.recording.n_samples):
            return self.recording.name
        rate_hz = self.recording.source_rate_hz
        return f"{self.recording.name}#t={self.begin / rate_hz:g},{self.end / rate_hz:g}"

    @property
    def duration_s(self) -> float:
        """Its length."""
        return (self.end - self.begin) / self.recording.source_rate_hz

    def blocks(self) -> Iterator[Samples]:
        """Yield its samples in blocks; what lies before it is decoded and passed over."""
        at = 0
        for block, _ in decode_blocks(self.recording.path):
            if (part := block[max(0, self.begin - at) : max(0, self.end - at)]).size:
                yield part
            at += len(block)
        require_unchanged(self.recording.name, self.recording.path, self.recording.digest)


def load_background(
    source: str, rates_hz: Sequence[int], cache: Path | None, *, skip_bad: bool
) -> tuple[Recording, ...]:
    """Return the recordings of a folder, or the one that is named; the reference rate is the last of ``rates_hz``.

    Raises:
        DataError: There are none, or some cannot be used; the message lists all problems.
    """
    path = Path(source)
    files = audio_files(path) if path.is_dir() else [path] if path.is_file() and is_audio(path) else []
    if not files:
        raise DataError(f"{source}: holds no recordings; give --background a folder of sound files, or one")
    info_of = inspect_files(files, cache, is_clip=False)
    root = path if path.is_dir() else path.parent
    found, problems, first_of = [], [], dict[str, str]()
    for file in files:
        name, info = file.relative_to(root).as_posix(), info_of[file]
        if fault := _fault(info, rates_hz, first_of):
            problems.append(Problem(name, fault))
        elif isinstance(info, AudioInfo):
            first_of[info.digest] = name
            found.append(Recording(name, info.digest, info.source_rate_hz, info.n_samples, file))
    count_skipped(f"background {source}", problems, skip_bad=skip_bad and bool(found))
    return tuple(found)


def _fault(info: AudioInfo | UnusableAudio, rates_hz: Sequence[int], first_of: dict[str, str]) -> str | None:
    if isinstance(info, UnusableAudio):
        return info.reason
    if info.digest in first_of:
        return f"has the same bytes as {first_of[info.digest]}"
    return rate_fault(info.source_rate_hz, rates_hz)


def spans_by_fold(recordings: Sequence[Recording], folds: Sequence[int]) -> dict[int, list[Span]]:
    """Return which parts of the background each fold's networks hear, every second in one fold alone.

    Whole recordings, the longest first, each to the fold that has the least sound so far; fewer recordings than
    folds are cut into as many equal parts as there are folds.
    """
    spans: dict[int, list[Span]] = {fold: [] for fold in folds}
    if len(recordings) < len(folds):
        for recording in recordings:
            cuts = [recording.n_samples * i // len(folds) for i in range(len(folds) + 1)]
            for fold, (begin, end) in zip(folds, pairwise(cuts), strict=True):
                spans[fold].append(Span(recording, begin, end))
        return spans
    for recording in sorted(recordings, key=lambda each: (-each.duration_s, each.digest)):
        least = min(folds, key=lambda fold: sum(span.duration_s for span in spans[fold]))
        spans[least].append(Span(recording, 0, recording.n_samples))
    return spans
