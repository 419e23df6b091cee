"""How much the paper's protocol flatters: the best epoch on the test fold against the last one."""

from collections.abc import Iterator

from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.wording import named, percent, points


def entries(tradeoff: Tradeoff) -> Iterator[Entry]:
    """Yield the comparison, as the page prints it, where the study kept best epochs."""
    if tradeoff.recognition.optimism:
        yield Entry(
            heading="How much the paper’s protocol flatters",
            intro="The paper’s code keeps the epoch that is best on the clips it then reports. Optimism is that"
            " accuracy less the one after the last epoch, of the same networks on the same clips.",
            table=table(tradeoff),
        )


def table(tradeoff: Tradeoff) -> Table:
    """Return by how much the best epoch on the test fold flatters."""
    return Table(
        "The paper's protocol against the last epoch of the same networks",
        ("Rate", "Training", "Features", "Best epoch on the test fold", "Last epoch", "Optimism"),
        tuple(
            (*named(one), percent(one.best_epoch), percent(one.last_epoch), points(one.difference))
            for one in tradeoff.recognition.optimism
        ),
        n_heads=3,
    )
