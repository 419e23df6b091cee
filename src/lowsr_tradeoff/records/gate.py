"""Whether a run meets rules."""

from lowsr_tradeoff.records.base import Record
from lowsr_tradeoff.records.classify import Probability


class Shortfall(Record):
    """One thing that keeps a rate from passing.

    Attributes:
        sentence: What, with figures.
        relative: By how much, as a share of a bound that is not 0; ``None`` where no other bound would help.
    """

    sentence: str
    relative: float | None


class RateVerdict(Record):
    """Whether a rate passes.

    Attributes:
        rate_hz: The microphone's rate.
        point_id: The operating point that passes, or the one that is nearest to it; ``None`` where every training
            at the rate failed.
        passes: Whether it does.
        p_meets: Probability that the point meets all constraints at once; ``None`` without joint draws.
        shortfalls: What keeps it from passing; empty when it does.
    """

    rate_hz: int
    point_id: str | None
    passes: bool
    p_meets: Probability | None
    shortfalls: tuple[Shortfall, ...]


class GateResult(Record):
    """Whether a run passes.

    Attributes:
        device: The device that has to meet the constraints.
        constraints: The bounds, by name.
        confidence: Least probability that a point meets all of them at once.
        attacker_data: How much attackers on words may learn from, as a multiple of the run's data.
        passes: Whether any rate does.
        rate_hz: The best of those that pass.
        point_id: Its operating point.
        rates: Every rate with what it falls short of.
        not_tested: Attackers on words that the figures say nothing of, and why they were not tested; with more
            data than the run's, those without a learning curve as well.
    """

    device: str
    constraints: dict[str, float]
    confidence: Probability
    attacker_data: str = "1x"
    passes: bool
    rate_hz: int | None
    point_id: str | None
    rates: tuple[RateVerdict, ...]
    not_tested: tuple[str, ...]
