"""The closed vocabulary that an attacker learns: the embedded digits, or a user's own words by folder."""

from functools import cache

from pydantic import Field

from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.privacy.attackers.shares import part_of
from lowsr_tradeoff.privacy.captures import CaptureSettings
from lowsr_tradeoff.settings.groups import DeviceType, Settings
from lowsr_tradeoff.settings.study import StudyConfig

N_FOLDS = 5


class WordList(Settings):
    """Where a vocabulary lies and how it is read; what it holds is in the corpus's digest.

    The source is ``"digits"``, a folder with a subfolder per word, or a CSV ``path,label,source`` whose source is
    the speaker.
    """

    source: str
    rates_hz: tuple[int, ...]
    reference_rate_hz: int
    seed: int
    skip_bad: bool


class MachineSettings(Settings):
    """What the scores of a support vector machine depend on.

    Attributes:
        words: Where the vocabulary lies; the digest in ``captures`` says what it holds.
        captures: The microphone.
        clip_s: Seconds of each word that are used.
    """

    words: WordList = Field(exclude=True)
    captures: CaptureSettings
    clip_s: float


class SpotterSettings(MachineSettings):
    """What the scores of a network depend on.

    Attributes:
        recipe: How it is trained.
        device_type: What it computes on.
        share: Of the speakers of the other folds, whom it learns from.
    """

    recipe: Recipe
    device_type: DeviceType
    share: float = 1.0


def word_list_of(config: StudyConfig) -> WordList | None:
    """Return the vocabulary of a study, the digits by default; ``None`` for own speech without a vocabulary."""
    source = config.privacy.words_source or ("digits" if config.speech.source == "demo" else None)
    if source is None:
        return None
    return WordList(
        source=source,
        rates_hz=config.rates_hz,
        reference_rate_hz=config.reference_rate_hz,
        seed=config.seed,
        skip_bad=config.skip_bad,
    )


@cache
def load_words(words: WordList) -> EventCorpus:
    """Return the recordings of a vocabulary, in folds that share no speaker, read once per process."""
    rates_hz, top_hz = words.rates_hz, words.reference_rate_hz
    return load_events(
        words.source, N_FOLDS, None, words.seed, rates_hz, top_hz, skip_bad=words.skip_bad, cache=None
    )


def names_speakers(corpus: EventCorpus) -> bool:
    """Return whether any two recordings are known to be of one speaker; else each counts as its own."""
    return len({clip.source for clip in corpus.clips}) < len(corpus.clips)


def training_speakers(corpus: EventCorpus, fold: int, share: float, seed: int) -> tuple[str, ...]:
    """Return the share of the other folds' speakers to learn from; with equal seeds larger shares hold smaller."""
    others = sorted({clip.source for clip in corpus.clips if clip.fold != fold})
    return part_of(others, share, (seed, fold))
