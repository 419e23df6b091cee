"""Converters at their limits: what an ideal one, and the best and the median published one, would draw."""

from lowsr_tradeoff.power.model.bounds import converter_bounds
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.wording import hz, number

# About that of the serial converters in the profiles: 12 bits.
BOUND_SNDR_DB = 70.0


def table(tradeoff: Tradeoff) -> Table:
    """Return what converters would draw at each rate."""
    rates_hz = sorted({result.rate_hz for result in tradeoff.power.results})
    by_rate = {rate_hz: converter_bounds(rate_hz, BOUND_SNDR_DB) for rate_hz in rates_hz}
    names = dict.fromkeys(bound.name for found in by_rate.values() for bound in found)
    return Table(
        f"What a converter of {BOUND_SNDR_DB:g} dB could draw; beside it stands the converter of the device",
        ("Rate", *(name.capitalize() for name in names)),
        tuple((hz(rate_hz), *(number(bound.power_nw) for bound in found)) for rate_hz, found in by_rate.items()),
    )
