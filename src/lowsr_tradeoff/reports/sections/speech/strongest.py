"""The strongest attacker on words at each rate: what decisions use."""

from lowsr_tradeoff.decision.frontier import strongest_at
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.wording import by_chance, hz, percent


def table(tradeoff: Tradeoff) -> Table:
    """Return the strongest attacker on words at each rate."""
    rates_hz = sorted({found.rate_hz for found in tradeoff.privacy.attacks})
    found = [(rate_hz, strongest_at(tradeoff.privacy.attacks, rate_hz, tradeoff.front_end)) for rate_hz in rates_hz]
    return Table(
        "The strongest attacker tested at each rate, by its figure above chance",
        ("Rate", "Attacker", "Figure", "It recovers", "By chance"),
        tuple(
            (hz(rate_hz), attack.attacker, attack.measure, percent(attack.value), by_chance(attack))
            for rate_hz, attack in found
            if attack is not None
        ),
    )
