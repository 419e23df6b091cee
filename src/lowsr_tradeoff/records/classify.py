"""Recognition: accuracy, and differences between ways of training."""

from typing import Annotated

from pydantic import Field

from lowsr_tradeoff.records.alarms import AlarmResult, AlarmSetup
from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.diagnosis import Diagnosis, HumpTest
from lowsr_tradeoff.records.network import ArmName, Grid, ModelCost

CLIPS = "clips"
Probability = Annotated[float, Field(ge=0, le=1)]


class ClassRecall(Record):
    """Recall of one class."""

    label: str
    recall: Measurement


class ClassifyResult(Record):
    """Recognition at one rate, with one feature layout and one way of training.

    Attributes:
        accuracy: Share of clips classified correctly, averaged over repetitions clip by clip.
        fold_sd: Standard deviation of accuracy between folds, averaged over repetitions.
        seed_sd: Standard deviation of accuracy between repetitions, folds pooled; missing with one repetition.
        macro_f1: Mean of F1 over classes.
        n_sources: Recordings from which the clips were cut.
        n_seeds: Repetitions with other initialisations and batch orders.
        cost: Computation of one classification; ``None`` for the classical control, whose comparisons have no
            published price on any device. It has no operating point.
        accuracy_draws: Joint draws of the accuracy (:mod:`lowsr_tradeoff.statistics.joint_draws`).
        alarm: Of the class that the device listens for; ``None`` without one, or where its steps failed.
        confusion: Predictions of all repetitions: a row for each true class, a column for each predicted class, in
            the order of ``class_recall``; a last column for other classes, where a network from a file named some.
    """

    rate_hz: int
    grid: Grid
    arm: ArmName
    accuracy: Measurement
    fold_sd: Measurement
    seed_sd: Measurement
    macro_f1: Measurement
    class_recall: tuple[ClassRecall, ...]
    n_clips: int
    n_sources: int
    n_folds: int
    n_seeds: int
    cost: ModelCost | None
    accuracy_draws: tuple[float, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    alarm: AlarmResult | None = None


class Contrast(Record):
    """Paired difference in accuracy between two arms on the same clips, folds and seeds.

    Attributes:
        rate_hz: Of the first arm, as ``grid`` and ``arm``.
        against: The second arm, with ``against_rate_hz`` and ``against_grid``.
        difference: Accuracy of the first minus that of the second.
        is_declared: Whether it is in a family declared before any training: the paper's arms among themselves, or
            these against the classical control; the others are exploratory.
        p_value: Two-sided, by flipping the signs of whole sources.
        p_holm: The same, adjusted by Holm's method for the size of the family; ``None`` if exploratory.
        nb_p: Two-sided, of Nadeau and Bengio's t-test on folds; ``None`` where the folds do not differ.
        p_better: Probability that the first is better by more than ``region``; ``None`` where ``nb_p`` is, as
            ``p_equivalent`` (the two are within ``region``) and ``p_worse``.
        region: Half-width of the region of practical equivalence, as a share.
        detectable: Smallest true difference that 80 of 100 such studies would show, at this test's level: 5 %
            divided by the size of the family if declared, else 5 %.
        is_supported: Whether the 95 % interval excludes zero and, if declared, ``p_holm`` is below 5 %.
    """

    rate_hz: int
    grid: Grid
    arm: ArmName
    against: ArmName
    against_rate_hz: int
    against_grid: Grid
    difference: Measurement
    is_declared: bool
    p_value: Probability
    p_holm: Probability | None
    nb_p: Probability | None
    p_better: Probability | None
    p_equivalent: Probability | None
    p_worse: Probability | None
    region: float
    detectable: Measurement
    is_supported: bool


class Sensitivity(Record):
    """Accuracy of one pair of alpha and T on the inner folds, by which pairs are chosen.

    Attributes:
        alpha: Weight of the labels in the loss.
        temperature: T, by which scores are divided before the softmax.
        accuracy: Share of the inner folds' clips classified correctly; optimistic for the pair that it chose.
        n_chosen: Test folds whose networks were trained with the pair.
    """

    rate_hz: int
    grid: Grid
    arm: ArmName
    alpha: float
    temperature: float
    accuracy: Measurement
    n_chosen: int


class Optimism(Record):
    """How optimistic the paper's protocol is: the epoch that is best on the test fold, against the last epoch.

    Attributes:
        best_epoch: Accuracy of every network at its best epoch, chosen on the very clips it is tested on.
        last_epoch: Accuracy of the same networks after their last epoch.
        difference: ``best_epoch`` minus ``last_epoch``.
    """

    rate_hz: int
    grid: Grid
    arm: ArmName
    best_epoch: Measurement
    last_epoch: Measurement
    difference: Measurement


class Published(Record):
    """A published accuracy beside the one measured here on the shared grid."""

    rate_hz: int
    arm: ArmName
    published: float
    source: str
    measured: Measurement


class Recognition(Record):
    """What is recognised, how the ways of training differ, and diagnoses of why.

    Attributes:
        alarms: What is scored in continuous sound; ``None`` where no class raises alarms.
    """

    results: tuple[ClassifyResult, ...]
    contrasts: tuple[Contrast, ...]
    sensitivity: tuple[Sensitivity, ...]
    optimism: tuple[Optimism, ...]
    published: tuple[Published, ...]
    diagnoses: tuple[Diagnosis, ...]
    humps: tuple[HumpTest, ...]
    alarms: AlarmSetup | None = None
