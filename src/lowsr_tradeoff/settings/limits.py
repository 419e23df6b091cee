"""What a study asks for: limits, and the rules of a gate."""

from dataclasses import dataclass
from typing import Literal

from lowsr_tradeoff.settings.groups import Positive, Settings, Share


@dataclass(frozen=True)
class Limit:
    """One constraint: a bound on a field of an operating point; at least so much, or at most."""

    field: str
    bound: float
    is_least: bool


class Constraints(Settings):
    """What must hold, on the pessimistic end of each interval. None is set by default: they are policy.

    Attributes:
        min_accuracy: Least accuracy to accept, 0 to 1.
        max_word_recovery: Most words of running speech to accept of the strongest attacker, 0 to 1.
        max_known_word_recovery: Most words of a list that the attacker knows, 0 to 1, where 0 is guessing.
        max_speaker_identification: Most utterances whose speaker is told, of those on file, 0 to 1.
        min_battery_hours: Least battery life to accept, in hours.
        min_recall: Least share of the target's clips that raise an alarm, 0 to 1.
        max_false_alarms_per_hour: Most alarms per hour to accept that the target did not raise.
    """

    min_accuracy: Share | None = None
    max_word_recovery: Share | None = None
    max_known_word_recovery: Share | None = None
    max_speaker_identification: Share | None = None
    min_battery_hours: Positive | None = None
    min_recall: Share | None = None
    max_false_alarms_per_hour: Positive | None = None

    def given(self) -> dict[str, float]:
        """Return the constraints that are set, by name.

        >>> Constraints(min_accuracy=0.7).given()
        {'min_accuracy': 0.7}
        """
        return self.model_dump(include=set(Constraints.model_fields), exclude_none=True)

    def limits(self) -> tuple[Limit, ...]:
        """Return the constraints that are set, with the field that each is about.

        >>> Constraints(max_word_recovery=0.1).limits()
        (Limit(field='word_recovery', bound=0.1, is_least=False),)
        """
        given = self.given().items()
        return tuple(Limit(name[len("min_") :], bound, is_least=name.startswith("min_")) for name, bound in given)


class GateRules(Constraints):
    """What ``lowsr-tradeoff gate`` lets pass.

    Attributes:
        confidence: Least probability that one operating point meets all of these at once; 0 asks for none.
        device: Device that has to meet them; unset for the one that decides the study.
        published_attackers: Whether published figures of a recogniser trained at low rates count as an attacker's.
        attacker_data: How much attackers may learn from: ``"1x"`` as in the run, or ``"10x"`` or
            ``"100x"`` of it, extrapolated from the run's learning curves.
    """

    confidence: Share = 0.95
    device: str | None = None
    published_attackers: bool = True
    attacker_data: Literal["1x", "10x", "100x"] = "1x"

    @property
    def times_the_data(self) -> int:
        """:attr:`attacker_data` as a number."""
        return int(self.attacker_data.removesuffix("x"))
