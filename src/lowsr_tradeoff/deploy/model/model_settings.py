"""What a trained network needs beside its weights, and what is known of it."""

from lowsr_tradeoff.classify.step_settings import FeatureSettings
from lowsr_tradeoff.learning.mel import front_of
from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.classify import ClassRecall
from lowsr_tradeoff.records.network import Arm, Grid, ModelCost, Network
from lowsr_tradeoff.records.run import CorpusSummary
from lowsr_tradeoff.settings.front_end import FrontEnd

MODEL_VERSION = 1


class Int8Loss(Record):
    """What becomes of the answers in int8.

    Attributes:
        float_accuracy: Of the networks in float.
        int8_accuracy: Of the same in int8, on the same clips.
        difference: The second minus the first.
        same_answer: Share of clips that both name alike.
        n_calibration: Clips that set the ranges, at most.
        is_trained_on: Whether the networks learnt from these very clips; then all figures flatter.
    """

    float_accuracy: Measurement
    int8_accuracy: Measurement
    difference: Measurement
    same_answer: Measurement
    n_calibration: int
    is_trained_on: bool


class CrossValidated(Record):
    """What networks trained alike recognised of clips that they had not seen.

    Attributes:
        n_folds: Parts that were held out in turn.
        n_seeds: Networks per part.
        protocol: ``"honest"``, or ``"paper"``, which flatters.
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
    """How a network hears, and what was measured of it.

    Attributes:
        network: Which network the weights are of.
        as_published: As in ``ClassifySettings``.
        classes: What the scores are of, in order.
        rate_hz: Rate of the microphone that it was trained for.
        grid: Its feature layout.
        clip_s: Seconds it hears at once.
        front_end: The microphone's analogue side and converter.
        scale_mean: Level of its training images, removed from every image.
        scale_std: Deviation of the same.
        arm: How it was trained.
        seed: Base of the random draws of training and of the microphone's noise.
        corpus: What it was trained on: all of it.
        data_licence: The corpus's, where the user stated it.
        tested: By networks trained alike on parts of the corpus; this one has no clip left to be tested on.
        cost: Of one window.
        made_by: Version of this package.
    """

    network: Network
    as_published: bool
    classes: tuple[str, ...]
    rate_hz: int
    grid: Grid
    clip_s: float
    front_end: FrontEnd
    scale_mean: float
    scale_std: float
    arm: Arm
    seed: int
    corpus: CorpusSummary
    data_licence: str | None
    tested: CrossValidated
    cost: ModelCost
    made_by: str

    @property
    def features(self) -> FeatureSettings:
        """The images that it reads; they belong to no fold of a corpus."""
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
