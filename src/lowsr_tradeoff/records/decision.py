"""Operating points, the decision under the constraints, and comparisons of runs."""

from typing import Literal

from pydantic import Field

from lowsr_tradeoff.records.alarms import FALSE_ALARMS
from lowsr_tradeoff.records.base import Measurement, Record, missing
from lowsr_tradeoff.records.classify import CLIPS, Probability
from lowsr_tradeoff.records.network import ArmName, Grid
from lowsr_tradeoff.records.privacy import LeakKind

NO_TARGET = "no class raises alarms; name one with --target"
# The field of an operating point that holds a kind of leak.
LEAK_FIELDS: dict[LeakKind, str] = {
    "words": "word_recovery",
    "known words": "known_word_recovery",
    "who": "speaker_identification",
    "sex": "sex_recovery",
    "presence": "presence_recovery",
}


class OperatingPoint(Record):
    """One combination of rate, grid, arm and device, with accuracy, privacy and power.

    Attributes:
        point_id: Name used by ``dominated_by`` and the decision, for example ``"1000-native-cssd-stm32u575"``.
        attacker: The strongest on the privacy axis; of a lower rate that this one can imitate, where that sets it.
        word_recovery: Share of the words of running speech, as all leaks the envelope of :class:`Leak`.
        known_word_recovery: Share of the words of a list that the attacker knows, where 0 is guessing.
        speaker_identification: Share of utterances whose speaker is told.
        sex_recovery: Share of utterances whose speaker's sex is told, mean over the sexes.
        presence_recovery: Share of time in which it is told whether somebody speaks.
        power_saved: As in :class:`PowerResult`.
        infeasible: Reasons why the device cannot run it.
        dominated_by: Points at least as good on all three axes and better on one, by value.
        is_dominance_clear: Whether one of them is so beyond the intervals.
        fails: The constraints that the pessimistic ends do not meet; empty when all are met or none is set.
        p_frontier: Probability that no other point of the device dominates it; ``None`` where it is not compared.
        p_meets: Probability that it meets all constraints at once; ``None`` if none is set or a figure is missing.
        privacy_axis: The leak that is its axis on the frontier.
        recall: Share of the target's clips that raise an alarm, at the operating point of :class:`AlarmResult`.
        false_alarms_per_hour: Of other sounds, at the same point.
    """

    point_id: str
    rate_hz: int
    grid: Grid
    arm: ArmName
    device: str
    attacker: str
    accuracy: Measurement
    word_recovery: Measurement
    known_word_recovery: Measurement
    speaker_identification: Measurement
    sex_recovery: Measurement
    presence_recovery: Measurement
    power_mw: Measurement
    power_saved: Measurement
    battery_hours: Measurement
    infeasible: tuple[str, ...]
    dominated_by: tuple[str, ...]
    is_dominance_clear: bool
    fails: tuple[str, ...]
    p_frontier: Probability | None = None
    p_meets: Probability | None = None
    privacy_axis: LeakKind = "words"
    recall: Measurement = missing(NO_TARGET, CLIPS)
    false_alarms_per_hour: Measurement = missing(NO_TARGET, FALSE_ALARMS, "per hour")

    @property
    def privacy(self) -> Measurement:
        """The leak on the frontier's axis."""
        leak: Measurement = getattr(self, LEAK_FIELDS[self.privacy_axis])
        return leak


class Decision(Record):
    """The decision for one device under the constraints; points are given by their ``point_id``.

    Attributes:
        constraints: The bounds that were set, by name.
        qualifying: Points that meet all of them on the pessimistic ends, best first.
        recommended: The first of them, or ``None``.
        nearest: When none qualifies, the point that misses by least.
        nearest_misses: Why the nearest point does not qualify.
    """

    device: str
    constraints: dict[str, float]
    qualifying: tuple[str, ...]
    recommended: str | None
    nearest: str | None
    nearest_misses: tuple[str, ...]


class FrontEndResult(Record):
    """One front end at one rate, for comparison with others.

    Attributes:
        arm: How the network was trained, anew for each front end.
        attacker: The attacker with the highest word recovery.
        word_recovery: The leak of words behind that front end.
        power_mw: Of the deciding device, with the bits of this front end.
    """

    front_end: str
    rate_hz: int
    grid: Grid
    arm: ArmName
    accuracy: Measurement
    attacker: str
    word_recovery: Measurement
    power_mw: Measurement


class Change(Record):
    """A value that is not the same in all runs.

    Attributes:
        what: Its dotted name: ``"classify.epochs"``, ``"events.n_clips"``, ``"torch"``.
        values: Of each run; ``None`` where the run has none.
    """

    what: str
    values: tuple[str | None, ...]


class Difference(Record):
    """Difference between a figure of one run and that of the first run.

    Attributes:
        run: Index of the run that is compared with the first, from 1.
        measure: ``"accuracy"``, ``"power"``, or the measure of an attacker.
        grid: ``None`` where the figure does not depend on it, as ``arm``, ``device`` and ``attacker``.
        first: The figure in the first run.
        second: The figure in this one.
        difference: The second minus the first.
        pairing: ``"paired"`` where both figures were drawn together, from the same resamples or parameters.
        is_supported: Whether the interval excludes zero.
    """

    run: int
    measure: str
    rate_hz: int
    grid: Grid | None = None
    arm: ArmName | None = None
    device: str | None = None
    attacker: str | None = None
    first: Measurement
    second: Measurement
    difference: Measurement
    pairing: Literal["paired", "independent"]
    is_supported: bool


class Comparison(Record):
    """What differs between runs; all others are compared with the first.

    Attributes:
        runs: Their names.
        is_synthetic: Whether any of them rests on synthetic data.
        weights: By their hashes.
        versions: Of programs and libraries.
        differences: Of every figure of recognition, attackers and power that the first run shares with another.
        unmatched: Figures that not every run has.
        remarks: What is not compared, and why.
    """

    runs: tuple[str, ...]
    is_synthetic: bool
    settings: tuple[Change, ...]
    corpora: tuple[Change, ...]
    weights: tuple[Change, ...]
    versions: tuple[Change, ...]
    decisions: tuple[Change, ...]
    differences: tuple[Difference, ...]
    unmatched: tuple[Change, ...]
    remarks: tuple[str, ...]


class Shortfall(Record):
    """One reason why a rate does not pass.

    Attributes:
        sentence: The reason, with figures.
        relative: By how much, as a share of a bound that is not 0; ``None`` where no other bound would help.
    """

    sentence: str
    relative: float | None


class RateVerdict(Record):
    """Whether a rate passes.

    Attributes:
        point_id: The operating point that passes, or the one that is nearest to it; ``None`` where every training
            at the rate failed.
        p_meets: Probability that the point meets all constraints at once; ``None`` without joint draws.
        shortfalls: Empty when it passes.
        figures: The point's figure that each constraint is about, by the name of the constraint.
    """

    rate_hz: int
    point_id: str | None
    passes: bool
    p_meets: Probability | None
    shortfalls: tuple[Shortfall, ...]
    figures: dict[str, Measurement] = Field(default_factory=dict)


class GateResult(Record):
    """Whether a run passes.

    Attributes:
        device: The device that has to meet the constraints.
        constraints: The bounds, by name.
        confidence: Least probability that a point meets all of them at once.
        attacker_data: How much attackers may learn from, as a multiple of the run's data.
        has_published_attackers: Whether published figures count as an attacker's.
        passes: Whether any rate does.
        rate_hz: The best of those that pass.
        point_id: Its operating point.
        not_tested: Attackers without a figure, of the kinds of leak that have a limit, and why; with more data than
            the run's, also those without a learning curve.
    """

    device: str
    constraints: dict[str, float]
    confidence: Probability
    attacker_data: str = "1x"
    has_published_attackers: bool = True
    passes: bool
    rate_hz: int | None
    point_id: str | None
    rates: tuple[RateVerdict, ...]
    not_tested: tuple[str, ...]
