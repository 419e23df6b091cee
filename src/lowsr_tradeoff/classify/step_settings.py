"""What features and networks depend on: the settings that name a step's artefact."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from lowsr_tradeoff.classify.listeners import Listener
from lowsr_tradeoff.records import Adapt, Arm, Grid, Network
from lowsr_tradeoff.settings import COMPACT, ClassifySettings, DeviceType, FrontEnd, Settings

Front = Network | Literal["compact"]


def front_of(network: Network) -> Front:
    """Return whose feature images a network reads."""
    return "compact" if network in COMPACT else network


class FeatureSettings(Settings):
    """What the feature images of one fold depend on.

    Attributes:
        front: Whose images: the compact networks', or those of one of the PANNs.
        as_published: As in ``ClassifySettings``.
        clips: Hash of the fold's clips, names and contents, in order.
        seed: Base of the microphone's noise.
    """

    rate_hz: int
    grid: Grid
    front: Front
    as_published: bool
    fold: int
    clips: str
    clip_s: float
    front_end: FrontEnd
    seed: int


class Recipe(Settings):
    """How a network is trained, whatever it is trained for; the meanings are those of ``ClassifySettings``.

    Attributes:
        dropout: Share of the embedding that is dropped in training.
        smoothing: Share of every label spread over all classes.
        is_best_kept: Whether the epoch that is best on the test fold is kept: the paper's protocol.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    is_varied: bool
    mixup: float
    optimiser: Literal["adamw_one_cycle", "adam_amsgrad"]
    dropout: float = 0.2
    smoothing: float = 0.0
    is_best_kept: bool = False
    patience: int | None = None


class Cell(Settings):
    """How much a student listens to its teacher, and how soft the teacher speaks."""

    alpha: float
    temperature: float


class Transfer(Settings):
    """What a student takes from its teachers.

    Attributes:
        cells: Alpha and T; with several, the inner folds choose.
        search_trials: Pairs tried between the cells instead of the cells themselves, 0 for the cells.
    """

    cells: tuple[Cell, ...]
    search_trials: int = 0


class Checkpoint(Settings):
    """Published weights. Their content names the artefact, not where they lie."""

    path: Path = Field(exclude=True)
    sha256: str


class TrainSettings(Settings):
    """What one network depends on besides its features, teachers and origin.

    Attributes:
        arm: Decides what is taught, see ``lesson.py``.
        held_out: Folds it never sees, and is tested on; ascending.
        repetition: Counts the seeds, from 0.
        seed: Base of initialisation and batch order.
        labels: Hash of the clips' classes, in order.
        checkpoint: The published weights it starts from.
        teachers: Whose scores it is trained to match.
        origin: Whose weights it starts from.
        recipe: ``None`` for the arms that train nothing.
        transfer: ``None`` for the arms without a teacher.
        device_type: What it computes on.
    """

    rate_hz: int
    reference_rate_hz: int
    grid: Grid
    arm: Arm
    network: Network
    as_published: bool
    held_out: tuple[int, ...]
    repetition: int
    seed: int
    labels: str
    clip_s: float
    adapt: Adapt
    adapt_rank: int
    checkpoint: Checkpoint | None
    teachers: tuple[Listener, ...]
    origin: Listener | None
    recipe: Recipe | None
    transfer: Transfer | None
    device_type: DeviceType

    @property
    def listener(self) -> Listener:
        """Who is trained."""
        return Listener(self.rate_hz, self.grid, self.arm)

    @property
    def front(self) -> Front:
        """Whose images it reads, as in :class:`FeatureSettings`."""
        return front_of(self.network)


class DiagnosisSettings(Settings):
    """What the diagnostics depend on besides the networks; the meanings are those of ``StudyConfig``."""

    rates_hz: tuple[int, ...]
    reference_rate_hz: int
    seed: int
    n_resamples: int
    device_type: DeviceType
    front_end: FrontEnd
    classify: ClassifySettings
