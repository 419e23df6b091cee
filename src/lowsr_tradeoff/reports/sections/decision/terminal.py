"""The answer for a terminal: a row a rate, each figure whole with its 95 % interval."""

from collections.abc import Iterator, Sequence

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.privacy import LeakKind
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.decision import placing
from lowsr_tradeoff.reports.wording import hz

LEAKS: dict[LeakKind, str] = {
    "words": "words recovered",
    "known words": "known words",
    "who": "speakers identified",
    "sex": "sex told",
    "presence": "speech noticed",
}
# From three days on a battery's life is told in days.
DAY_H, FROM_H = 24.0, 72.0


def rates_table(tradeoff: Tradeoff) -> tuple[tuple[str, ...], ...]:
    """Return the head and a row a rate: rate, sounds recognised, what leaks on the privacy axis, battery life."""
    shown = placing.shown_by_rate(tradeoff)
    unit_h, unit = _unit(shown)
    head = ("rate", "sounds recognised", LEAKS[tradeoff.privacy_axis], f"battery life, {unit}")
    rows = (
        (hz(point.rate_hz), _figure(point.accuracy, 0.01), _figure(point.privacy, 0.01), _battery(point, unit_h))
        for point in shown
    )
    return (head, *rows)


def meets(tradeoff: Tradeoff) -> tuple[bool, ...]:
    """Return whether the point of each row meets all limits; nothing where none is set."""
    if not tradeoff.decision.constraints:
        return ()
    return tuple(point.point_id in tradeoff.decision.qualifying for point in placing.shown_by_rate(tradeoff))


def aligned(table: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the rows of a table with its columns under each other."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        yield "   ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))


def _unit(points: Sequence[OperatingPoint]) -> tuple[float, str]:
    longest = max((point.battery_hours.value or 0.0 for point in points), default=0.0)
    return (DAY_H, "days") if longest >= FROM_H else (1.0, "hours")


def _battery(point: OperatingPoint, unit_h: float) -> str:
    return "cannot run it" if point.infeasible else _figure(point.battery_hours, unit_h)


def _figure(m: Measurement, unit: float) -> str:
    """The value and the ends of its interval, in so many of a unit; shares in per cent."""
    if m.value is None:
        return "not known"
    sign = " %" if m.unit == "1" else ""
    published = " (published)" if m.basis == "published" else ""
    if m.low is None or m.high is None or m.low == m.high:
        return f"{m.value / unit:.0f}{sign}{published}"
    return f"{m.value / unit:.0f}{sign}  {m.low / unit:.0f} to {m.high / unit:.0f}{published}"
