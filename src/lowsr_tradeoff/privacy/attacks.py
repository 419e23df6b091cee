"""Which attackers a study tries, and which it does not and why.

The list is the same in every report: an attacker that was not asked for stands in it as not tested.
"""

from collections.abc import Mapping, Sequence

from lowsr_tradeoff.config import StudyConfig
from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.privacy import activity, speakers, voice
from lowsr_tradeoff.privacy.attackers import (
    adapted,
    digits,
    extension,
    growing_speech,
    growing_vocabulary,
    overheard,
)
from lowsr_tradeoff.privacy.attackers.overheard import lost, not_tested
from lowsr_tradeoff.privacy.whisper_weights import attacker
from lowsr_tradeoff.records import AttackResult, LearningCurve, PrivacyResult
from lowsr_tradeoff.store import Step, Store

NOT_ASKED = "not asked for; run with --attackers all"


def plan(config: StudyConfig, speech: SpeechCorpus) -> tuple[Step, ...]:
    """Return the steps of the attackers other than the recogniser as published.

    Raises:
        MissingResourceError: Weights of an attacker are not there.
        DataError: They are not those that this package was made with.
    """
    return (
        *digits.plan(config, speech),
        *speakers.plan(config, speech),
        *voice.plan(config, speech),
        *activity.plan(config, speech),
        *(_asked_for(config, speech) if _is_asked(config) else ()),
    )


def run(steps: Sequence[Step], speech: SpeechCorpus, store: Store) -> None:
    """Run steps of one attacker and write their artefacts.

    Raises:
        StageError: No attacker has such a stage.
    """
    match steps[0].stage:
        case digits.STAGE:
            digits.run(steps, speech, store)
        case extension.STAGE:
            extension.run(steps, speech, store)
        case adapted.STAGE:
            adapted.run(steps, speech, store)
        case growing_vocabulary.STAGE:
            growing_vocabulary.run(steps, speech, store)
        case overheard.COUNT:
            overheard.run_counts(steps, speech, store)
        case speakers.STAGE:
            speakers.run(steps, speech, store)
        case voice.STAGE:
            voice.run(steps, speech, store)
        case activity.STAGE:
            activity.run(steps, speech, store)
        case stage:
            raise StageError(f"{steps[0].label}: no attacker has the stage {stage!r}")


def results(config: StudyConfig, speech: SpeechCorpus, store: Store) -> tuple[AttackResult, ...]:
    """Return what the attackers recover, weakest first, and those that were not tested."""
    return (
        *_extended(config, speech, store),
        *digits.results(config, speech, store),
        *_adapted(config, speech, store),
        *speakers.results(config, speech, store),
        *voice.results(config, speech, store),
        *activity.results(config, speech, store),
    )


def curves(
    config: StudyConfig, speech: SpeechCorpus, store: Store, heard: Sequence[PrivacyResult]
) -> tuple[LearningCurve, ...]:
    """Return what attackers recover with growing shares of their data; nothing where it was not asked for.

    Args:
        config: The settings.
        speech: The corpus.
        store: Where the artefacts lie.
        heard: What the recogniser recovers as published.

    Raises:
        StageError: A step has not run.
    """
    published = {found.rate_hz: found.word_recovery.value for found in heard}
    known = {rate_hz: value for rate_hz, value in published.items() if value is not None}
    vocabulary = growing_vocabulary.results(config, speech, store) if _grows(config, "vocabulary", "all") else ()
    adapts = growing_speech.results(config, speech, store, known) if _grows(config, "all") else ()
    return (*vocabulary, *adapts)


def by_recogniser(found: PrivacyResult, draws: tuple[float, ...] = ()) -> AttackResult:
    """Return the recogniser as published as one attacker among the others.

    Args:
        found: What it recovers.
        draws: Joint draws of its word recovery.
    """
    return AttackResult(
        rate_hz=found.rate_hz,
        front_end=found.front_end,
        attacker=f"{found.attacker} as published",
        recovers="words",
        measure="word recovery",
        value=found.word_recovery,
        chance=found.word_chance,
        is_leak=True,
        setup=(
            f"{found.n_utterances} utterances of {found.n_speakers} speakers against {found.reference}; nothing "
            f"was trained; {found.engine}, {found.policy}"
        ),
        value_draws=draws,
    )


def lost_recogniser(config: StudyConfig, steps: Mapping[int, Step], store: Store) -> tuple[AttackResult, ...]:
    """Return the recogniser as published at every rate at which its step failed in this run."""
    name = f"{attacker(config.privacy.weights)} as published"
    return tuple(
        lost(rate_hz, config, name, store.failed[step]) for rate_hz, step in steps.items() if step in store.failed
    )


def _asked_for(config: StudyConfig, speech: SpeechCorpus) -> tuple[Step, ...]:
    return (
        *extension.plan(config, speech),
        *adapted.plan(config, speech),
        *(growing_vocabulary.plan(config, speech) if _grows(config, "vocabulary", "all") else ()),
        *(growing_speech.plan(config, speech) if _grows(config, "all") else ()),
    )


def _is_asked(config: StudyConfig) -> bool:
    return config.privacy.attackers == "all"


def _grows(config: StudyConfig, *asked: str) -> bool:
    return _is_asked(config) and config.privacy.learning_curves in asked


def _extended(config: StudyConfig, speech: SpeechCorpus, store: Store) -> tuple[AttackResult, ...]:
    if _is_asked(config):
        return extension.results(config, speech, store)
    return not_tested(config, f"bandwidth extension before {attacker(config.privacy.weights)}", NOT_ASKED)


def _adapted(config: StudyConfig, speech: SpeechCorpus, store: Store) -> tuple[AttackResult, ...]:
    if _is_asked(config):
        return adapted.results(config, speech, store)
    return not_tested(config, f"{attacker(config.privacy.weights)} adapted to the rate", NOT_ASKED)
