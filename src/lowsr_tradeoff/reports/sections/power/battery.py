"""All devices: hours on the battery by rate."""

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.plot import Spec, lines_by_features, rate_axis, spec, titled
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table, table_of
from lowsr_tradeoff.reports.wording import hz, number, percent


def entry(tradeoff: Tradeoff) -> Entry:
    """Return hours on the battery, as the page prints them."""
    return Entry(
        "All devices",
        "battery",
        "Hours on the battery by rate",
        figure(tradeoff),
        table(tradeoff),
        caption(tradeoff),
    )


def figure(tradeoff: Tradeoff) -> Spec:
    """Return hours on the battery by rate, a line for each device and features."""
    results = tradeoff.power.results
    return spec(
        lines_by_features(((one.device, one.grid, one.rate_hz, one.battery_hours) for one in results), number),
        rate_axis(one.rate_hz for one in results),
        titled("hours, log scale<br>(more is better)", type="log", nticks=6),
        height=520,
    )


def table(tradeoff: Tradeoff) -> Table:
    """Return total power and battery hours of every device."""
    return table_of(
        "Average power and battery hours by device, rate and features",
        tradeoff.power.results,
        (
            ("Device", lambda result: result.device),
            ("Rate", lambda result: hz(result.rate_hz)),
            ("Features", lambda result: result.grid),
            ("Average power", lambda result: number(result.power_mw)),
            ("Saved against the reference", lambda result: percent(result.power_saved)),
            ("Battery", lambda result: number(result.battery_hours)),
            ("Processor busy", lambda result: percent(result.real_time_factor)),
            ("Converter runs at", _converter),
            ("Standing", lambda one: f"infeasible: {'; '.join(one.infeasible)}" if one.infeasible else "feasible"),
        ),
        n_heads=3,
    )


def caption(tradeoff: Tradeoff) -> str:
    """Return how far apart the rates are on each device."""
    hours: dict[str, list[Measurement]] = {result.device: [] for result in tradeoff.power.results}
    for result in sorted(tradeoff.power.results, key=lambda result: result.battery_hours.value or 0.0):
        if result.battery_hours.value:
            hours[result.device].append(result.battery_hours)
    each = [
        f"{device} {number(found[0]).brief} to {number(found[-1]).brief}"
        for device, found in hours.items()
        if found
    ]
    return f"Over the rates: {'; '.join(each)}." if each else "No rate is feasible on any device."


def _converter(result: PowerResult) -> str:
    if result.adc_rate_hz is None:
        return "not offered"
    return f"{hz(result.adc_rate_hz)}{', then decimated' if result.is_decimated else ''}"
