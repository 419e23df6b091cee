"""Which points meet the constraints, which of them is best, and what the nearest misses."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.decision import Decision, OperatingPoint
from lowsr_tradeoff.settings.limits import Constraints, Limit

# What a field of an operating point is called.
CALLED = {
    "accuracy": "sounds recognised",
    "word_recovery": "words recovered",
    "known_word_recovery": "known words recovered above chance",
    "speaker_identification": "speakers identified",
    "battery_hours": "battery life",
    "recall": "recall of the target",
    "false_alarms_per_hour": "false alarms",
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


def held_against(limit: Limit, m: Measurement) -> str:
    """Return a figure with the end of its interval that counts, and the limit that the end is held against.

    >>> accuracy = Measurement(value=0.46, low=0.4, high=0.52, n=400, n_of="clips")
    >>> held_against(Limit("accuracy", 0.7, is_least=True), accuracy)
    'sounds recognised 46 %, could be 40 % (n = 400 clips); required 70 %'
    """
    name, end = CALLED[limit.field], m.low if limit.is_least else m.high
    if m.value is None or end is None:
        return f"{name}: not known, because {m.reason or 'it has no interval'}"
    scale, unit = _scale(m)
    value, reached, asked = (scale * each for each in (m.value, end, limit.bound))
    could_be, bound = _told_apart(reached, asked)
    worse = "" if end == m.value else f", could be {could_be}{unit}"
    basis = "published, " if m.basis == "published" else ""
    asked_for = "required" if limit.is_least else "allowed"
    return f"{name} {_plain(value)}{unit}{worse} ({basis}n = {m.n} {m.n_of}); {asked_for} {bound}{unit}"


def is_met(limit: Limit, m: Measurement) -> bool:
    """Return whether the end of a figure's interval that is to be feared keeps the limit."""
    end = m.low if limit.is_least else m.high
    return end is not None and (end >= limit.bound if limit.is_least else end <= limit.bound)


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
    bound, end = limit.bound, m.low if limit.is_least else m.high
    if is_met(limit, m):
        return
    if end is None or m.low is None or m.high is None or m.value is None:
        yield Miss(held_against(limit, m), math.inf)
        return
    scale, unit = _scale(m)
    apart = f"{_plain(scale * abs(end - bound))}{' points' if m.unit == '1' else unit}"
    verdict = f"{apart} short" if limit.is_least else f"{apart} too many"
    yield Miss(f"{held_against(limit, m)}: {verdict}", abs(end - bound) / bound if bound else abs(end))


def _scale(m: Measurement) -> tuple[float, str]:
    """By what a figure is multiplied to be shown, and its unit: shares are shown in per cent."""
    return (100.0, " %") if m.unit == "1" else (1.0, f" {m.unit}")


def _plain(value: float, digits: int = 3) -> str:
    """A number to so many digits, whole where it has more before the point, never with an exponent of ten.

    >>> _plain(1731.4), _plain(0.4567), _plain(80.0)
    ('1731', '0.457', '80')
    """
    return f"{value:.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"


def _told_apart(a: float, b: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to see that they differ, if they do; three at least.

    >>> _told_apart(69.996, 70), _told_apart(70, 70)
    (('69.996', '70'), ('70', '70'))
    """
    pairs = ((_plain(a, digits), _plain(b, digits)) for digits in range(3, 17))
    return next((pair for pair in pairs if a == b or pair[0] != pair[1]), (repr(a), repr(b)))


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
