"""The same study through other front ends."""

from collections.abc import Iterator

from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.wording import hz, percent


def entries(tradeoff: Tradeoff) -> Iterator[Entry]:
    """Yield the comparison, as the page prints it, where there are several front ends."""
    if tradeoff.front_ends:
        yield Entry(
            heading="Other front ends",
            intro="Networks and trained attackers learnt anew behind each front end. The network is the one that"
            " recognises most behind the first, which decides.",
            table=table(tradeoff),
        )


def table(tradeoff: Tradeoff) -> Table:
    """Return accuracy and strongest attacker through every front end compared."""
    return Table(
        "The same study through other front ends",
        ("Rate", "Front end", "Accuracy", "Strongest attacker", "It recovers"),
        tuple(
            (hz(one.rate_hz), one.front_end, percent(one.accuracy), one.attacker, percent(one.word_recovery))
            for one in tradeoff.front_ends
        ),
        n_heads=2,
    )
