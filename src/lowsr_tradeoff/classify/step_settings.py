"""What the steps beside trainings depend on; apart from what runs them, so that planning loads none of it."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from lowsr_tradeoff.classify.train_settings import Checkpoint
from lowsr_tradeoff.learning.mel import Front
from lowsr_tradeoff.records.network import AnyNetwork, Condition, Grid
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.given import GivenNetwork
from lowsr_tradeoff.settings.groups import Settings


class FeatureSettings(Settings):
    """What the feature images of one fold depend on.

    Attributes:
        front: Which images: the compact networks', YAMNet's, those of a PANN, or the control's statistics.
        as_published: As in ``ClassifySettings``.
        clips: Hash of the fold's clips, names and contents, in order.
        seed: Base of the microphone's noise.
    """

    rate_hz: int
    grid: Grid
    front: Front | Literal["statistics"]
    as_published: bool
    fold: int
    clips: str
    clip_s: float
    front_end: FrontEnd
    seed: int


class EmbeddingSettings(Settings):
    """What a published network's embeddings of one fold depend on besides the fold's images."""

    rate_hz: int
    grid: Grid
    fold: int
    network: AnyNetwork
    as_published: bool
    checkpoint: Checkpoint


class ClassicalSettings(Settings):
    """What the control depends on besides its statistics, which are the step's needs, fold by fold.

    Attributes:
        held_out: The fold that it is tested on.
        repetition: Numbers the repetitions, from 0.
        seed: Base of the trees' draws.
        labels: Hash of the clips' classes, in order.
    """

    rate_hz: int
    held_out: int
    repetition: int
    seed: int
    labels: str


class SpectrumSettings(Settings):
    """What the energies of a corpus depend on.

    Attributes:
        corpus: Digest of the corpus: its clips, their names and folds.
        edges_hz: Half of every rate, ascending.
    """

    corpus: str
    clip_s: float
    edges_hz: tuple[float, ...]


class DiagnosisSettings(Settings):
    """What the diagnostics depend on besides the networks; ``seed`` is that of resamples and permutations."""

    reference: Condition
    seed: int
    n_resamples: int


class GivenSettings(Settings):
    """What the answers of a brought network to one fold depend on.

    Attributes:
        path: Its file; the content identifies it.
        said: What the TOML beside it says.
        clips: What the microphone records of the fold's clips.
        labels: Labels of the corpus, in order.
    """

    path: Path = Field(exclude=True)
    sha256: str
    said: GivenNetwork
    clips: FeatureSettings
    labels: tuple[str, ...]

    @property
    def rate_hz(self) -> int:
        """The microphone's rate."""
        return self.clips.rate_hz
