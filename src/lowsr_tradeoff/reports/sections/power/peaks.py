"""Peaks: what each part takes while it works, and all that can work at once."""

from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.power.components import by_component
from lowsr_tradeoff.reports.table import Table


def table(tradeoff: Tradeoff) -> Table:
    """Return what each part takes while it works, and all that can work at once."""
    return by_component(
        tradeoff.power.results,
        "Peak power by device, rate and features",
        figure_of=lambda part: part.peak_mw,
        total_of=lambda result: result.peak_mw,
    )
