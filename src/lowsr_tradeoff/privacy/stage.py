"""The privacy stage: its steps, planned once, and what the finished ones say."""

from dataclasses import dataclass
from operator import attrgetter

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers import published, recognisers, roster
from lowsr_tradeoff.privacy.attackers.attacker import NotTested, Plan, RatePlan
from lowsr_tradeoff.privacy.attackers.published import PublishedPlan, Transcripts
from lowsr_tradeoff.privacy.signal import step as signal
from lowsr_tradeoff.privacy.words.pooled import Weights
from lowsr_tradeoff.records.privacy import LeakKind, Privacy
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import resample_weights


@dataclass(frozen=True)
class PrivacyPlan:
    """The plan of everything in this stage; attackers and curves in the order of the roster."""

    axis: LeakKind
    published: tuple[PublishedPlan | NotTested, ...]
    signal: RatePlan[int]
    attackers: tuple[Plan | NotTested, ...]
    curves: tuple[Plan | None, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the steps that results are read from."""
        plans: tuple[Plan | NotTested, ...] = (
            *self.published,
            self.signal,
            *self.attackers,
            *filter(None, self.curves),
        )
        return tuple(step for plan in plans for step in plan.steps)

    @property
    def first(self) -> tuple[Step, ...]:
        """Return the steps of one figure a rate of what leaks on the axis: of words, by one recogniser."""
        if self.axis == "words":
            return next((one.steps for one in self.published if isinstance(one, PublishedPlan)), ())
        return tuple(step for attacker in self.attackers for step in attacker.steps)


def plan(config: StudyConfig, speech: SpeechCorpus) -> PrivacyPlan:
    """Return the plan of a study; raises what weights or data that cannot be used raise."""
    return PrivacyPlan(
        config.axis,
        published.plan(config, speech),
        signal.plan(config, speech),
        tuple(one.plan(config, speech) for one in roster.ATTACKERS),
        tuple(curve.plan(config, speech) for curve in roster.LEARNING_CURVES),
    )


def results(plan: PrivacyPlan, store: Store) -> Privacy:
    """Return what every attacker recovers, and what the signal scores, at every rate whose steps did not fail."""
    weights = draws(plan.signal.config, plan.signal.speech)
    heard = [published.results(one, store, weights) for one in plan.published]
    recovered = {found.rate_hz: found.word_recovery.value for found in heard[0].words}
    known = {rate_hz: value for rate_hz, value in recovered.items() if value is not None}
    attackers = zip(roster.ATTACKERS, plan.attackers, strict=True)
    others = (of.results if isinstance(of, NotTested) else one.results(of, store) for one, of in attackers)
    growing = zip(roster.LEARNING_CURVES, plan.curves, strict=True)
    curves = (curve.results(of, store, known) for curve, of in growing if of is not None)
    return Privacy(
        words=tuple(sorted((found for one in heard for found in one.words), key=attrgetter("rate_hz"))),
        attacks=(
            *(result for one in heard for result in one.attacks),
            *(result for found in others for result in found),
        ),
        learning_curves=tuple(curve for found in curves for curve in found),
        rate_differences=tuple(difference for one in heard for difference in one.differences),
        intelligibility=signal.results(plan.signal, store, weights),
    )


def transcripts(plan: PrivacyPlan, store: Store) -> dict[int, Transcripts]:
    """Return, by rate in Hz, the transcripts of the recogniser that hits the most words there."""
    return published.transcripts([one for one in plan.published if isinstance(one, PublishedPlan)], store)


def weights(config: StudyConfig) -> dict[str, str]:
    """Return the SHA-256 of the files of every recogniser that attacks, by its name and theirs."""
    return recognisers.weights(config)


def draws(config: StudyConfig, speech: SpeechCorpus) -> Weights:
    """Return how often each utterance counts in resamples of speakers. Shape ``(n_resamples, n_utterances)``."""
    speakers = [utterance.speaker for utterance in speech.utterances]
    return resample_weights(speakers, config.n_resamples, config.seed)
