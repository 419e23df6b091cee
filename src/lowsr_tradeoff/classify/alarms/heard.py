"""What one fold's networks hear: background, and clips of the target; apart from what captures it."""

from dataclasses import dataclass

from lowsr_tradeoff.corpora.background import spans_by_fold
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus, clips_of, folds_of

# What a window holds where it is no clip's number: none of the target, or too little to count for either.
NO_TARGET, TOO_LITTLE = -1, -2


@dataclass(frozen=True)
class Heard:
    """What a fold's networks hear.

    Attributes:
        recordings: Names of the background's recordings or of their parts; of the other classes' sources.
        background_s: Length of each.
        clips: The target's.
    """

    recordings: tuple[str, ...]
    background_s: tuple[float, ...]
    clips: tuple[EventClip, ...]


def heard(corpus: EventCorpus, fold: int, target: int) -> Heard:
    """Return what one fold's networks hear."""
    label = corpus.summary.classes[target]
    clips = clips_of(corpus, fold)
    wanted = tuple(clip for clip in clips if clip.label == label)
    if corpus.background:
        spans = spans_by_fold(corpus.background, folds_of(corpus))[fold]
        return Heard(tuple(span.name for span in spans), tuple(span.duration_s for span in spans), wanted)
    sources = [clip.source for clip in clips if clip.label != label]
    names = tuple(dict.fromkeys(sources))
    return Heard(names, tuple(corpus.clip_s * sources.count(name) for name in names), wanted)
