"""The record of an attack on known words: a word or a sentence of a list that the attacker has."""

from lowsr_tradeoff.privacy.attackers.attacker import NotTested
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.settings.front_end import FrontEnd, name_of
from lowsr_tradeoff.settings.study import StudyConfig

MEASURE = "known-word recovery"


def result(
    rate_hz: int,
    front_end: FrontEnd,
    attacker: str,
    value: Measurement,
    chance: Measurement | None,
    setup: str,
    draws: tuple[float, ...] = (),
) -> AttackResult:
    """Return the share of known words that an attacker recovers, the figure by which it competes."""
    return AttackResult(
        rate_hz=rate_hz,
        front_end=name_of(front_end),
        attacker=attacker,
        recovers="known words",
        measure=MEASURE,
        value=value,
        chance=chance,
        is_leak=True,
        competes=True,
        setup=setup,
        value_draws=draws,
    )


def not_tested(config: StudyConfig, attacker: str, reason: str) -> NotTested:
    """Return that an attacker cannot be tried at any rate, or was not asked for."""
    nothing, front_end = missing(reason, "words"), config.front_end
    rates_hz = config.all_rates_hz()
    return NotTested(tuple(result(hz, front_end, attacker, nothing, None, reason) for hz in rates_hz))
