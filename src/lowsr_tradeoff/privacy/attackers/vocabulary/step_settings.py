"""What the steps of attackers on a closed vocabulary depend on, and whom they learn from."""

from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.privacy.attackers.shares import part_of
from lowsr_tradeoff.privacy.captures import CaptureSettings
from lowsr_tradeoff.settings.groups import DeviceType, Settings


class MachineSettings(Settings):
    """What the scores of a support vector machine depend on.

    Attributes:
        captures: The microphone, and the words.
        clip_s: Seconds of each word that are used.
    """

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


def names_speakers(corpus: EventCorpus) -> bool:
    """Return whether any two recordings are known to be of one speaker; else each counts as its own."""
    return len({clip.source for clip in corpus.clips}) < len(corpus.clips)


def training_speakers(corpus: EventCorpus, fold: int, share: float, seed: int) -> tuple[str, ...]:
    """Return the share of the other folds' speakers to learn from; with equal seeds larger shares hold smaller."""
    others = sorted({clip.source for clip in corpus.clips if clip.fold != fold})
    return part_of(others, share, (seed, fold))
