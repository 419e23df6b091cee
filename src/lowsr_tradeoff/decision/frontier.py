"""Join by rate, and dominance under uncertainty.

Higher accuracy is better; less leak and less power are better. The leak is that of the study's privacy axis. Points
are compared on one device at a time. A point that is infeasible or lacks one of the three figures neither dominates
nor is dominated.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.decision.answer import misses
from lowsr_tradeoff.decision.chances import PointDraws, p_frontier, p_meets
from lowsr_tradeoff.decision.leaks import AT_STAKE
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.classify import ClassifyResult
from lowsr_tradeoff.records.decision import LEAK_FIELDS, OperatingPoint
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.privacy import Leak, LeakKind
from lowsr_tradeoff.settings.limits import Constraints
from lowsr_tradeoff.statistics import Floats

Matrix = NDArray[np.bool_]
Leaks = Mapping[tuple[LeakKind, int], Leak]
# The fields of a point that are measured behind a front end.
HEARD = ("accuracy", *LEAK_FIELDS.values(), "recall", "false_alarms_per_hour")


def join(
    classify: Sequence[ClassifyResult],
    leaks: Sequence[Leak],
    power: Sequence[PowerResult],
    constraints: Constraints,
    axis: LeakKind,
    other_front_ends: Mapping[str, str] = MappingProxyType({}),
) -> tuple[OperatingPoint, ...]:
    """Return one point per rate, feature layout, arm of a network and device, judged against its device's others.

    Of each kind of leak it has the envelope at its rate; that of the kind ``axis`` is an axis of the frontier. A
    missing figure stays missing, with its reason. Devices with another front end than the study's, each with the
    name of its own, have neither accuracy nor leaks: these were measured behind the study's.
    """
    leaked = {(leak.kind, leak.rate_hz): leak for leak in leaks}
    drawn = {(result.rate_hz, result.grid, result.device): result for result in power}
    networks = [result for result in classify if result.cost is not None]
    points: list[OperatingPoint] = []
    for device in dict.fromkeys(result.device for result in power):
        parts = [(result, drawn.get((result.rate_hz, result.grid, device))) for result in networks]
        group = [_point(result, device, leaked, axis, powered) for result, powered in parts]
        draws = [_drawn(result, leaked, powered) for result, powered in parts]
        if own := other_front_ends.get(device):
            group = [_unheard(point, own) for point in group]
            draws = [{**each, **dict.fromkeys(HEARD, ())} for each in draws]
        points += _judge(group, draws, constraints, axis)
    return tuple(points)


def dominates(points: Sequence[OperatingPoint]) -> Matrix:
    """Return whether a, by value, is no worse than b on all axes and better on one: ``[a, b]`` of ``(n, n)``."""
    value = _axes(points)[..., 0]
    no_worse = value[:, None] <= value[None, :]
    better = value[:, None] < value[None, :]
    return np.asarray(no_worse.all(axis=-1) & better.any(axis=-1))


def clearly_dominates(points: Sequence[OperatingPoint]) -> Matrix:
    """Return whether a dominates b beyond the intervals, element ``[a, b]`` of shape ``(n, n)``.

    It dominates by value, and on every axis both are the same measurement or a's interval ends before b's begins.
    """
    axes = _axes(points)
    same = (axes[:, None] == axes[None, :]).all(axis=-1)
    # The worst end of a against the best end of b.
    separated = axes[:, None, :, 2] < axes[None, :, :, 1]
    return np.asarray((same | separated).all(axis=-1) & dominates(points))


def attacker_of(leaks: Leaks, kind: LeakKind, rate_hz: int) -> str:
    """Return the strongest attacker of a kind at a rate, and the lower rate that it is imitated at, if it is."""
    leak = leaks.get((kind, rate_hz))
    if leak is None:
        return "none"
    if leak.envelope_rate_hz == rate_hz:
        return leak.attacker
    return f"{leaks[kind, leak.envelope_rate_hz].attacker}, thinned to {leak.envelope_rate_hz} Hz"


def _point(
    result: ClassifyResult, device: str, leaks: Leaks, axis: LeakKind, power: PowerResult | None
) -> OperatingPoint:
    rate_hz = result.rate_hz
    no_power = f"no power was estimated for {device} at {rate_hz} Hz on the {result.grid} grid"
    leaked = {
        field: leaks[kind, rate_hz].envelope
        if (kind, rate_hz) in leaks
        else missing(f"no attacker on {AT_STAKE[kind]} was run at {rate_hz} Hz", "words")
        for kind, field in LEAK_FIELDS.items()
    }
    return OperatingPoint(
        point_id=f"{rate_hz}-{result.grid}-{result.arm}-{device}",
        rate_hz=rate_hz,
        grid=result.grid,
        arm=result.arm,
        device=device,
        attacker=attacker_of(leaks, axis, rate_hz),
        accuracy=result.accuracy,
        **leaked,
        power_mw=power.power_mw if power else missing(no_power, "draws", "mW"),
        power_saved=power.power_saved if power else missing(no_power, "draws"),
        battery_hours=power.battery_hours if power else missing(no_power, "draws", "h"),
        infeasible=power.infeasible if power else (),
        dominated_by=(),
        is_dominance_clear=False,
        fails=(),
        privacy_axis=axis,
        **_alarms(result),
    )


def _alarms(result: ClassifyResult) -> dict[str, Measurement]:
    """Recall and false alarms at the operating point; nothing where no class raises alarms."""
    if result.alarm is None:
        return {}
    found = result.alarm.operating
    return {"recall": found.recall, "false_alarms_per_hour": found.false_alarms_per_hour}


def _unheard(point: OperatingPoint, own: str) -> OperatingPoint:
    reason = f"measured behind another front end than {own}, that of {point.device}; name it first in --device"
    heard = {field: getattr(point, field) for field in HEARD}
    figures = {field: missing(reason, figure.n_of, figure.unit) for field, figure in heard.items()}
    return point.model_copy(update={**figures, "attacker": "none"})


def _drawn(result: ClassifyResult, leaks: Leaks, power: PowerResult | None) -> PointDraws:
    leaked = ((field, leaks.get((kind, result.rate_hz))) for kind, field in LEAK_FIELDS.items())
    return {
        "accuracy": result.accuracy_draws,
        "recall": result.alarm.recall_draws if result.alarm else (),
        "false_alarms_per_hour": result.alarm.false_alarm_draws if result.alarm else (),
        **{field: leak.draws if leak else () for field, leak in leaked},
        "power_mw": power.power_mw_draws if power else (),
        "battery_hours": power.battery_hours_draws if power else (),
    }


def _judge(
    points: Sequence[OperatingPoint], drawn: Sequence[PointDraws], constraints: Constraints, axis: LeakKind
) -> Iterator[OperatingPoint]:
    """The points of one device with what dominates them, what they fail, and how sure that is."""
    by_value, clear, chances = dominates(points), clearly_dominates(points), p_frontier(drawn, LEAK_FIELDS[axis])
    for i, point in enumerate(points):
        yield point.model_copy(
            update={
                "dominated_by": tuple(points[int(j)].point_id for j in np.flatnonzero(by_value[:, i])),
                "is_dominance_clear": bool(clear[:, i].any()),
                "fails": tuple(miss.sentence for miss in misses(point, constraints)),
                "p_frontier": chances[i],
                "p_meets": p_meets(drawn[i], constraints, is_feasible=not point.infeasible),
            }
        )


def _axes(points: Sequence[OperatingPoint]) -> Floats:
    """Value, best end and worst end on each axis, less being better; NaN is neither. Shape ``(n, 3, 3)``."""
    figures = [(m.value, m.low, m.high) for p in points for m in (p.accuracy, p.privacy, p.power_mw)]
    axes = np.array(figures, dtype=float).reshape(len(points), 3, 3)
    axes[:, 0] = -axes[:, 0, [0, 2, 1]]
    axes[[bool(point.infeasible) for point in points]] = np.nan
    return axes
