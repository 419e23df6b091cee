"""Sources of power: every figure of the devices' profiles."""

from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.table import Table


def table(tradeoff: Tradeoff) -> Table:
    """Return every figure of the devices' profiles with its source."""
    return Table(
        "Every figure that power was worked out from",
        ("Device", "Figure", "Value, 95 % interval and unit", "Basis", "Source"),
        tuple(
            (sheet.device, figure.parameter, figure.text, figure.basis, figure.source)
            for sheet in tradeoff.power.devices
            for figure in sheet.figures
        ),
        n_heads=2,
    )
