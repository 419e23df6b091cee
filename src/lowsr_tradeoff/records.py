"""Every result record: frozen, finite, with unit, interval and n.

A figure that could not be had is a :class:`Measurement` whose value is ``None`` and whose ``reason`` says why;
there are no sentinels. Proportions are 0…1. ``rate_hz`` is always the microphone's rate.
"""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

SCHEMA_VERSION = 1

Grid = Literal["shared", "native"]
Arm = Literal["raw", "finetuned", "basd", "cssd"]


class Record(BaseModel):
    """A frozen record that refuses unknown fields and non-finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Measurement(Record):
    """One figure with its 95 % interval.

    Attributes:
        value: The figure, or ``None`` when it could not be had.
        low: Lower end of the 95 % interval.
        high: Upper end of the 95 % interval.
        n: How many things it rests on.
        n_of: What those things are: ``"clips"``, ``"words"``, ``"draws"`` …
        unit: SI unit, or ``"1"`` for a proportion or ratio.
        basis: ``"measured"`` on data here, ``"modelled"`` from sourced parts, or ``"counted"`` exactly.
        reason: Why there is no value.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = Field(ge=0)
    n_of: str
    unit: str = "1"
    basis: Literal["measured", "modelled", "counted"] = "measured"
    reason: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.value is None) == (self.reason is None):
            raise ValueError("a measurement has either a value or a reason for having none")
        if self.value is None and (self.low, self.high) != (None, None):
            raise ValueError("an interval needs a value")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"interval is upside down: {self.low} > {self.high}")
        return self


def missing(reason: str, n_of: str, unit: str = "1") -> Measurement:
    """Return the measurement that could not be had, with its reason.

    >>> missing("no utterance", "words").value is None
    True
    """
    return Measurement(value=None, n=0, n_of=n_of, unit=unit, reason=reason)


class ModelCost(Record):
    """What one classification costs to compute, counted on the network that was trained.

    Attributes:
        rate_hz: The microphone's rate.
        grid: Feature layout, ``"shared"`` or ``"native"``.
        model_rate_hz: The rate the feature front end runs at.
        window_s: Seconds of audio classified at once.
        parameters: Trained values of the network.
        macs: Multiply-accumulates per window by operator type (``"conv"``, ``"linear"``).
        fft_size: Points of one FFT.
        frames: FFTs per window.
        mel_bands: Bands of the mel bank.
        mel_nonzeros: Non-zero weights of the mel bank (multiply-accumulates per frame).
        weight_bytes: Bytes of the weights at int8.
        activation_bytes: Largest input plus output of one layer, bytes at int8.
    """

    rate_hz: int
    grid: Grid
    model_rate_hz: int
    window_s: float
    parameters: int
    macs: dict[str, int]
    fft_size: int
    frames: int
    mel_bands: int
    mel_nonzeros: int
    weight_bytes: int
    activation_bytes: int


class ClassRecall(Record):
    """Recall of one class."""

    label: str
    recall: Measurement


class ClassifyResult(Record):
    """What is still recognised at one rate by one way of training."""

    rate_hz: int
    grid: Grid
    arm: Arm
    accuracy: Measurement
    macro_f1: Measurement
    class_recall: tuple[ClassRecall, ...]
    n_clips: int
    n_sources: int
    n_folds: int
    n_seeds: int
    cost: ModelCost


class Contrast(Record):
    """Paired difference in accuracy between two arms on the same clips, folds and seeds.

    Attributes:
        rate_hz: Rate of the first arm.
        grid: Feature layout of the first arm.
        arm: The first arm.
        against: The second arm.
        against_rate_hz: Rate of the second arm.
        against_grid: Feature layout of the second arm.
        difference: Accuracy of the first minus that of the second.
        is_supported: Whether the 95 % interval leaves out zero.
    """

    rate_hz: int
    grid: Grid
    arm: Arm
    against: Arm
    against_rate_hz: int
    against_grid: Grid
    difference: Measurement
    is_supported: bool


class WordCounts(Record):
    """Pooled word alignment counts; rates are derived from these, never averaged."""

    hits: int
    substitutions: int
    deletions: int
    insertions: int
    reference_words: int

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.hits + self.substitutions + self.deletions != self.reference_words:
            raise ValueError("hits + substitutions + deletions must equal the reference words")
        return self


class PrivacyResult(Record):
    """What one attacker recovers of the words at one rate."""

    rate_hz: int
    attacker: str
    policy: str
    counts: WordCounts
    word_recovery: Measurement
    keyword_recovery: Measurement
    wer: Measurement
    cer: Measurement
    wil: Measurement
    repetition_loops: Measurement
    empty_outputs: Measurement
    n_utterances: int
    n_speakers: int


class IntelligibilityResult(Record):
    """Signal measures at one rate against the full-band original. Diagnostics, not privacy claims."""

    rate_hz: int
    stoi: Measurement
    estoi: Measurement
    pesq_wb: Measurement
    n_utterances: int


class PowerComponent(Record):
    """Average power of one part of the device."""

    name: Literal["microphone", "adc", "front_end", "inference", "idle"]
    power_mw: Measurement


class PowerResult(Record):
    """What one device draws at one rate and feature layout.

    Attributes:
        rate_hz: The microphone's rate.
        grid: Feature layout of the network that runs.
        device: Name of the device profile.
        adc_rate_hz: The rate the converter runs at; above ``rate_hz`` when the part cannot go that low.
        is_decimated: Whether samples are thrown away to reach ``rate_hz``.
        components: Average power by part, empty when infeasible.
        power_mw: Their sum.
        power_saved: Share of the reference rate's power that is saved, from paired draws: what both share cancels.
        battery_hours: Hours on the configured battery.
        real_time_factor: Share of the time the processor computes; above 1 it cannot keep up.
        infeasible: Reasons why this device cannot do it; empty when it can.
    """

    rate_hz: int
    grid: Grid
    device: str
    adc_rate_hz: int | None
    is_decimated: bool
    components: tuple[PowerComponent, ...]
    power_mw: Measurement
    power_saved: Measurement
    battery_hours: Measurement
    real_time_factor: Measurement
    infeasible: tuple[str, ...]


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


class CorpusSummary(Record):
    """What the figures were measured on."""

    name: str
    kind: Literal["events", "speech"]
    digest: str
    n_clips: int
    n_skipped: int
    n_groups: int
    group_of: Literal["sources", "speakers"]
    classes: tuple[str, ...]
    n_folds: int
    duration_s: float
    lowest_source_rate_hz: int
    is_synthetic: bool
    note: str


class Provenance(Record):
    """What produced the figures: the part of the manifest that is equal when the figures are."""

    version: str
    code: str
    python: str
    platform: str
    libraries: dict[str, str]
    weights: dict[str, str]


class Tradeoff(Record):
    """Everything a run found; the report is drawn from this alone."""

    schema_version: int = SCHEMA_VERSION
    rates_hz: tuple[int, ...]
    reference_rate_hz: int
    corpora: tuple[CorpusSummary, ...]
    classify: tuple[ClassifyResult, ...]
    contrasts: tuple[Contrast, ...]
    privacy: tuple[PrivacyResult, ...]
    intelligibility: tuple[IntelligibilityResult, ...]
    power: tuple[PowerResult, ...]
    points: tuple[OperatingPoint, ...]
    decision: Decision
    settings: dict[str, JsonValue]
    provenance: Provenance


class Manifest(Record):
    """How the run went: what may differ between two runs with equal figures."""

    finished_at: str
    wall_s: float
    jobs: int
    cpu: str
    n_cores: int
    memory_gb: float
    steps_run: int
    steps_reused: int


class ListenClip(Record):
    """One clip as one rate captures it, restored to 16 kHz."""

    kind: Literal["event", "speech"]
    rate_hz: int
    clip_id: str
    label: str
    heard: str | None
    flac_base64: str


class ListenPack(Record):
    """The clips of the report's listening section."""

    clips: tuple[ListenClip, ...]
    note: str
