"""Where the operating points of the deciding device stand: which to compare, and why each is in or out."""

from collections.abc import Mapping

import numpy as np

from lowsr_tradeoff.decision.answer import best_by_rate
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.settings.limits import Constraints
from lowsr_tradeoff.statistics.intervals import percentile_interval


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


def shown_by_rate(tradeoff: Tradeoff, device: str | None = None) -> tuple[OperatingPoint, ...]:
    """Return the one point by which each rate is shown on a device, by default the one that decides."""
    asked = Constraints.model_validate(tradeoff.decision.constraints)
    return best_by_rate(points_on(tradeoff, device or tradeoff.decision.device), asked)


def deciding_power(tradeoff: Tradeoff) -> tuple[PowerResult, ...]:
    """Return the power of the device that the decision is for, rates ascending."""
    results = (result for result in tradeoff.power.results if result.device == tradeoff.decision.device)
    return tuple(sorted(results, key=lambda result: result.rate_hz))


def longer(tradeoff: Tradeoff, point: OperatingPoint, full: OperatingPoint) -> Measurement | None:
    """Return how many times as long the battery lasts as at the full rate, draw by draw: what both share cancels.

    ``None`` at the full rate, and where one of the two cannot run or has no draws.
    """
    if full.rate_hz == point.rate_hz:
        return None
    ours, theirs = (power_of(tradeoff, at) for at in (point, full))
    if not (ours and theirs and ours.battery_hours_draws and theirs.battery_hours_draws):
        return None
    ratios = [own / other for own, other in zip(ours.battery_hours_draws, theirs.battery_hours_draws, strict=False)]
    low, high = percentile_interval(np.array(ratios))
    value = (ours.battery_hours.value or 0.0) / (theirs.battery_hours.value or 1.0)
    ends = {"low": min(low, value), "high": max(high, value)}
    return Measurement(value=value, **ends, n=len(ratios), n_of="draws", basis="modelled")


def power_of(tradeoff: Tradeoff, point: OperatingPoint) -> PowerResult | None:
    """Return the power of a point, if it was evaluated."""
    wanted = (point.rate_hz, point.grid, point.device)
    return next((at for at in tradeoff.power.results if (at.rate_hz, at.grid, at.device) == wanted), None)
