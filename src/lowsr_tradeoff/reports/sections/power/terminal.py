"""Power as plain text for a terminal."""

from collections.abc import Callable, Sequence

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.reports.sections.power.components import COMPONENTS
from lowsr_tradeoff.reports.wording import digits


def power_text(results: Sequence[PowerResult]) -> str:
    """Return a line for each result, and below them what the intervals rest on and what is infeasible."""
    drawn = [result for result in results if not result.infeasible]
    rows = [[heading for heading, _ in COLUMNS], *([cell(result) for _, cell in COLUMNS] for result in drawn)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(_aligned(row, widths)).rstrip() for row in rows] if drawn else []
    notes = dict.fromkeys((*_doubts(drawn), *_obstacles(results)))
    return "\n".join([*lines, *([""] if lines and notes else []), *notes])


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Align words left and figures right; the last column is words."""
    last = len(row) - 1
    return [
        cell.ljust(width) if index in {0, 2, last} else cell.rjust(width)
        for index, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]


def _largest_part(result: PowerResult) -> str:
    parts = [part for part in result.components if part.power_mw.value is not None]
    largest = max(parts, key=lambda part: part.power_mw.value or 0.0)
    return f"{COMPONENTS[largest.name]} {_value(largest.power_mw)}"


def _value(measurement: Measurement) -> str:
    return "?" if measurement.value is None else digits(measurement.value)


def _percent(measurement: Measurement) -> str:
    return "?" if measurement.value is None else f"{100 * measurement.value:z.1f}"


def _interval(measurement: Measurement) -> str:
    if measurement.low is None or measurement.high is None:
        return "?"
    return f"{digits(measurement.low)}..{digits(measurement.high)}"


def _doubts(results: Sequence[PowerResult]) -> list[str]:
    """The figures that each device's interval rests on most, and what measuring each would leave."""
    first = {result.device: result for result in reversed(results) if result.dominant}
    return [
        f"{device}, {result.rate_hz} Hz, {result.grid}: {100 * share.share:.0f} % of the interval rests on"
        f" {share.parameter}; measured to within 10 %, it would be {_interval(share.if_measured)} mW"
        for device, result in sorted(first.items())
        for share in result.dominant
    ]


def _obstacles(results: Sequence[PowerResult]) -> list[str]:
    return [
        f"{result.device}, {result.rate_hz} Hz, {result.grid}: infeasible: {'; '.join(result.infeasible)}"
        for result in results
        if result.infeasible
    ]


COLUMNS: tuple[tuple[str, Callable[[PowerResult], str]], ...] = (
    ("device", lambda result: result.device),
    ("rate Hz", lambda result: str(result.rate_hz)),
    ("grid", lambda result: result.grid),
    ("bits", lambda result: str(result.bits)),
    ("mean mW", lambda result: _value(result.power_mw)),
    ("95 %", lambda result: _interval(result.power_mw)),
    ("peak mW", lambda result: _value(result.peak_mw)),
    ("saved %", lambda result: _percent(result.power_saved)),
    ("battery h", lambda result: _value(result.battery_hours)),
    ("95 %", lambda result: _interval(result.battery_hours)),
    ("busy %", lambda result: _percent(result.real_time_factor)),
    ("MHz", lambda result: next((digits(trial.clock_mhz) for trial in result.clocks if trial.is_chosen), "?")),
    ("converter Hz", lambda result: str(result.adc_rate_hz)),
    ("largest part", _largest_part),
)
