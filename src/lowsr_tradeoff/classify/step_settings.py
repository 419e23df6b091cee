"""What features and networks depend on: the settings that name a step's artefact."""

from pathlib import Path

from pydantic import Field

from lowsr_tradeoff.classify.arms import Listener
from lowsr_tradeoff.errors import MissingResourceError
from lowsr_tradeoff.files.reading import sha256_of
from lowsr_tradeoff.learning.mel import Front, front_of
from lowsr_tradeoff.learning.recipe import Recipe, Transfer
from lowsr_tradeoff.records.network import Adapt, Arm, Grid, Network
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.groups import ClassifySettings, DeviceType, Settings


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


def checkpoint_of(path: str | None) -> Checkpoint | None:
    """Return the published weights to start from, hashed: a changed file never answers with old results.

    Raises:
        MissingResourceError: The file cannot be read.
    """
    if path is None:
        return None
    try:
        sha256 = sha256_of(Path(path))
    except OSError as error:
        raise MissingResourceError(
            f"{path}: cannot be read ({error.strerror}); check classify.checkpoint, or get the file with "
            f"lowsr-tradeoff fetch"
        ) from error
    return Checkpoint(path=Path(path), sha256=sha256)
