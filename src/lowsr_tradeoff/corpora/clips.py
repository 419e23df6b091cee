"""What a corpus is, wherever it comes from: a list of clips that are read one at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.decode import Excerpt, decode
from lowsr_tradeoff.corpora.demo_events import Take, synthesise
from lowsr_tradeoff.corpora.inspect import require_unchanged
from lowsr_tradeoff.records.run import CorpusSummary


@dataclass(frozen=True)
class EventClip:
    """One labelled sound.

    Attributes:
        fold: Its test fold, from 1.
        source: The recording it was cut from; one source stays in one fold.
        digest: Hash of its content.
        audio: A file, a part of one, or the parameters of its synthesis.
    """

    clip_id: str
    label: str
    fold: int
    source: str
    digest: str
    audio: Path | Excerpt | Take


@dataclass(frozen=True)
class Recording:
    """A sound of any length without labels.

    Attributes:
        digest: Hash of its bytes.
    """

    name: str
    digest: str
    source_rate_hz: int
    n_samples: int
    path: Path

    @property
    def duration_s(self) -> float:
        """Its length."""
        return self.n_samples / self.source_rate_hz


@dataclass(frozen=True)
class EventCorpus:
    """Labelled sounds in folds, in a fixed order.

    Attributes:
        clip_s: Seconds that the network uses of each clip.
        is_own: Whether these are the user's recordings, not embedded ones.
        background: What else a device hears that listens for one class.
    """

    summary: CorpusSummary
    clips: tuple[EventClip, ...]
    clip_s: float
    is_own: bool
    background: tuple[Recording, ...] = ()


def folds_of(corpus: EventCorpus) -> list[int]:
    """Return the folds, ascending."""
    return sorted({clip.fold for clip in corpus.clips})


def clips_of(corpus: EventCorpus, *folds: int) -> list[EventClip]:
    """Return the clips of some folds, fold by fold, in the order of every array made from them."""
    return [clip for fold in folds for clip in corpus.clips if clip.fold == fold]


def class_numbers(corpus: EventCorpus, clips: Sequence[EventClip]) -> NDArray[np.intp]:
    """Return the number of each clip's class, from 0 in the order of the corpus's classes."""
    classes = corpus.summary.classes
    return np.array([classes.index(clip.label) for clip in clips], dtype=np.intp)


@dataclass(frozen=True)
class Utterance:
    """One recording of speech.

    Attributes:
        text: The transcript; ``None`` in a corpus without transcripts.
        sex: The speaker's, ``None`` where it is unknown.
        keywords: Phrases of the text that would hurt if they leaked.
        digest: Hash of its content.
    """

    clip_id: str
    text: str | None
    speaker: str
    sex: str | None
    keywords: tuple[str, ...]
    digest: str
    audio: Path


@dataclass(frozen=True)
class SpeechCorpus:
    """Recordings of speech in a fixed order, all of them transcribed or none.

    Attributes:
        words: Single words by speakers, which an attacker learns; ``None`` where none does.
    """

    summary: CorpusSummary
    utterances: tuple[Utterance, ...]
    is_own: bool
    words: EventCorpus | None = None


def read(clip: EventClip | Utterance) -> tuple[Samples, int]:
    """Return the samples of one clip, mono, shape ``(n_samples,)``, and its source rate in Hz.

    Raises:
        StageError: The file is not the one that the run was planned with, whose hash is in the keys of steps.
    """
    if isinstance(clip.audio, Take):
        return synthesise(clip.audio)
    require_unchanged(clip.clip_id, clip.audio, clip.digest)
    return decode(clip.audio)
