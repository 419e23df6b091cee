"""The strongest attacker on words at each rate: what decisions use."""

from lowsr_tradeoff.decision.frontier import strongest_at
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.table import Row, Table
from lowsr_tradeoff.reports.wording import by_chance, hz, percent


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
