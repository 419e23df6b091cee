"""What choices made in training do to the accuracy."""

from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.network import Arm, Grid


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
