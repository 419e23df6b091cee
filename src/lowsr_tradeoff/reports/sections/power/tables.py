"""The tables of power that have no figure: peaks, converters at their limits, clocks, errors, sources."""

from lowsr_tradeoff.power.model.bounds import converter_bounds
from lowsr_tradeoff.records.power import ModelError, SourcedFigure
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.power.components import by_component, place
from lowsr_tradeoff.reports.table import Table, table_of
from lowsr_tradeoff.reports.wording import digits, error_bounds, hz, number, percent

# About the SNDR of the 12-bit serial converters in the profiles.
BOUND_SNDR_DB = 70.0


def peaks(tradeoff: Tradeoff) -> Table:
    """Return what each part takes while it works, and all that can work at once."""
    return by_component(
        "Peak power by device, rate and features",
        tradeoff.power.results,
        lambda result: {"total": result.peak_mw, **{part.name: part.peak_mw for part in result.components}},
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


def clocks(tradeoff: Tradeoff) -> Table:
    """Return what each of a part's clocks draws: a slower clock, or a race to sleep."""
    return Table(
        "Average power at each clock of the part; the least that keeps up is taken",
        ("Device", "Rate", "Features", "Clock", "Average power", "Processor busy", "Taken"),
        tuple(
            (
                *(*place(result), f"{digits(trial.clock_mhz)} MHz", number(trial.power_mw)),
                *(percent(trial.real_time_factor), "taken" if trial.is_chosen else "no"),
            )
            for result in tradeoff.power.results
            for trial in result.clocks
        ),
        n_heads=4,
    )


def errors(tradeoff: Tradeoff) -> Table:
    """Return the model's errors on published measurements that did not enter it."""
    return table_of(
        "Error factors of the power model on published measurements",
        tradeoff.power.errors,
        (
            ("Predicted", lambda error: error.check),
            ("On", lambda error: error.scope),
            ("How", lambda error: error.method),
            ("Not seen", lambda error: error.held_out),
            ("Median", lambda error: number(error.median)),
            ("Nine in ten", lambda error: number(error.p90)),
            ("Worst", lambda error: number(error.worst)),
            ("Within the interval", lambda error: percent(error.coverage)),
            ("Wanted", _wanted),
        ),
        n_heads=2,
    )


def held_out(tradeoff: Tradeoff) -> Table:
    """Return single readings of boards that entered no profile, beside what the profile says."""
    return table_of(
        "Readings of boards that entered no profile",
        [row for error in tradeoff.power.errors for row in error.rows],
        (
            ("Reading", lambda row: row.row),
            ("Measured", lambda row: digits(row.measured)),
            ("The model says", lambda row: number(row.predicted)),
            ("Source", lambda row: row.source),
        ),
        n_heads=1,
    )


def sources(tradeoff: Tradeoff) -> Table:
    """Return every figure of the devices' profiles with its source."""
    return Table(
        "Every figure that power was worked out from",
        ("Device", "Figure", "Value, 95 % interval and unit", "Basis", "Source", "Source read"),
        tuple(
            (*(sheet.device, figure.parameter, figure.text, figure.basis, figure.source), _read(figure))
            for sheet in tradeoff.power.devices
            for figure in sheet.figures
        ),
        n_heads=2,
    )


def _read(figure: SourcedFigure) -> str:
    if figure.read is None:
        return "no page" if figure.basis == "assumed" else "no"
    return figure.read.isoformat()


def _wanted(error: ModelError) -> str:
    if error.target is None:
        return "for comparison"
    accepted = f", accepted: {error.accepted}" if error.accepted else ""
    return f"{error_bounds(error.target)}: {'kept' if error.is_met else 'missed'}{accepted}"
