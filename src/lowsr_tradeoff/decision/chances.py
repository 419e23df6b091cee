"""The probability that a point is on the frontier, and that it meets the constraints.

A probability is a share of joint draws (``statistics/joint_draws.py``). What points share, such as the words that
two networks at one rate reveal, has the same draws for both and cancels.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.settings.limits import Constraints, Limit
from lowsr_tradeoff.statistics import Draws, Floats

# The joint draws of one point's figures, by field of OperatingPoint; a figure that was not drawn has none.
PointDraws = Mapping[str, Draws]


def p_frontier(points: Sequence[PointDraws], privacy: str) -> list[float | None]:
    """Return for each point of one device the probability, 0…1, that no other point dominates it.

    A point dominates another if it is at least as good in accuracy, power and the leak of the field ``privacy``,
    and better in one. ``None`` where a figure was not drawn; such a point is not compared.
    """
    axes = ("accuracy", privacy, "power_mw")
    chances: list[float | None] = [None] * len(points)
    compared = [i for i, point in enumerate(points) if all(point[axis] for axis in axes)]
    if compared:
        drawn = [[points[i][axis] for i in compared] for axis in axes]
        for i, chance in zip(compared, _shares_on_frontier(*drawn), strict=True):
            chances[i] = float(chance)
    return chances


def p_meets(point: PointDraws, constraints: Constraints, *, is_feasible: bool) -> float | None:
    """Return the probability, 0…1, that a point meets all constraints at once: what is infeasible meets none.

    ``None`` without constraints, or where a figure that one of them is about was not drawn.
    """
    asked = [(limit, point[limit.field]) for limit in constraints.limits()]
    if asked and not is_feasible:
        return 0.0
    if not asked or not all(draws for _, draws in asked):
        return None
    n_draws = min(len(draws) for _, draws in asked)
    return float(np.all([_holds(limit, draws[:n_draws]) for limit, draws in asked], axis=0).mean())


def _holds(limit: Limit, draws: Draws) -> NDArray[np.bool_]:
    figures = np.array(draws)
    return figures >= limit.bound if limit.is_least else figures <= limit.bound


def _shares_on_frontier(accuracies: Sequence[Draws], leaks: Sequence[Draws], powers: Sequence[Draws]) -> Floats:
    """By groups that share leak and power, as the arms of one rate do: in a group the most accurate is ahead."""
    n_draws = min(map(len, (*accuracies, *leaks, *powers)))
    shared = list(zip(leaks, powers, strict=True))
    number = {both: i for i, both in enumerate(dict.fromkeys(shared))}
    groups = np.array([number[both] for both in shared])
    accuracy = np.array([draws[:n_draws] for draws in accuracies])
    leaked, mw = (np.array([both[axis][:n_draws] for both in number]) for axis in (0, 1))
    best = np.array([accuracy[groups == group].max(axis=0) for group in range(len(number))])
    must_reach, must_exceed = _bars(best, leaked, mw)
    return np.asarray(((accuracy >= must_reach[groups]) & (accuracy > must_exceed[groups])).mean(axis=1))


def _bars(best: Floats, leaked: Floats, mw: Floats) -> tuple[Floats, Floats]:
    """The accuracy that a group's points must reach, and the one they must exceed, for none to dominate them.

    No worse in leak and power leaves accuracy to decide; better in one of them, a tie in accuracy is enough. Shape
    ``(n_groups, n_draws)`` each.
    """
    must_reach, must_exceed = np.empty_like(best), np.empty_like(best)
    for group in range(len(best)):
        no_worse = (leaked <= leaked[group]) & (mw <= mw[group])
        better = no_worse & ((leaked < leaked[group]) | (mw < mw[group]))
        must_reach[group] = np.where(no_worse, best, -np.inf).max(axis=0)
        must_exceed[group] = np.where(better, best, -np.inf).max(axis=0)
    return must_reach, must_exceed
