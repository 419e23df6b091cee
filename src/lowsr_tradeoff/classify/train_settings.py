"""Settings that identify a training's artefact."""

from pathlib import Path

from pydantic import Field

from lowsr_tradeoff.errors import MissingResourceError
from lowsr_tradeoff.files.reading import sha256_of
from lowsr_tradeoff.learning.mel import Front, front_of
from lowsr_tradeoff.learning.recipe import Recipe, Transfer
from lowsr_tradeoff.records.network import Adapt, AnyNetwork, ArmName, Condition, Grid
from lowsr_tradeoff.settings.groups import DeviceType, Settings


class Checkpoint(Settings):
    """Published weights; their content identifies the artefact, their path does not."""

    path: Path = Field(exclude=True)
    sha256: str


class TrainSettings(Settings):
    """What one network depends on besides its features, teachers and origin.

    Attributes:
        is_mixed: Whether it is trained on the images of all layouts that it needs, not on its own alone.
        held_out: Folds it never sees, and is tested on; ascending.
        repetition: Numbers the repetitions, from 0.
        seed: Base of initialisation and batch order.
        labels: Hash of the clips' classes, in order.
        checkpoint: The published weights it starts from.
        teachers: Networks whose scores it is trained to match.
        origin: The network whose weights it starts from.
        recipe: ``None`` for the arms that train nothing.
        transfer: ``None`` for the arms without a teacher.
        tuned_as: The arm on whose inner folds its alpha and T are chosen.
        is_embedded: Whether its images are embeddings of the published network, of which the head alone is trained.
        is_kept: Whether the weights of a tested network are wanted later; changes no figure, so no key.
    """

    rate_hz: int
    reference_rate_hz: int
    grid: Grid
    arm: ArmName
    is_mixed: bool
    network: AnyNetwork
    as_published: bool
    held_out: tuple[int, ...]
    repetition: int
    seed: int
    labels: str
    clip_s: float
    adapt: Adapt
    adapt_rank: int
    checkpoint: Checkpoint | None
    teachers: tuple[Condition, ...]
    origin: Condition | None
    recipe: Recipe | None
    transfer: Transfer | None
    tuned_as: Condition
    device_type: DeviceType
    is_embedded: bool = False
    is_kept: bool = Field(default=False, exclude=True)

    @property
    def condition(self) -> Condition:
        """The condition of the trained network."""
        return Condition(self.rate_hz, self.grid, self.arm)

    @property
    def front(self) -> Front:
        """The kind of images it reads, as in :class:`FeatureSettings`."""
        return front_of(self.network)


def checkpoint_of(path: str | None) -> Checkpoint | None:
    """Return the published weights to start from, hashed, so that a changed file gives new results.

    Raises:
        MissingResourceError: The file cannot be read.
    """
    try:
        return Checkpoint(path=Path(path), sha256=sha256_of(Path(path))) if path else None
    except OSError as error:
        raise MissingResourceError(
            f"{path}: cannot be read ({error.strerror}); check classify.checkpoint, or get the file with "
            f"lowsr-tradeoff fetch"
        ) from error
