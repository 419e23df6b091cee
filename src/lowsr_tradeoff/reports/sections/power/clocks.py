"""Slower clock or race to sleep: what each of a part's clocks draws."""

from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.power.components import place
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.wording import digits, number, percent


def table(tradeoff: Tradeoff) -> Table:
    """Return what each of a part's clocks draws."""
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
