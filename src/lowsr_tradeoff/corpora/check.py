"""What event and speech corpora share: from listed rows to those that can be used, and their summary.

Every problem of a corpus is found before any work.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Literal

from lowsr_tradeoff.audio.decode import Excerpt
from lowsr_tradeoff.corpora.clips import EventClip, Utterance
from lowsr_tradeoff.corpora.folds import split_sources
from lowsr_tradeoff.corpora.inspect import AudioInfo, Inspection, UnusableAudio, inspect_files
from lowsr_tradeoff.corpora.rows import FaultOf, Listing, Problem, R, grouped, path_fault, repeats, without_faults
from lowsr_tradeoff.files.writing import digest_of
from lowsr_tradeoff.records.run import CorpusSummary


def usable(
    listing: Listing[R], fault_functions: Sequence[FaultOf[R]], rates_hz: Sequence[int], cache: Path | None
) -> tuple[list[R], dict[Path | Excerpt, AudioInfo], list[Problem]]:
    """Return the rows that can be used, what their files or parts hold, and every problem of the other rows.

    The reference rate is the last of ``rates_hz``; ``cache`` is a file that stores inspections.
    """
    paths = {row.path: path_fault(listing.root, row.path) for row in listing.rows}
    inspected = inspect_files(dict.fromkeys(row.audio for row in listing.rows if paths[row.path] is None), cache)
    repeated = _repetitions(listing.rows, inspected)
    kept, problems = without_faults(
        listing.rows,
        [
            lambda row: row.fault,
            *fault_functions,
            lambda row: paths[row.path],
            lambda row: repeated.get(row.where),
            lambda row: audio_fault(inspected[row.audio], rates_hz) if row.audio in inspected else None,
        ],
    )
    return kept, {audio: info for audio, info in inspected.items() if isinstance(info, AudioInfo)}, problems


def _repetitions(rows: Sequence[R], inspected: Mapping[Path | Excerpt, Inspection]) -> dict[str, str]:
    """Return rows that name a file or a part again, or a file with the same bytes.

    They would be on both sides of a split.
    """

    def digest(row: R) -> str | None:
        info = inspected.get(row.audio)
        return info.digest if isinstance(info, AudioInfo) else None

    real = {row.path: row.path.resolve() for row in rows if row.audio in inspected}
    verb = f"names the same {'part' if any(row.span_s for row in rows) else 'file'} as"
    again = repeats(rows, lambda row: (real[row.path], row.span_s) if row.path in real else None, verb)
    of_file = grouped((row for row in rows if digest(row) and row.where not in again), lambda row: real[row.path])
    copies = repeats([group[0] for group in of_file.values()], digest, "has the same bytes as")
    return again | {
        row.where: reason for group in of_file.values() if (reason := copies.get(group[0].where)) for row in group
    }


def audio_fault(inspected: Inspection, rates_hz: Sequence[int]) -> str | None:
    """Return why a file cannot be captured at the rates, or ``None``."""
    if isinstance(inspected, UnusableAudio):
        return inspected.reason
    if inspected.duration_s * min(rates_hz) < 1:
        return f"is shorter than one sample at {min(rates_hz)} Hz"
    return rate_fault(inspected.source_rate_hz, rates_hz)


def rate_fault(source_rate_hz: int, rates_hz: Sequence[int]) -> str | None:
    """Return why a source cannot give the rates, the last of which is the reference rate, or ``None``."""
    above = sorted({rate for rate in rates_hz if rate > source_rate_hz})
    if not above:
        return None
    is_reference_only = max(rates_hz[:-1], default=0) <= source_rate_hz
    remedy = "lower --reference-rate" if is_reference_only else "lower --rates and --reference-rate"
    return f"is sampled at {source_rate_hz} Hz, below the {', '.join(map(str, above))} Hz asked for; {remedy}"


def clip_ids(listing: Listing[R], rows: Sequence[R]) -> list[str]:
    """Return the names of clips: their paths below the corpus folder, links followed, and what part they are.

    A part is written as W3C's Media Fragments URI 1.0 does: ``day1/rec.wav#t=0.5,2.25``.
    """
    return [
        name + ("#t={},{}".format(*row.span_s) if row.span_s else "")
        for name, row in zip(file_names(listing, rows), rows, strict=True)
    ]


def file_names(listing: Listing[R], rows: Iterable[R]) -> list[str]:
    """Return the paths of files below the corpus folder, links followed."""
    root = listing.root.resolve()
    return [row.path.resolve().relative_to(root).as_posix() for row in rows]


def summarise(
    listing: Listing[R],
    clips: Sequence[EventClip | Utterance],
    audio: Sequence[AudioInfo],
    n_skipped: int,
    note: str,
    group_of: Literal["sources", "speakers"],
) -> CorpusSummary:
    """Return the summary of a corpus; ``audio`` is what the file of each clip holds."""
    events = [clip for clip in clips if isinstance(clip, EventClip)]
    split = split_sources([clip.fold for clip in events], [clip.source for clip in events])
    counts = dict(sorted(Counter(clip.label for clip in events).items()))
    return CorpusSummary(
        name=listing.name,
        kind="events" if events else "speech",
        # Of every field but where the audio lies.
        digest=digest_of([astuple(clip)[:-1] for clip in clips]),
        n_clips=len(clips),
        n_skipped=n_skipped,
        n_groups=len({clip.source if isinstance(clip, EventClip) else clip.speaker for clip in clips}),
        group_of=group_of,
        classes=tuple(counts),
        n_per_class=tuple(counts.values()),
        n_folds=len({clip.fold for clip in events}),
        split_sources=split,
        n_split_clips=sum(clip.source in split for clip in events),
        duration_s=sum(info.duration_s for info in audio),
        lowest_source_rate_hz=min(info.source_rate_hz for info in audio),
        is_synthetic=not listing.is_own,
        note=" ".join(filter(None, (listing.note, _unfinished(audio), note))),
    )


def _unfinished(audio: Sequence[AudioInfo]) -> str:
    n = len({info.digest for info in audio if info.is_open_ended})
    many = f"{n} files have" if n > 1 else "1 file has"
    return f"{many} the header of a recording that was not finished and was read to the end." if n else ""
