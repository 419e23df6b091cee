"""What is recognised, and how the ways of training differ."""

from typing import Annotated

from pydantic import Field

from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.diagnosis import Diagnosis, HumpTest
from lowsr_tradeoff.records.network import Arm, Grid, ModelCost

Probability = Annotated[float, Field(ge=0, le=1)]


class ClassRecall(Record):
    """Recall of one class."""

    label: str
    recall: Measurement


class ClassifyResult(Record):
    """What is still recognised at one rate by one way of training.

    Attributes:
        rate_hz: The microphone's rate.
        grid: Feature layout.
        arm: The way of training.
        accuracy: Share of clips right, repetitions averaged clip by clip.
        fold_sd: Standard deviation of accuracy between folds, repetitions averaged.
        seed_sd: Standard deviation of accuracy between repetitions, folds pooled; of one there is none.
        macro_f1: Mean of F1 over classes.
        class_recall: Recall of each class.
        n_clips: Clips tested.
        n_sources: Recordings that the clips were cut from.
        n_folds: Folds of the cross-validation.
        n_seeds: Repetitions with other initialisations and batch orders.
        cost: What one classification costs to compute.
        accuracy_draws: Joint draws of the accuracy (:mod:`lowsr_tradeoff.statistics.joint_draws`).
        confusion: Answers of all repetitions, a row for each class and a column for each answer, both in the order
            of ``class_recall``; empty in runs of before it was kept.
    """

    rate_hz: int
    grid: Grid
    arm: Arm
    accuracy: Measurement
    fold_sd: Measurement
    seed_sd: Measurement
    macro_f1: Measurement
    class_recall: tuple[ClassRecall, ...]
    n_clips: int
    n_sources: int
    n_folds: int
    n_seeds: int
    cost: ModelCost
    accuracy_draws: tuple[float, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()


class Contrast(Record):
    """Paired difference in accuracy between two arms on the same clips, folds and seeds.

    Attributes:
        rate_hz: Rate of the first arm.
        grid: Feature layout of the first arm.
        arm: The first arm.
        against: The second arm.
        against_rate_hz: Rate of the second arm.
        against_grid: Feature layout of the second arm.
        difference: Accuracy of the first minus that of the second.
        is_declared: Whether it is of the family declared before any training; the others explore.
        p_value: Two-sided, by flipping the signs of whole sources; ``None`` in runs of before it was tested.
        p_holm: The same, adjusted for the size of the family; ``None`` for what explores.
        nb_p: Two-sided, of Nadeau and Bengio's t-test on folds; ``None`` where the folds do not differ.
        p_better: Probability that the first is better by more than ``region``; ``None`` as ``nb_p``.
        p_equivalent: Probability that the two are within ``region`` of each other.
        p_worse: Probability that the first is worse by more than ``region``.
        region: Half-width of the region of practical equivalence, as a share.
        detectable: Smallest true difference that would be shown in 80 of 100 such studies, at the level that this
            one is held to: of what is declared 5 % over the size of the family, else 5 %.
        is_supported: Whether the 95 % interval leaves out zero and, of what is declared, ``p_holm`` is below 5 %.
    """

    rate_hz: int
    grid: Grid
    arm: Arm
    against: Arm
    against_rate_hz: int
    against_grid: Grid
    difference: Measurement
    is_declared: bool
    p_value: Probability | None
    p_holm: Probability | None
    nb_p: Probability | None
    p_better: Probability | None
    p_equivalent: Probability | None
    p_worse: Probability | None
    region: float
    detectable: Measurement
    is_supported: bool


class Sensitivity(Record):
    """How well one pair of alpha and T does on the inner folds, where pairs are chosen.

    Attributes:
        rate_hz: The microphone's rate.
        grid: Feature layout.
        arm: Whose pair it is.
        alpha: Weight of the labels.
        temperature: T of the softened scores.
        accuracy: Share of the inner folds' clips recognised. It chose the pair, so it flatters the best one.
        n_chosen: Test folds whose networks trained with it.
    """

    rate_hz: int
    grid: Grid
    arm: Arm
    alpha: float
    temperature: float
    accuracy: Measurement
    n_chosen: int


class Optimism(Record):
    """How much the paper's protocol flatters: the epoch that is best on the test fold against the last one.

    Attributes:
        rate_hz: The microphone's rate.
        grid: Feature layout.
        arm: The way of training.
        best_epoch: Accuracy with the best epoch of every network, chosen on the clips it is reported on.
        last_epoch: Accuracy of the same networks after their last epoch.
        difference: The first less the second.
    """

    rate_hz: int
    grid: Grid
    arm: Arm
    best_epoch: Measurement
    last_epoch: Measurement
    difference: Measurement


class Published(Record):
    """What somebody else measured, beside the figure measured here.

    Attributes:
        rate_hz: The microphone's rate.
        arm: The way of training.
        published: Their accuracy, 0…1.
        source: Where it was published.
        measured: Accuracy here, on the shared grid.
    """

    rate_hz: int
    arm: Arm
    published: float
    source: str
    measured: Measurement


class Recognition(Record):
    """What is recognised: every listener's figures, how listeners differ, and why that might be."""

    results: tuple[ClassifyResult, ...]
    contrasts: tuple[Contrast, ...]
    sensitivity: tuple[Sensitivity, ...]
    optimism: tuple[Optimism, ...]
    published: tuple[Published, ...]
    diagnoses: tuple[Diagnosis, ...]
    humps: tuple[HumpTest, ...]
