"""Corpora that only the tests know."""

from collections.abc import Sequence

from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus
from lowsr_tradeoff.records.run import CorpusSummary


def event_corpus(clips: Sequence[EventClip], clip_s: float) -> EventCorpus:
    """The clips with the summary that follows from them; classes in the order in which they first come."""
    summary = CorpusSummary(
        name="tones",
        kind="events",
        digest="0",
        n_clips=len(clips),
        n_skipped=0,
        n_groups=len({clip.source for clip in clips}),
        group_of="sources",
        classes=tuple(dict.fromkeys(clip.label for clip in clips)),
        n_folds=len({clip.fold for clip in clips}),
        duration_s=len(clips) * clip_s,
        lowest_source_rate_hz=16000,
        is_synthetic=True,
        note="",
    )
    return EventCorpus(summary, tuple(clips), clip_s, is_own=True)
