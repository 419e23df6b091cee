"""Where the operating points of the deciding device stand: which to compare, and why each is in or out."""

from collections.abc import Iterable, Mapping

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.run import Tradeoff


def deciding_points(tradeoff: Tradeoff) -> tuple[OperatingPoint, ...]:
    """Return the points on the device that the decision is for."""
    return points_on(tradeoff, tradeoff.decision.device)


def points_on(tradeoff: Tradeoff, device: str) -> tuple[OperatingPoint, ...]:
    """Return the points on a device."""
    return tuple(point for point in tradeoff.points if point.device == device)


def devices(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return the devices that have points, the deciding one first."""
    return tuple(dict.fromkeys((tradeoff.decision.device, *(point.device for point in tradeoff.points))))


def is_on_frontier(point: OperatingPoint) -> bool:
    """Return whether the point is feasible, measured on all three axes and dominated by no other."""
    return not (point.infeasible or unmeasured(point) or point.dominated_by)


def unmeasured(point: OperatingPoint) -> tuple[str, ...]:
    """Return why the point has no place on the frontier's axes; empty when it has one."""
    axes = (point.accuracy, point.privacy, point.power_mw)
    return tuple(dict.fromkeys(axis.reason for axis in axes if axis.reason))


def standing(point: OperatingPoint, names: Mapping[str, str]) -> str:
    """Return where the point stands, with the reasons; ``names`` says what to call the points that dominate it."""
    if point.infeasible:
        return f"infeasible: {'; '.join(point.infeasible)}"
    if reasons := unmeasured(point):
        return f"not placed: {'; '.join(reasons)}"
    fails = f"; does not qualify: {'; '.join(point.fails)}" if point.fails else ""
    if not point.dominated_by:
        return f"on the frontier{fails}"
    how = "beyond the intervals" if point.is_dominance_clear else "by value, within the intervals"
    first, *others = point.dominated_by
    more = f" and {len(others)} more" if others else ""
    return f"dominated {how}, by {names.get(first, first)}{more}{fails}"


def best_by_rate(points: Iterable[OperatingPoint]) -> tuple[OperatingPoint, ...]:
    """Return one point a rate, rates ascending: the most accurate on the frontier, or else of the feasible."""
    best: dict[int, OperatingPoint] = {}
    for point in sorted(points, key=_merit, reverse=True):
        best.setdefault(point.rate_hz, point)
    return tuple(best[rate] for rate in sorted(best))


def find(tradeoff: Tradeoff, point_id: str) -> OperatingPoint:
    """Return the point of that name.

    Raises:
        DataError: There is none.
    """
    for point in tradeoff.points:
        if point.point_id == point_id:
            return point
    raise DataError(f"the decision names {point_id}, which is none of its points; run the study again")


def subject_point(tradeoff: Tradeoff) -> OperatingPoint | None:
    """Return the recommended point, else the one nearest to qualifying, else ``None``."""
    name = tradeoff.decision.recommended or tradeoff.decision.nearest
    return None if name is None else find(tradeoff, name)


def shown_by_rate(tradeoff: Tradeoff) -> tuple[OperatingPoint, ...]:
    """Return one point a rate: :func:`subject_point` at its own rate, :func:`best_by_rate` at the others."""
    subject = subject_point(tradeoff)
    best = best_by_rate(deciding_points(tradeoff))
    return tuple(subject if subject and subject.rate_hz == point.rate_hz else point for point in best)


def reference_point(tradeoff: Tradeoff, like: OperatingPoint) -> OperatingPoint | None:
    """Return the most accurate point at the reference rate on the same device, with the same features if any."""
    there = [point for point in points_on(tradeoff, like.device) if point.rate_hz == tradeoff.reference_rate_hz]
    same = [point for point in there if point.grid == like.grid]
    return next(iter(best_by_rate(same or there)), None)


def deciding_power(tradeoff: Tradeoff) -> tuple[PowerResult, ...]:
    """Return the power of the device that the decision is for, rates ascending."""
    results = (result for result in tradeoff.power.results if result.device == tradeoff.decision.device)
    return tuple(sorted(results, key=lambda result: result.rate_hz))


def compared(first: Measurement, second: Measurement) -> str:
    """Return how the first figure compares with the second, judged by their intervals.

    >>> low, high = (Measurement(value=v, low=v - 0.1, high=v + 0.1, n=9, n_of="clips") for v in (0.2, 0.9))
    >>> compared(low, high)
    'lower, intervals apart'
    """
    if (first.basis == "published") != (second.basis == "published"):
        return "one is published, of other speech: not compared"
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return "no interval to compare"
    if first.low > second.high:
        return "higher, intervals apart"
    if first.high < second.low:
        return "lower, intervals apart"
    return "intervals overlap: no difference shown"


def _merit(point: OperatingPoint) -> tuple[bool, bool, float]:
    """Feasible before infeasible, on the frontier before dominated, then by accuracy."""
    accuracy = point.accuracy.value
    return not point.infeasible, is_on_frontier(point), -1.0 if accuracy is None else accuracy
