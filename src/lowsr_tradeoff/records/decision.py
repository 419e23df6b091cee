"""Operating points, and the answer under the constraints."""

from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.classify import Probability
from lowsr_tradeoff.records.network import Arm, Grid


class OperatingPoint(Record):
    """One (rate, grid, arm, device) with accuracy, privacy and power.

    Attributes:
        point_id: Name used by ``dominated_by`` and the decision, for example ``"1000-native-cssd-stm32u575"``.
        attacker: The attacker with the highest word recovery at this rate.
        power_saved: As in :class:`PowerResult`.
        infeasible: Reasons why the device cannot do it.
        dominated_by: Points at least as good on all three axes and better on one, by value.
        is_dominance_clear: Whether one of them is so beyond the intervals.
        fails: The constraints that the pessimistic ends do not meet; empty when all are met or none is set.
        p_frontier: Probability that no other point of the device dominates it; ``None`` where it is not compared.
        p_meets: Probability that it meets all constraints at once; ``None`` where none is set or a figure lacks.
    """

    point_id: str
    rate_hz: int
    grid: Grid
    arm: Arm
    device: str
    attacker: str
    accuracy: Measurement
    word_recovery: Measurement
    power_mw: Measurement
    power_saved: Measurement
    battery_hours: Measurement
    infeasible: tuple[str, ...]
    dominated_by: tuple[str, ...]
    is_dominance_clear: bool
    fails: tuple[str, ...]
    p_frontier: Probability | None = None
    p_meets: Probability | None = None


class Decision(Record):
    """The answer under the constraints.

    Attributes:
        device: The device it is for.
        constraints: The bounds that were set, by name.
        qualifying: Points that meet all of them on the pessimistic ends, best first.
        recommended: The first of them, or ``None``.
        nearest: When none qualifies, the point that misses by least and what it misses.
        nearest_misses: Why the nearest point does not qualify.
    """

    device: str
    constraints: dict[str, float]
    qualifying: tuple[str, ...]
    recommended: str | None
    nearest: str | None
    nearest_misses: tuple[str, ...]


class MicrophoneResult(Record):
    """One front end at one rate, for comparison with others.

    Attributes:
        front_end: Name of the front end.
        rate_hz: The microphone's rate.
        grid: Feature layout of the network.
        arm: How the network was trained, anew for each front end.
        accuracy: Share of clips recognised.
        attacker: The attacker with the highest word recovery.
        word_recovery: What that attacker recovers.
    """

    front_end: str
    rate_hz: int
    grid: Grid
    arm: Arm
    accuracy: Measurement
    attacker: str
    word_recovery: Measurement
