"""The probability that a point is on the frontier, and that it meets the constraints.

A probability is a share of joint draws (``statistics/joint_draws.py``). What points share, such as the words that
two networks at one rate reveal, has the same draws for both and cancels.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lowsr_tradeoff.settings.groups import Constraints
from lowsr_tradeoff.statistics import Draws, Floats


@dataclass(frozen=True)
class PointDraws:
    """The joint draws of one point's figures; a figure that was not measured has none."""

    accuracy: Draws
    word_recovery: Draws
    power_mw: Draws
    battery_hours: Draws


def p_frontier(points: Sequence[PointDraws]) -> list[float | None]:
    """Return for each point of one device the probability, 0…1, that no other point dominates it.

    A point dominates another if it is at least as good on all three axes and better on one. ``None`` where a figure
    was not drawn; such a point is not compared.
    """
    chances: list[float | None] = [None] * len(points)
    compared = [i for i, point in enumerate(points) if point.accuracy and point.word_recovery and point.power_mw]
    if compared:
        for i, chance in zip(compared, _shares_on_frontier([points[i] for i in compared]), strict=True):
            chances[i] = float(chance)
    return chances


def p_meets(point: PointDraws, constraints: Constraints, *, is_feasible: bool) -> float | None:
    """Return the probability, 0…1, that a point meets all constraints at once: what is infeasible meets none.

    ``None`` without constraints, or where a figure that one of them is about was not drawn.
    """
    if constraints.given() and not is_feasible:
        return 0.0
    bounds = (
        (point.accuracy, constraints.min_accuracy, np.greater_equal),
        (point.word_recovery, constraints.max_word_recovery, np.less_equal),
        (point.battery_hours, constraints.min_battery_hours, np.greater_equal),
    )
    asked = [(draws, bound, holds) for draws, bound, holds in bounds if bound is not None]
    if not asked or not all(draws for draws, _, _ in asked):
        return None
    n_draws = min(len(draws) for draws, _, _ in asked)
    return float(np.all([holds(draws[:n_draws], bound) for draws, bound, holds in asked], axis=0).mean())


def _shares_on_frontier(points: Sequence[PointDraws]) -> Floats:
    """By groups that share words and power, as the arms of one rate do: in a group the most accurate is ahead."""
    n_draws = min(len(draws) for p in points for draws in (p.accuracy, p.word_recovery, p.power_mw))
    shared = [(point.word_recovery, point.power_mw) for point in points]
    number = {both: i for i, both in enumerate(dict.fromkeys(shared))}
    groups = np.array([number[both] for both in shared])
    accuracy = np.array([point.accuracy[:n_draws] for point in points])
    words, mw = (np.array([both[axis][:n_draws] for both in number]) for axis in (0, 1))
    best = np.array([accuracy[groups == group].max(axis=0) for group in range(len(number))])
    must_reach, must_exceed = _bars(best, words, mw)
    return np.asarray(((accuracy >= must_reach[groups]) & (accuracy > must_exceed[groups])).mean(axis=1))


def _bars(best: Floats, words: Floats, mw: Floats) -> tuple[Floats, Floats]:
    """The accuracy that a group's points must reach, and the one they must exceed, for none to dominate them.

    No worse in words and power leaves accuracy to decide; better in one of them, a tie in accuracy is enough. Shape
    ``(n_groups, n_draws)`` each.
    """
    must_reach, must_exceed = np.empty_like(best), np.empty_like(best)
    for group in range(len(best)):
        no_worse = (words <= words[group]) & (mw <= mw[group])
        better = no_worse & ((words < words[group]) | (mw < mw[group]))
        must_reach[group] = np.where(no_worse, best, -np.inf).max(axis=0)
        must_exceed[group] = np.where(better, best, -np.inf).max(axis=0)
    return must_reach, must_exceed
