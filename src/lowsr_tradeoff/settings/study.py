"""A study's settings: frozen, complete, with no unknown keys.

Precedence: defaults < TOML file < command-line flags. Relative paths in a file are relative to that file.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from lowsr_tradeoff.records.privacy import LeakKind
from lowsr_tradeoff.settings.alarms import AlarmSettings
from lowsr_tradeoff.settings.classify import CONTROLS, UNTRAINED, ClassifySettings, is_class, is_file
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.groups import (
    DeviceType,
    EventsSettings,
    PowerSettings,
    PrivacySettings,
    Settings,
    SpeechSettings,
)
from lowsr_tradeoff.settings.limits import Constraints, GateRules

MIN_RATE_HZ = 100
LIBRISPEECH = "librispeech:"
PrivacyAxis = Literal["words", "known-words", "who", "sex", "presence"]


class StudyConfig(Settings):
    """All settings of a study.

    Attributes:
        rates_hz: Candidate rates of the microphone in Hz.
        reference_rate_hz: The full rate in Hz that candidates are compared with, and that CSSD's teacher hears.
        seed: Base of every random draw.
        quick: Take a first look, which decides nothing: sounds recognised by the classical control instead of
            networks, a third of the utterances, no attacker that learns words or has a list of them, no STOI and
            PESQ.
        n_resamples: Bootstrap resamples and Monte Carlo draws.
        device_type: What networks are trained on: ``"cuda"`` is a GPU, which gives other last digits. Recognisers
            as published, speaker encoders and speech presence stay on the CPU.
        skip_bad: Go on without unusable input files; the report says how many.
        privacy_axis: The leak that is an axis of the frontier, beside accuracy and power: words of running speech,
            words of a list that the attacker knows, who speaks, the speaker's sex, or whether somebody speaks.
        front_ends: Names of other front ends to run the study through as well, for comparison: ``"butterworth4"``.
        compared_bits: Other resolutions of the converter in bits to run the study through as well, for comparison;
            those that decide are ``front_end.bits``.
        include_audio: Put your own clips into the report.
        include_transcripts: Put what is said in your own clips, and what was recognised, into the report.
    """

    rates_hz: tuple[int, ...] = (500, 1000, 2000, 4000)
    reference_rate_hz: int = 16000
    seed: int = Field(default=0, ge=0)
    quick: bool = False
    n_resamples: int = Field(default=2000, ge=100)
    device_type: DeviceType = "cpu"
    skip_bad: bool = False
    privacy_axis: PrivacyAxis = "words"
    include_audio: bool = False
    include_transcripts: bool = False
    front_end: FrontEnd = FrontEnd(filter="device")
    front_ends: tuple[str, ...] = ()
    compared_bits: tuple[Annotated[int, Field(ge=2, le=24)], ...] = ()
    events: EventsSettings = EventsSettings()
    speech: SpeechSettings = SpeechSettings()
    classify: ClassifySettings = ClassifySettings()
    privacy: PrivacySettings = PrivacySettings()
    power: PowerSettings = PowerSettings()
    alarms: AlarmSettings = AlarmSettings()
    constraints: Constraints = Constraints()
    gate: GateRules = GateRules()

    @model_validator(mode="before")
    @classmethod
    def _take_the_control_alone(cls, given: Any) -> Any:  # noqa: ANN401 - not validated yet
        classify = given.get("classify", {}) if isinstance(given, dict) and given.get("quick") else None
        if not isinstance(classify, dict) or is_file(classify.get("network")):
            return given
        return {**given, "classify": {"arms": CONTROLS, **classify}}

    @model_validator(mode="after")
    def _check_quick(self) -> Self:
        if self.quick and self.alarms.target is not None:
            raise ValueError(
                "quick: a quick look trains no network, and nothing else raises alarms; leave out --target"
            )
        if self.quick and is_class(self.classify.network):
            raise ValueError(
                "quick: nothing tells the power of a class that no study has built; leave out --network"
            )
        if self.quick and self.privacy.attackers != "default":
            raise ValueError("quick: a quick look has few attackers; leave out privacy.attackers")
        if self.quick and {*self.classify.arms} - {*UNTRAINED}:
            raise ValueError("quick: a quick look trains no network; leave out classify.arms")
        return self

    @field_validator("front_end", mode="before")
    @classmethod
    def _take_the_devices_filter(cls, front_end: object) -> object:
        return {"filter": "device", **front_end} if isinstance(front_end, dict) else front_end

    @field_validator("rates_hz")
    @classmethod
    def _check_rates(cls, rates_hz: tuple[int, ...]) -> tuple[int, ...]:
        if not rates_hz:
            raise ValueError("give at least one rate, for example 500,1000,2000,4000")
        if repeated := sorted({rate for rate in rates_hz if rates_hz.count(rate) > 1}):
            raise ValueError(f"{_hz(repeated)} are given twice; give each rate once")
        if low := [rate for rate in rates_hz if rate < MIN_RATE_HZ]:
            raise ValueError(f"{_hz(low)}: below {MIN_RATE_HZ} Hz no band is left to listen to; give higher rates")
        return tuple(sorted(rates_hz))

    @model_validator(mode="after")
    def _check_reference(self) -> Self:
        if above := [rate for rate in self.rates_hz if rate > self.reference_rate_hz]:
            raise ValueError(
                f"{_hz(above)}: above the reference rate of {self.reference_rate_hz} Hz; give lower rates, or set"
                " reference_rate_hz higher"
            )
        return self

    @model_validator(mode="after")
    def _check_target(self) -> Self:
        if self.alarms.target is not None:
            return self
        named = {
            "alarms.background": self.alarms.background,
            "constraints.min_recall": self.constraints.min_recall,
            "constraints.max_false_alarms_per_hour": self.constraints.max_false_alarms_per_hour,
        }
        if given := [name for name, value in named.items() if value is not None]:
            raise ValueError(f"{', '.join(given)}: is about alarms for one class; name it with --target")
        return self

    @property
    def alarms_asked_for(self) -> float:
        """False alarms per hour that thresholds are set for."""
        limit = self.constraints.max_false_alarms_per_hour
        return self.alarms.per_hour or (limit / 2 if limit else 1.0)

    @property
    def axis(self) -> LeakKind:
        """:attr:`privacy_axis` as records name it."""
        return "known words" if self.privacy_axis == "known-words" else self.privacy_axis

    def all_rates_hz(self) -> tuple[int, ...]:
        """Return the candidate rates and the reference rate, ascending.

        >>> StudyConfig(rates_hz=(1000,)).all_rates_hz()
        (1000, 16000)
        """
        return tuple(sorted({*self.rates_hz, self.reference_rate_hz}))


def _hz(rates_hz: Sequence[int]) -> str:
    return f"{', '.join(map(str, rates_hz))} Hz"
