"""Join by rate, dominance under uncertainty, constraints, decision.

Higher accuracy is better; lower word recovery and lower power are better. Points are compared on one device at a
time. A point that is infeasible or lacks one of the three figures neither dominates nor is dominated.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.decision.chances import PointDraws, p_frontier, p_meets
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.classify import ClassifyResult
from lowsr_tradeoff.records.decision import Decision, OperatingPoint
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.settings.groups import Constraints
from lowsr_tradeoff.statistics import Floats

Matrix = NDArray[np.bool_]


@dataclass(frozen=True)
class Miss:
    """One thing that keeps a point from qualifying.

    Attributes:
        sentence: What, with figures.
        relative: Distance to the bound as a share of the bound; infinite where no figure can close it.
    """

    sentence: str
    relative: float


def join(
    classify: Sequence[ClassifyResult],
    attacks: Sequence[AttackResult],
    power: Sequence[PowerResult],
    constraints: Constraints,
    front_end: str,
) -> tuple[OperatingPoint, ...]:
    """Return one point per rate, feature layout, arm and device, judged against its device's other points.

    Word recovery is that of the strongest attacker at the rate behind the study's front end, whatever words it has.
    A missing figure stays missing, with its reason.
    """
    strongest = {result.rate_hz: strongest_at(attacks, result.rate_hz, front_end) for result in classify}
    drawn = {(result.rate_hz, result.grid, result.device): result for result in power}
    points: list[OperatingPoint] = []
    for device in dict.fromkeys(result.device for result in power):
        parts = [
            (result, strongest[result.rate_hz], drawn.get((result.rate_hz, result.grid, device)))
            for result in classify
        ]
        group = [_point(result, device, attack, powered) for result, attack, powered in parts]
        points += _judge(group, [_drawn(*three) for three in parts], constraints)
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


def strongest_at(attacks: Sequence[AttackResult], rate_hz: int, front_end: str) -> AttackResult | None:
    """Return the attacker that recovers most words above chance at a rate, by value; ``None`` without any.

    An untested one counts only where none was tested. A failed one might be the strongest, so it is returned first.
    """
    here = [found for found in attacks if (found.rate_hz, found.front_end) == (rate_hz, front_end)]
    there = [found for found in here if found.recovers == "words" and found.is_leak]
    lost = next((found for found in there if found.is_lost), None)
    return lost or max(there, key=_above_chance, default=None)


def misses(point: OperatingPoint, constraints: Constraints) -> tuple[Miss, ...]:
    """Return infeasibility and constraints missed on the pessimistic ends; nothing without constraints."""
    if not constraints.given():
        return ()
    found = [Miss(f"infeasible on {point.device}: {reason}", math.inf) for reason in point.infeasible]
    found += _missed("accuracy", point.accuracy, constraints.min_accuracy, "below")
    found += _missed("word recovery", point.word_recovery, constraints.max_word_recovery, "above")
    if not point.infeasible:
        found += _missed("battery life", point.battery_hours, constraints.min_battery_hours, "below")
    return tuple(found)


def decide(points: Sequence[OperatingPoint], constraints: Constraints, device: str) -> Decision:
    """Return the qualifying points of one device, best first, or the point that misses by least.

    Best is lowest power, then lowest word recovery, then highest accuracy, each on its pessimistic end. Nearest is
    the feasible point that misses the fewest constraints, then by the smallest sum of relative misses. Without
    constraints nothing qualifies and nothing is near: a recommendation needs a policy.
    """
    ranked = sorted((point for point in points if point.device == device), key=_preference)
    if not constraints.given():
        ranked = []
    found = {point.point_id: misses(point, constraints) for point in ranked}
    qualifying = tuple(name for name, missed in found.items() if not missed)
    nearest = None if qualifying else min(found, key=lambda name: _distance(found[name]), default=None)
    return Decision(
        device=device,
        constraints=constraints.given(),
        qualifying=qualifying,
        recommended=qualifying[0] if qualifying else None,
        nearest=nearest,
        nearest_misses=tuple(miss.sentence for miss in found[nearest]) if nearest else (),
    )


def _above_chance(found: AttackResult) -> float:
    luck = found.chance.value if found.chance else None
    return -math.inf if found.value.value is None else found.value.value - (luck or 0.0)


def _point(
    result: ClassifyResult, device: str, attack: AttackResult | None, power: PowerResult | None
) -> OperatingPoint:
    no_power = f"no power was estimated for {device} at {result.rate_hz} Hz on the {result.grid} grid"
    no_words = f"no attacker was run at {result.rate_hz} Hz"
    return OperatingPoint(
        point_id=f"{result.rate_hz}-{result.grid}-{result.arm}-{device}",
        rate_hz=result.rate_hz,
        grid=result.grid,
        arm=result.arm,
        device=device,
        attacker="none" if attack is None else attack.attacker + _measure_of(attack),
        accuracy=result.accuracy,
        word_recovery=attack.value if attack else missing(no_words, "words"),
        power_mw=power.power_mw if power else missing(no_power, "draws", "mW"),
        power_saved=power.power_saved if power else missing(no_power, "draws"),
        battery_hours=power.battery_hours if power else missing(no_power, "draws", "h"),
        infeasible=power.infeasible if power else (),
        dominated_by=(),
        is_dominance_clear=False,
        fails=(),
    )


def _measure_of(attack: AttackResult) -> str:
    """What an attacker's figure is, where that is not the share of a corpus's words."""
    return "" if attack.measure == "word recovery" else f" ({attack.measure})"


def _drawn(result: ClassifyResult, attack: AttackResult | None, power: PowerResult | None) -> PointDraws:
    return PointDraws(
        accuracy=result.accuracy_draws,
        word_recovery=attack.value_draws if attack else (),
        power_mw=power.power_mw_draws if power else (),
        battery_hours=power.battery_hours_draws if power else (),
    )


def _judge(
    points: Sequence[OperatingPoint], drawn: Sequence[PointDraws], constraints: Constraints
) -> Iterator[OperatingPoint]:
    """The points of one device with what dominates them, what they fail, and how sure that is."""
    by_value, clear, chances = dominates(points), clearly_dominates(points), p_frontier(drawn)
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
    figures = [(m.value, m.low, m.high) for p in points for m in (p.accuracy, p.word_recovery, p.power_mw)]
    axes = np.array(figures, dtype=float).reshape(len(points), 3, 3)
    axes[:, 0] = -axes[:, 0, [0, 2, 1]]
    axes[[bool(point.infeasible) for point in points]] = np.nan
    return axes


def _missed(name: str, m: Measurement, bound: float | None, side: Literal["below", "above"]) -> Iterator[Miss]:
    """The constraint, unless the pessimistic end of a figure keeps it; the end is on the side to be feared."""
    which, end = ("low", m.low) if side == "below" else ("high", m.high)
    if bound is None or (end is not None and (end >= bound if side == "below" else end <= bound)):
        return
    if end is None or m.low is None or m.high is None:
        yield Miss(f"{name} is not known: {m.reason or 'it has no interval'}", math.inf)
        return
    unit = "" if m.unit == "1" else f" {m.unit}"
    interval = f"{m.low:.3g}…{m.high:.3g}{unit}, n = {m.n} {m.n_of}"
    reached, asked = _told_apart(end, bound)
    sentence = f"{name} {reached}{unit} ({which} end of {interval}) is {side} {asked}{unit}"
    yield Miss(sentence, abs(end - bound) / bound if bound else abs(end))


def _told_apart(a: float, b: float) -> tuple[str, str]:
    """Two different numbers with as many digits as it takes to see that they differ, three at least.

    >>> _told_apart(0.69996, 0.7)
    ('0.69996', '0.7')
    """
    pairs = ((f"{a:.{digits}g}", f"{b:.{digits}g}") for digits in range(3, 17))
    return next((pair for pair in pairs if pair[0] != pair[1]), (repr(a), repr(b)))


def _preference(point: OperatingPoint) -> tuple[float, float, float]:
    """What is least for the best point, each on its pessimistic end."""
    power_mw, words, accuracy = point.power_mw.high, point.word_recovery.high, point.accuracy.low
    return (
        math.inf if power_mw is None else power_mw,
        math.inf if words is None else words,
        math.inf if accuracy is None else -accuracy,
    )


def _distance(missed: Sequence[Miss]) -> tuple[bool, int, float]:
    """What no relaxed constraint could close comes last."""
    total = sum(miss.relative for miss in missed)
    return math.isinf(total), len(missed), total
