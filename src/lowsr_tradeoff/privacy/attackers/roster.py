"""Which attackers a study tries, and which it does not and why.

The list is the same in every report: an attacker that was not asked for stands in it as not tested.
"""

from collections.abc import Sequence

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers.adapted import attack as adapted
from lowsr_tradeoff.privacy.attackers.adapted import learning_curve as growing_speech
from lowsr_tradeoff.privacy.attackers.extension import attack as extension
from lowsr_tradeoff.privacy.attackers.presence import attack as activity
from lowsr_tradeoff.privacy.attackers.recogniser_steps import not_tested
from lowsr_tradeoff.privacy.attackers.speakers import attack as speakers
from lowsr_tradeoff.privacy.attackers.speakers import sex
from lowsr_tradeoff.privacy.attackers.vocabulary import attack, learning_curve
from lowsr_tradeoff.privacy.whisper.weights import attacker
from lowsr_tradeoff.records.privacy import AttackResult, LearningCurve, PrivacyResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig

NOT_ASKED = "not asked for; run with --attackers all"


def plan(config: StudyConfig, speech: SpeechCorpus) -> tuple[Step, ...]:
    """Return the steps of the attackers other than the recogniser as published.

    Raises:
        MissingResourceError: Weights of an attacker are not there.
        DataError: They are not those that this package was made with.
    """
    return (
        *attack.plan(config, speech),
        *speakers.plan(config, speech),
        *sex.plan(config, speech),
        *activity.plan(config, speech),
        *(_asked_for(config, speech) if _is_asked(config) else ()),
    )


def results(config: StudyConfig, speech: SpeechCorpus, store: Store) -> tuple[AttackResult, ...]:
    """Return what the attackers recover, weakest first, and those that were not tested."""
    return (
        *_extended(config, speech, store),
        *attack.results(config, speech, store),
        *_adapted(config, speech, store),
        *speakers.results(config, speech, store),
        *sex.results(config, speech, store),
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
    vocabulary = learning_curve.results(config, speech, store) if _grows(config, "vocabulary", "all") else ()
    adapts = growing_speech.results(config, speech, store, known) if _grows(config, "all") else ()
    return (*vocabulary, *adapts)


def _asked_for(config: StudyConfig, speech: SpeechCorpus) -> tuple[Step, ...]:
    return (
        *extension.plan(config, speech),
        *adapted.plan(config, speech),
        *(learning_curve.plan(config, speech) if _grows(config, "vocabulary", "all") else ()),
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
