"""What an attacker is: it plans its steps once, and reads its results from those."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.captures import CaptureSettings, captures_of
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult, LearningCurve
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig

R = TypeVar("R", int, tuple[int, int])

NOT_ASKED = "not asked for; run with --attackers all"
NOT_QUICK = "not in a quick look; run without --quick"


class Plan(Protocol):
    """The steps of an attacker; its own class also holds what the results are made with."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the steps that results are read from; the steps that these need run too."""


@dataclass(frozen=True)
class RatePlan(Generic[R]):
    """A plan of one step per rate in Hz, or per pair of rates."""

    config: StudyConfig
    speech: SpeechCorpus
    by_rate: Mapping[R, Step]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return those of all rates."""
        return tuple(self.by_rate.values())


@dataclass(frozen=True)
class NotTested:
    """An attacker that cannot be tried, or was not asked for: its results, which say why."""

    results: tuple[AttackResult, ...]
    steps: ClassVar[tuple[Step, ...]] = ()


class Attacker(Protocol):
    """A module with these two functions; ``results`` is given its own kind of plan."""

    def plan(self, config: StudyConfig, speech: SpeechCorpus, /) -> Plan | NotTested:
        """Return the plan. Raises what loading its weights or its data raises."""

    def results(self, plan: Any, store: Store, /) -> tuple[AttackResult, ...]:  # noqa: ANN401 - of the same attacker
        """Return what is recovered, lowest rate first; a step that failed has its reason instead."""


class GrowingAttacker(Protocol):
    """A module that tries an attacker on growing shares of its data."""

    def plan(self, config: StudyConfig, speech: SpeechCorpus, /) -> Plan | None:
        """Return the plan; ``None`` where it was not asked for or nothing can be learnt."""

    def results(self, plan: Any, store: Store, published: dict[int, float], /) -> tuple[LearningCurve, ...]:  # noqa: ANN401 - likewise
        """Return a curve at every rate whose steps did not fail; ``published`` is recovery without data, by Hz."""


def capture_step(
    config: StudyConfig, speech: SpeechCorpus, rate_hz: int, stage: str, run: str, what: str
) -> Step[CaptureSettings]:
    """Return a step that depends on nothing but the captures of a corpus at one rate."""
    return Step(stage, run, captures_of(config, speech, rate_hz), f"{what} at {rate_hz} Hz", "speech")


def failed(why: str, n_of: str) -> Measurement:
    """Return the figure of a step that failed."""
    return missing(f"its step failed: {why}", n_of)
