"""The strongest attacker on words at each rate, which decisions use, and behind other front ends."""

from collections.abc import Iterator

from lowsr_tradeoff.decision.frontier import strongest_at
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Table, table_of
from lowsr_tradeoff.reports.wording import by_chance, hz, percent


def entries(tradeoff: Tradeoff) -> Iterator[Entry]:
    """Yield the strongest attackers, as the page prints them, also behind other front ends where there are some."""
    yield Entry("The strongest attacker", table=table(tradeoff))
    if tradeoff.front_ends:
        yield Entry(
            heading="Other front ends",
            intro="Networks and trained attackers learnt anew behind each front end. The network is the one that"
            " recognises most behind the first, which decides.",
            table=front_ends(tradeoff),
        )


def table(tradeoff: Tradeoff) -> Table:
    """Return the strongest attacker on words at each rate."""
    rates_hz = sorted({found.rate_hz for found in tradeoff.privacy.attacks})
    found = (strongest_at(tradeoff.privacy.attacks, rate_hz, tradeoff.front_end) for rate_hz in rates_hz)
    return table_of(
        "The strongest attacker tested at each rate, by its figure above chance",
        [attack for attack in found if attack is not None],
        (
            ("Rate", lambda attack: hz(attack.rate_hz)),
            ("Attacker", lambda attack: attack.attacker),
            ("Figure", lambda attack: attack.measure),
            ("It recovers", lambda attack: percent(attack.value)),
            ("By chance", by_chance),
        ),
    )


def front_ends(tradeoff: Tradeoff) -> Table:
    """Return accuracy and strongest attacker through every front end compared."""
    return table_of(
        "The same study through other front ends",
        tradeoff.front_ends,
        (
            ("Rate", lambda one: hz(one.rate_hz)),
            ("Front end", lambda one: one.front_end),
            ("Accuracy", lambda one: percent(one.accuracy)),
            ("Strongest attacker", lambda one: one.attacker),
            ("It recovers", lambda one: percent(one.word_recovery)),
        ),
        n_heads=2,
    )
