"""The strongest attacker on words at each rate, which decisions use, and behind other front ends."""

from collections.abc import Iterator

from lowsr_tradeoff.decision.frontier import strongest_at
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.table import Row, Table, table_of
from lowsr_tradeoff.reports.wording import by_chance, hz, number, percent


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
    """Return the strongest attacker on words at each rate; the page, the decision and the claim sheet print it."""
    attacks = tradeoff.privacy.attacks
    rates_hz = sorted({found.rate_hz for found in attacks})
    return Table(
        "The strongest attacker tested at each rate, by its figure above chance",
        ("Rate", "Attacker", "Figure", "It recovers", "By chance"),
        tuple(_row(rate_hz, strongest_at(attacks, rate_hz, tradeoff.front_end)) for rate_hz in rates_hz),
    )


def _row(rate_hz: int, attack: AttackResult | None) -> Row:
    if attack is not None and attack.is_lost:
        return hz(rate_hz), f"not known: {attack.attacker}, whose step failed", "", "", ""
    if attack is None or attack.value.value is None:
        return hz(rate_hz), "none was tested", "", "", ""
    return hz(rate_hz), attack.attacker, attack.measure, percent(attack.value), by_chance(attack)


def front_ends(tradeoff: Tradeoff) -> Table:
    """Return accuracy, strongest attacker and power through every front end compared."""
    return table_of(
        "The same study through other front ends",
        tradeoff.front_ends,
        (
            ("Rate", lambda one: hz(one.rate_hz)),
            ("Front end", lambda one: one.front_end),
            ("Accuracy", lambda one: percent(one.accuracy)),
            ("Strongest attacker", lambda one: one.attacker),
            ("It recovers", lambda one: percent(one.word_recovery)),
            ("Average power", lambda one: number(one.power_mw)),
        ),
        n_heads=2,
    )
