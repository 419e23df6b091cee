"""What a trained network needs beside its weights, and what was measured of it."""

from lowsr_tradeoff.classify.step_settings import FeatureSettings
from lowsr_tradeoff.learning.mel import Layout, front_of, lay_out
from lowsr_tradeoff.records.alarms import AlarmRule
from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.classify import ClassRecall
from lowsr_tradeoff.records.network import AnyNetwork, ArmName, Grid, ModelCost, OwnNetwork
from lowsr_tradeoff.records.run import CorpusSummary
from lowsr_tradeoff.settings.front_end import FrontEnd

MODEL_VERSION = 1


class Int8Loss(Record):
    """What int8 costs in accuracy, on the same clips.

    Attributes:
        difference: Accuracy in int8 minus accuracy in float.
        same_answer: Share of clips that both give the same class.
        n_calibration: Clips that set the ranges, at most.
        is_trained_on: Whether the networks were trained on these clips; then all figures are too good.
    """

    float_accuracy: Measurement
    int8_accuracy: Measurement
    difference: Measurement
    same_answer: Measurement
    n_calibration: int
    is_trained_on: bool


class CrossValidated(Record):
    """What networks that were trained in the same way recognised of held-out clips.

    Attributes:
        n_folds: Parts that were held out in turn.
        n_seeds: Networks per part.
        protocol: ``"honest"``, or ``"paper"``, whose figures are too good.
        int8: The same in int8, of the first network per part; ``None`` where it was not asked for.
    """

    accuracy: Measurement
    macro_f1: Measurement
    class_recall: tuple[ClassRecall, ...]
    n_sources: int
    n_folds: int
    n_seeds: int
    protocol: str
    int8: Int8Loss | None


class ModelSettings(Record):
    """The input of a network, and what was measured of it.

    Attributes:
        as_published: As in ``ClassifySettings``.
        classes: In the order of the scores.
        rate_hz: Rate of the microphone that it was trained for.
        clip_s: Seconds of one window.
        scale_mean: Mean of the training images, subtracted from every image.
        scale_std: Standard deviation of the training images.
        seed: Base of the random draws of training and of the microphone's noise.
        corpus: What it was trained on: all of it.
        data_licence: The corpus's, where the user stated it.
        tested: Of networks trained in the same way on parts of the corpus, since no clip is left to test this one.
        cost: Of one window.
        alarm: When it raises an alarm; ``None`` for a network that only tells classes apart.
    """

    network: AnyNetwork
    as_published: bool
    classes: tuple[str, ...]
    rate_hz: int
    grid: Grid
    clip_s: float
    front_end: FrontEnd
    scale_mean: float
    scale_std: float
    arm: ArmName
    seed: int
    corpus: CorpusSummary
    data_licence: str | None
    tested: CrossValidated
    cost: ModelCost
    made_by: str
    alarm: AlarmRule | None = None

    @property
    def network_name(self) -> str:
        """The network as it is given on the command line."""
        return self.network.name if isinstance(self.network, OwnNetwork) else self.network

    @property
    def layout(self) -> Layout:
        """Frames and mel bands of the images."""
        front = front_of(self.network)
        return lay_out(self.rate_hz, self.grid, self.clip_s, front, as_published=self.as_published)

    @property
    def features(self) -> FeatureSettings:
        """Settings of the images, which belong to no fold of a corpus."""
        return FeatureSettings(
            rate_hz=self.rate_hz,
            grid=self.grid,
            front=front_of(self.network),
            as_published=self.as_published,
            fold=0,
            clips="",
            clip_s=self.clip_s,
            front_end=self.front_end,
            seed=self.seed,
        )
