"""The tables behind the figures of power: peaks, clocks, spreads, the model's error, and every source."""

from collections.abc import Iterable

from lowsr_tradeoff.power.model.bounds import converter_bounds
from lowsr_tradeoff.records.power import ErrorTarget, ModelError, PowerResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.table import Cell, Row, Table
from lowsr_tradeoff.reports.wording import COMPONENTS, digits, hz, number, percent

# About that of the serial converters in the profiles: 12 bits.
BOUND_SNDR_DB = 70.0


def peaks(results: Iterable[PowerResult]) -> Table:
    """Return what each part takes while it works, and all that can work at once."""
    drawn = [result for result in results if result.components]
    names = list(dict.fromkeys(part.name for result in drawn for part in result.components))
    rows = []
    for result in drawn:
        parts: dict[str, Cell] = {part.name: number(part.peak_mw) for part in result.components}
        rows.append((*_whose(result), number(result.peak_mw), *(parts.get(name, "has none") for name in names)))
    return Table(
        "Peak power by device, rate and features",
        ("Device", "Rate", "Features", "All at once", *(COMPONENTS[name].capitalize() for name in names)),
        tuple(rows),
        3,
    )


def clocks(results: Iterable[PowerResult]) -> Table:
    """Return what each of a part's clocks draws."""
    return Table(
        "Average power at each clock of the part; the least that keeps up is taken",
        ("Device", "Rate", "Features", "Clock", "Average power", "Processor busy", "Taken"),
        tuple(
            (
                *_whose(result),
                f"{digits(trial.clock_mhz)} MHz",
                number(trial.power_mw),
                percent(trial.real_time_factor),
                "taken" if trial.is_chosen else "no",
            )
            for result in results
            for trial in result.clocks
        ),
        4,
    )


def dominant(results: Iterable[PowerResult]) -> Table:
    """Return the figures whose spreads make most of an interval of total power."""
    return Table(
        "What the interval of total power rests on: share of its variance that one figure explains",
        ("Device", "Rate", "Features", "Listens", "First", "Second", "Third"),
        tuple(
            (*_whose(result), f"{100 * result.listening_share:.3g} % of the time", *_shares(result))
            for result in results
            if result.components
        ),
        3,
    )


def bounds(tradeoff: Tradeoff) -> Table:
    """Return what an ideal converter, and the best and the median published one, would draw at each rate."""
    rates_hz = sorted({result.rate_hz for result in tradeoff.power.results})
    by_rate = {rate_hz: converter_bounds(rate_hz, BOUND_SNDR_DB) for rate_hz in rates_hz}
    names = dict.fromkeys(bound.name for found in by_rate.values() for bound in found)
    return Table(
        f"What a converter of {BOUND_SNDR_DB:g} dB could draw; beside it stands the converter of the device",
        ("Rate", *(name.capitalize() for name in names)),
        tuple((hz(rate_hz), *(number(bound.power_nw) for bound in found)) for rate_hz, found in by_rate.items()),
    )


def errors(tradeoff: Tradeoff) -> Table:
    """Return how far the model is from published measurements that it has not seen."""
    return Table(
        "Error factors of the power model on published measurements",
        (
            *("Predicted", "On", "How", "Not seen", "Median", "Nine in ten", "Worst", "Within the interval"),
            "Wanted",
        ),
        tuple(_error(error) for error in tradeoff.power.errors),
        2,
    )


def sources(tradeoff: Tradeoff) -> Table:
    """Return every figure of the devices' profiles with its source."""
    return Table(
        "Every figure that power was worked out from",
        ("Device", "Figure", "Value, 95 % interval and unit", "Basis", "Source"),
        tuple(
            (sheet.device, figure.parameter, figure.text, figure.basis, figure.source)
            for sheet in tradeoff.power.devices
            for figure in sheet.figures
        ),
        2,
    )


def _whose(result: PowerResult) -> Row:
    return result.device, hz(result.rate_hz), result.grid


def _shares(result: PowerResult) -> Row:
    told = [f"{share.parameter}: {100 * share.share:.0f} %" for share in result.dominant]
    return (*told, *("none",) * (3 - len(told)))


def _error(error: ModelError) -> Row:
    return (
        error.check,
        error.scope,
        error.method,
        error.held_out,
        number(error.median),
        number(error.p90),
        number(error.worst),
        percent(error.coverage),
        _wanted(error),
    )


def _wanted(error: ModelError) -> str:
    if error.target is None:
        return "for comparison"
    return f"{_bounds(error.target)}: {'kept' if error.is_met else 'missed'}"


def _bounds(target: ErrorTarget) -> str:
    named = {"median": target.median, "nine in ten": target.p90, "worst": target.worst}
    told = [f"{name} at most {bound:g}" for name, bound in named.items() if bound is not None]
    if target.coverage is not None:
        low, high = target.coverage
        told.append(f"within {100 * low:g} to {100 * high:g} %")
    return ", ".join(told)
