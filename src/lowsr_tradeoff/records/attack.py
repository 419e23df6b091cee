"""What an attacker gets out of a capture besides the words of :class:`PrivacyResult`."""

from typing import Literal

from lowsr_tradeoff.records.base import Measurement, Record

Loot = Literal["words", "identity", "sex", "presence"]


class AttackResult(Record):
    """One figure of one attacker at one rate.

    Attributes:
        rate_hz: The microphone's rate.
        front_end: Name of the microphone's front end.
        attacker: Who attacks, for example ``"digits, trained at the rate"``.
        recovers: What is at stake; ``"words"`` competes for the strongest attacker.
        measure: What the figure is: ``"word recovery"``, ``"equal error rate"``.
        value: The figure, or ``None`` with the reason why the attacker was not tested.
        chance: What guessing gets, or ``None`` where it gets nothing.
        is_leak: Whether a higher figure means that more is recovered.
        setup: What it was trained and tested on, in one sentence.
        value_draws: Joint draws of the figure (:mod:`lowsr_tradeoff.joint`), of attackers on words.
        is_lost: Whether it was to be tested and its step failed, so that the strongest attacker is not known.
    """

    rate_hz: int
    front_end: str
    attacker: str
    recovers: Loot
    measure: str
    value: Measurement
    chance: Measurement | None
    is_leak: bool
    setup: str
    value_draws: tuple[float, ...] = ()
    is_lost: bool = False
