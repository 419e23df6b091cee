"""Which points meet the constraints, which of them is best, and what the nearest misses."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.decision import Decision, OperatingPoint
from lowsr_tradeoff.settings.limits import Constraints, Limit

# What a field of an operating point is called.
CALLED = {
    "accuracy": "accuracy",
    "word_recovery": "word recovery",
    "known_word_recovery": "known-word recovery above chance",
    "speaker_identification": "speaker identification",
    "battery_hours": "battery life",
}


@dataclass(frozen=True)
class Miss:
    """One thing that keeps a point from qualifying.

    Attributes:
        sentence: What, with figures.
        relative: Distance to the bound as a share of the bound; infinite where no figure can close it.
    """

    sentence: str
    relative: float


def misses(point: OperatingPoint, constraints: Constraints) -> tuple[Miss, ...]:
    """Return infeasibility and constraints missed on the pessimistic ends; nothing without constraints."""
    if not constraints.given():
        return ()
    found = [Miss(f"infeasible on {point.device}: {reason}", math.inf) for reason in point.infeasible]
    for limit in constraints.limits():
        # What cannot be built has no battery life to hold against a limit.
        if not (point.infeasible and limit.field == "battery_hours"):
            found += _missed(limit, getattr(point, limit.field))
    return tuple(found)


def decide(points: Sequence[OperatingPoint], constraints: Constraints, device: str) -> Decision:
    """Return the qualifying points of one device, best first, or the point that misses by least.

    Best is lowest power, then least leak on the privacy axis, then highest accuracy, each on its pessimistic end.
    Nearest is the feasible point that misses the fewest constraints, then by the smallest sum of relative misses.
    Without constraints nothing qualifies and nothing is near: a recommendation needs a policy.
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


def best_by_rate(points: Sequence[OperatingPoint], constraints: Constraints) -> tuple[OperatingPoint, ...]:
    """Return one point a rate, rates ascending: the one that stands for the rate.

    Under constraints it is the best that qualifies, else the one that misses by least; without, the most accurate
    on the frontier, else the most accurate that can run, else the most accurate.
    """

    def merit(point: OperatingPoint) -> tuple[bool, float, float]:
        if constraints.given():
            return _distance(misses(point, constraints))
        is_placed = None not in (point.accuracy.value, point.privacy.value, point.power_mw.value)
        return bool(point.infeasible), bool(point.dominated_by) or not is_placed, -(point.accuracy.value or 0.0)

    best: dict[int, OperatingPoint] = {}
    for point in sorted(sorted(points, key=_preference), key=merit):
        best.setdefault(point.rate_hz, point)
    return tuple(best[rate_hz] for rate_hz in sorted(best))


def _missed(limit: Limit, m: Measurement) -> Iterator[Miss]:
    """The constraint, unless the pessimistic end of a figure keeps it; the end is on the side to be feared."""
    name, bound = CALLED[limit.field], limit.bound
    which, side, end = ("low", "below", m.low) if limit.is_least else ("high", "above", m.high)
    if end is not None and (end >= bound if limit.is_least else end <= bound):
        return
    if end is None or m.low is None or m.high is None:
        yield Miss(f"{name} is not known: {m.reason or 'it has no interval'}", math.inf)
        return
    unit = "" if m.unit == "1" else f" {m.unit}"
    basis = "published, " if m.basis == "published" else ""
    interval = f"{m.low:.3g}…{m.high:.3g}{unit}, {basis}n = {m.n} {m.n_of}"
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
    power_mw, leak, accuracy = point.power_mw.high, point.privacy.high, point.accuracy.low
    return (
        math.inf if power_mw is None else power_mw,
        math.inf if leak is None else leak,
        math.inf if accuracy is None else -accuracy,
    )


def _distance(missed: Sequence[Miss]) -> tuple[bool, int, float]:
    """What no relaxed constraint could close comes last."""
    total = sum(miss.relative for miss in missed)
    return math.isinf(total), len(missed), total
