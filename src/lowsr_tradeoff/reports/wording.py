"""Figures and names as text, the same on the page, in files, on model cards and on the terminal.

A figure is its value with unit, its 95 % interval and its n, or the reason why it is not known.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from lowsr_tradeoff.classify.arms import arm_name
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.classify import ClassifyResult, Optimism, Sensitivity
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.power import ErrorTarget
from lowsr_tradeoff.records.privacy import AttackResult, Leak
from lowsr_tradeoff.records.run import CorpusSummary, Tradeoff
from lowsr_tradeoff.reports.certainty import chance

DAY_H = 24
OPTIMISTIC = "best epoch chosen on the test fold: optimistic"
CONSTRAINTS: dict[str, Callable[[float], str]] = {
    "min_accuracy": lambda bound: f"accuracy of at least {100 * bound:g} %",
    "max_word_recovery": lambda bound: f"word recovery of at most {100 * bound:g} %",
    "max_known_word_recovery": lambda bound: f"known-word recovery above chance of at most {100 * bound:g} %",
    "max_speaker_identification": lambda bound: f"speaker identification of at most {100 * bound:g} %",
    "min_battery_hours": lambda bound: f"at least {bound:g} h on the battery",
    "min_recall": lambda bound: f"recall of the target of at least {100 * bound:g} %",
    "max_false_alarms_per_hour": lambda bound: f"at most {bound:g} false alarms per hour",
}


@dataclass(frozen=True)
class Shown:
    """A figure as text: the value with its unit; interval, basis and n, or the reason why there is no value."""

    value: str
    detail: str

    @property
    def brief(self) -> str:
        """The value alone."""
        return self.value.rstrip(":")

    @property
    def is_missing(self) -> bool:
        """Whether the detail is the reason for having no value."""
        return self.value.endswith(":")

    def __str__(self) -> str:
        """Return both parts on one line."""
        return f"{self.value} {self.detail}"


def percent(measurement: Measurement) -> Shown:
    """Return a proportion in per cent.

    >>> str(percent(Measurement(value=0.5, low=0.4, high=0.625, n=40, n_of="clips")))
    '50.0 % [40.0, 62.5], n = 40 clips'
    """
    return _show(measurement, _percents, " %")


def share(value: float) -> str:
    """Return a share without an interval in per cent.

    >>> share(0.5)
    '50.0 %'
    """
    return f"{_percents(value)} %"


def points(measurement: Measurement) -> Shown:
    """Return a difference of proportions in signed percentage points.

    >>> str(points(Measurement(value=-0.031, low=-0.05, high=0.01, n=40, n_of="clips")))
    '-3.1 points [-5.0, +1.0], n = 40 clips'
    """
    return _show(measurement, lambda value: f"{100 * value:+z.1f}", " points")


def number(measurement: Measurement) -> Shown:
    """Return a figure in its own unit, to three significant digits.

    >>> str(number(Measurement(value=1.5, n=9, n_of="draws", unit="mW", basis="modelled")))
    '1.50 mW modelled, n = 9 draws'
    """
    return _show(measurement, digits, "" if measurement.unit == "1" else f" {measurement.unit}")


def digits(value: float) -> str:
    """Return a number to three significant digits, whole from 100 on, never with an exponent.

    >>> digits(0.01234), digits(12.34), digits(12345)
    ('0.0123', '12.3', '12345')
    """
    decimals = 2 if value == 0 else max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{decimals}f}"


def amount(value: float) -> str:
    """Return a quantity to three significant digits, whole from 1000 on, without zeros at its end.

    >>> amount(4.0), amount(12.84), amount(1166)
    ('4', '12.8', '1166')
    """
    return f"{value:.3g}" if abs(value) < 999.5 else f"{value:.0f}"


def times(factor: float) -> str:
    """Return a factor, with two decimals while it is near to one.

    >>> times(1.063), times(2.71)
    ('×1.06', '×2.7')
    """
    return f"×{factor:.{2 if factor < 1.095 else 1}f}"


def times_range(factor: Measurement) -> str:
    """Return the interval of a factor."""
    return f"{times(factor.low or 0.0)}–{times(factor.high or 0.0).lstrip('×')}"


def hz(rate_hz: int) -> str:
    """Return a rate with its unit, in kHz from 1000 Hz on.

    >>> hz(500), hz(1000), hz(11025)
    ('500 Hz', '1 kHz', '11.025 kHz')
    """
    return f"{rate_hz} Hz" if rate_hz < 1000 else f"{rate_hz / 1000:.10g} kHz"


def whole(share: float) -> str:
    """Return a share in whole per cent, without the sign.

    >>> whole(0.463)
    '46'
    """
    return f"{100 * share:.0f}"


def of_100(p: float) -> str:
    """Return a probability counted in joint draws, which are too few to tell it from zero or one.

    >>> of_100(0.974), of_100(0.992), of_100(0.0)
    ('97 of 100', 'over 99 of 100', 'under 1 of 100')
    """
    return f"{'over 99' if p > 0.99 else 'under 1' if p < 0.01 else math.floor(100 * p + 0.5)} of 100"


def life(hours: float, like_hours: float | None = None) -> tuple[str, str]:
    """Return battery life and its unit, days from two days on; ``like_hours`` is a life that chooses the unit.

    >>> life(37.2), life(420), life(60, 400), life(20, 400)
    (('37', 'h'), ('18', 'days'), ('2.5', 'days'), ('0.8', 'days'))
    """
    unit_h, unit = (1, "h") if (like_hours or hours) < 2 * DAY_H else (DAY_H, "days")
    return f"{hours / unit_h:.{1 if hours / unit_h < 9.95 else 0}f}", unit


def is_optimistic(tradeoff: Tradeoff) -> bool:
    """Return whether epochs were chosen on the test fold, as the paper's protocol does."""
    match tradeoff.settings.get("classify"):
        case {"protocol": "paper"}:
            return True
        case _:
            return False


def accuracy_title(tradeoff: Tradeoff) -> str:
    """Return what a column of accuracies is called, with the fault of the protocol where it has one."""
    return f"Accuracy ({OPTIMISTIC})" if is_optimistic(tradeoff) else "Accuracy"


def point_name(point: OperatingPoint) -> str:
    """Return the rate, training and features of an operating point."""
    return f"{hz(point.rate_hz)} ({arm_name(point.arm)}, {point.grid} features)"


def asked_for(constraints: Mapping[str, float]) -> list[str]:
    """Return the constraints in words, in the order of the frontier's axes.

    >>> asked_for({"min_battery_hours": 72, "min_accuracy": 0.7})
    ['accuracy of at least 70 %', 'at least 72 h on the battery']
    """
    return [write(constraints[name]) for name, write in CONSTRAINTS.items() if name in constraints]


def error_bounds(target: ErrorTarget) -> str:
    """Return what errors of the power model must not exceed.

    >>> error_bounds(ErrorTarget(median=1.25, coverage=(0.9, 0.99)))
    'median at most 1.25, within 90 to 99 %'
    """
    bounds = {"median": target.median, "nine in ten": target.p90, "worst": target.worst}
    words = [f"{name} at most {bound:g}" for name, bound in bounds.items() if bound is not None]
    if target.coverage is not None:
        low, high = target.coverage
        words.append(f"within {100 * low:g} to {100 * high:g} %")
    return ", ".join(words)


def probability(measurement: Measurement) -> Shown:
    """Return a p-value that is a measurement, as :func:`chance` writes it.

    >>> str(probability(Measurement(value=0.0421, n=10, n_of="classes")))
    '0.042 n = 10 classes'
    """
    return _show(measurement, chance, "")


def listed(words: Iterable[str]) -> str:
    """Return words as a list in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *rest, last = words
    return f"{', '.join(rest)} and {last}" if rest else last


def in_table_alone(n_more: int) -> str:
    """Return that some ways of training are not drawn.

    >>> in_table_alone(1), in_table_alone(2)
    ('1 more way of training stands in the table alone', '2 more ways of training stand in the table alone')
    """
    return f"{count(n_more, 'more way')} of training {'stands' if n_more == 1 else 'stand'} in the table alone"


def class_counts(corpus: CorpusSummary) -> str:
    """Return the classes of a corpus with their numbers of clips, such as ``"dog 12, rain 10"``."""
    # Runs of earlier versions have no numbers.
    numbers = [f" {n}" for n in corpus.n_per_class] or [""] * len(corpus.classes)
    return ", ".join(f"{label}{n}" for label, n in zip(corpus.classes, numbers, strict=True))


def count(n: int, thing: str) -> str:
    """Return a number of things.

    >>> count(1, "point"), count(2, "point")
    ('1 point', '2 points')
    """
    return f"{n} {thing}" if n == 1 else f"{n} {thing}s"


def named(of: OperatingPoint | ClassifyResult | Sensitivity | Optimism) -> tuple[str, str, str]:
    """Return what names a point, result or choice: rate, training, features."""
    return hz(of.rate_hz), arm_name(of.arm), of.grid


def shown(measurement: Measurement, of_share: Callable[[Measurement], Shown] = percent) -> Shown:
    """Return a share as ``of_share`` writes it, any other figure in its own unit."""
    return of_share(measurement) if measurement.unit == "1" else number(measurement)


def by_chance(of: AttackResult | Leak) -> Shown | str:
    """Return what chance alone gives."""
    return shown(of.chance) if of.chance else "nothing"


def sentences(*parts: str) -> str:
    """Return parts as sentences.

    >>> sentences("one is", "two are")
    'One is. Two are.'
    """
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in parts)


def optimism(tradeoff: Tradeoff) -> tuple[str, ...]:
    """Return the caption's sentence on the paper's protocol; none where the protocol is sound."""
    return (OPTIMISTIC,) if is_optimistic(tradeoff) else ()


def _percents(value: float) -> str:
    return f"{100 * value:z.1f}"


def _show(measurement: Measurement, write: Callable[[float], str], unit: str) -> Shown:
    if measurement.value is None:
        return Shown("not measured:", str(measurement.reason))
    behind = [f"n = {measurement.n} {measurement.n_of}"]
    if measurement.basis != "measured":
        behind.insert(0, measurement.basis)
    # A published figure comes without an interval.
    is_exact = measurement.basis == "published" and measurement.low == measurement.high
    if measurement.low is not None and measurement.high is not None and not is_exact:
        behind.insert(0, f"[{write(measurement.low)}, {write(measurement.high)}]")
    return Shown(write(measurement.value) + unit, ", ".join(behind))
