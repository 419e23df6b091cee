"""What leaks at each rate, kind by kind: the strongest attacker with its uncertainty, and what lower rates add.

Kinds of leak are never merged. Within a kind, attackers are compared by one figure each (its ``competes``).
In each joint draw the largest figure counts, so that the interval is that of the maximum: an attacker whose figure
is a little lower and far less certain raises the upper end.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lowsr_tradeoff.audio.imitation import can_imitate
from lowsr_tradeoff.decision.yardstick import fault_of
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult, Leak, LeakKind
from lowsr_tradeoff.statistics import Draws
from lowsr_tradeoff.statistics.intervals import percentile_interval
from lowsr_tradeoff.statistics.joint_draws import N_JOINT, draws_through, kept

# What an attacker of each kind is after.
AT_STAKE: dict[LeakKind, str] = {
    "words": "words",
    "known words": "known words",
    "who": "who speaks",
    "sex": "the sex of who speaks",
    "presence": "whether somebody speaks",
}


@dataclass(frozen=True)
class Figure:
    """A share with its joint draws; none where it has no interval."""

    value: Measurement
    draws: Draws = ()


@dataclass(frozen=True)
class Strongest:
    """The strongest attacker at one rate, what guessing gives it, and the maximum over all attackers.

    Attributes:
        fault: As in :class:`Leak`.
    """

    attacker: str
    figure: Figure
    chance: Measurement | None = None
    fault: str | None = None


def leaks(
    attacks: Sequence[AttackResult], rates_hz: Sequence[int], full_rate_hz: int, front_end: str
) -> tuple[Leak, ...]:
    """Return what leaks behind a front end: one record per kind and rate, rates ascending within each kind.

    A rate leaks at least what each lower rate leaks that it can imitate (:func:`can_imitate`). An attacker that was
    not tested counts for nothing; one whose step failed might be the strongest, so the leak is not known. Where the
    yardstick fails (:func:`fault_of`), no leak of the kind is known at any rate.
    """
    competing = [attack for attack in attacks if attack.front_end == front_end and attack.competes]
    return tuple(
        leak
        for kind in AT_STAKE
        for leak in _of_kind([a for a in competing if a.recovers == kind], kind, rates_hz, full_rate_hz, front_end)
    )


def at(found: Sequence[Leak], kind: LeakKind, rate_hz: int) -> Leak | None:
    """Return the leak of a kind at a rate; ``None`` where there is no record of it."""
    return next((leak for leak in found if (leak.kind, leak.rate_hz) == (kind, rate_hz)), None)


def on_scale(attack: AttackResult) -> Figure:
    """Return the figure by which an attacker competes: of known words ``(p - chance) / (1 - chance)``, from 0 on.

    A figure with an interval and without joint draws is drawn through the interval, independently of other
    attackers and alike at all rates. A published one has no interval: its ends and draws are its value.
    """
    found, draws = _drawn(attack)
    chance = (attack.chance.value if attack.chance else None) or 0.0
    if attack.recovers != "known words" or found.value is None:
        return Figure(found, draws)
    if chance >= 1:
        return Figure(missing("the list has one word, which needs no attacker", found.n_of))

    def above_chance(share: float) -> float:
        return max(0.0, (share - chance) / (1 - chance))

    ends = {"value": found.value, "low": found.low, "high": found.high}
    scaled = {name: None if end is None else above_chance(end) for name, end in ends.items()}
    return Figure(found.model_copy(update=scaled), kept(map(above_chance, draws)))


def largest(figures: Sequence[Figure]) -> Figure:
    """Return the maximum of figures: the largest value, and the largest of each joint draw.

    The interval spans the quantiles of the draws' maximum, the value, and the upper end of each figure. Without
    draws of one of them the maximum has no interval.
    """
    top = max(figures, key=_value)
    if len(figures) == 1:
        return top
    if not all(figure.draws for figure in figures):
        return Figure(top.value.model_copy(update={"low": None, "high": None}))
    n_draws = min(len(figure.draws) for figure in figures)
    draws = np.max([figure.draws[:n_draws] for figure in figures], axis=0)
    low, high = percentile_interval(draws)
    highs = (figure.value.high or 0.0 for figure in figures)
    ends = {"low": min(low, _value(top)), "high": max(high, _value(top), *highs)}
    return Figure(top.value.model_copy(update=ends), kept(draws))


def _of_kind(
    attacks: Sequence[AttackResult], kind: LeakKind, rates_hz: Sequence[int], full_rate_hz: int, front_end: str
) -> Iterator[Leak]:
    fault = fault_of(attacks, kind, full_rate_hz)
    strongest: dict[int, Strongest] = {}
    for rate_hz in sorted(rates_hz):
        here = [attack for attack in attacks if attack.rate_hz == rate_hz]
        strongest[rate_hz] = Strongest("none", _unknown(fault), fault=fault) if fault else _strongest(here, kind)
        imitated = {hz: strongest[hz].figure for hz in strongest if can_imitate(rate_hz, hz, front_end)}
        its = strongest[rate_hz]
        yield _leak(kind, rate_hz, front_end, its, imitated)


def _leak(kind: LeakKind, rate_hz: int, front_end: str, its: Strongest, imitated: Mapping[int, Figure]) -> Leak:
    """``imitated`` are the maxima at this rate and at the lower ones that it can imitate, by Hz."""
    known = {hz: figure for hz, figure in imitated.items() if figure.value.value is not None}
    if its.figure.value.value is None:
        known = {rate_hz: its.figure}
    envelope = largest(list(known.values()))
    return Leak(
        kind=kind,
        rate_hz=rate_hz,
        front_end=front_end,
        attacker=its.attacker,
        strongest=its.figure.value,
        chance=its.chance,
        envelope=envelope.value,
        envelope_rate_hz=max(known, key=lambda hz: (_value(known[hz]), hz)),
        draws=envelope.draws,
        fault=its.fault,
    )


def _strongest(attacks: Sequence[AttackResult], kind: LeakKind) -> Strongest:
    """Of the attacks of one kind at one rate."""
    if lost := next((attack for attack in attacks if attack.is_lost), None):
        return Strongest(lost.attacker, Figure(lost.value))
    figures = [(attack, on_scale(attack)) for attack in attacks]
    tested = [(attack, figure) for attack, figure in figures if figure.value.value is not None]
    if not tested:
        why = "; ".join(dict.fromkeys(str(attack.value.reason) for attack in attacks))
        return Strongest("none", _unknown(f"no attacker on {AT_STAKE[kind]} was tested ({why or 'none was run'})"))
    top, _ = max(tested, key=lambda pair: _value(pair[1]))
    return Strongest(top.attacker, largest([figure for _, figure in tested]), top.chance)


def _unknown(reason: str) -> Figure:
    return Figure(missing(reason, "words"))


def _value(figure: Figure) -> float:
    return figure.value.value or 0.0


def _drawn(attack: AttackResult) -> tuple[Measurement, Draws]:
    """The figure of an attacker and its draws."""
    found = attack.value
    if found.value is None or attack.value_draws:
        return found, attack.value_draws
    if found.basis == "published":
        return found.model_copy(update={"low": found.value, "high": found.value}), (found.value,) * N_JOINT
    if found.low is None:
        return found, ()
    order = np.random.default_rng(zlib.crc32(attack.attacker.encode())).permutation(N_JOINT)
    return found, draws_through(found, order)
