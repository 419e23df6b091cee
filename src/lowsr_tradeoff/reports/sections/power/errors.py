"""How far the power model is from published measurements that it has not seen."""

from lowsr_tradeoff.records.power import ErrorTarget, ModelError
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.table import Row, Table
from lowsr_tradeoff.reports.wording import number, percent


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
        f"{_wanted(error.target)}: {'kept' if error.is_met else 'missed'}" if error.target else "for comparison",
    )


def _wanted(target: ErrorTarget) -> str:
    named = {"median": target.median, "nine in ten": target.p90, "worst": target.worst}
    told = [f"{name} at most {bound:g}" for name, bound in named.items() if bound is not None]
    if target.coverage is not None:
        low, high = target.coverage
        told.append(f"within {100 * low:g} to {100 * high:g} %")
    return ", ".join(told)
