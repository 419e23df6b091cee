"""How far the power model is from published measurements that it has not seen."""

from lowsr_tradeoff.records.power import ModelError
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.table import Row, Table
from lowsr_tradeoff.reports.wording import error_bounds, number, percent


def table(tradeoff: Tradeoff) -> Table:
    """Return how far the model is from published measurements that it has not seen."""
    return Table(
        "Error factors of the power model on published measurements",
        (
            *("Predicted", "On", "How", "Not seen", "Median", "Nine in ten", "Worst", "Within the interval"),
            "Wanted",
        ),
        tuple(_row(error) for error in tradeoff.power.errors),
        n_heads=2,
    )


def _row(error: ModelError) -> Row:
    return (
        *(error.check, error.scope, error.method, error.held_out),
        *map(number, (error.median, error.p90, error.worst)),
        percent(error.coverage),
        f"{error_bounds(error.target)}: {'kept' if error.is_met else 'missed'}"
        if error.target
        else "for comparison",
    )
