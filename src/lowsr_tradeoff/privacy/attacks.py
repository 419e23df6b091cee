"""Which attackers a study tries, and which it does not and why.

The list is the same in every report: an attacker that was not asked for stands in it as not tested.
"""

from collections.abc import Sequence

from lowsr_tradeoff.audio.named import name_of
from lowsr_tradeoff.config import StudyConfig
from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.privacy import activity, speakers, voice
from lowsr_tradeoff.privacy.attackers import digits
from lowsr_tradeoff.privacy.whisper_weights import attacker
from lowsr_tradeoff.records import AttackResult, PrivacyResult, missing
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
    )


def run(steps: Sequence[Step], speech: SpeechCorpus, store: Store) -> None:
    """Run steps of one attacker and write their artefacts.

    Raises:
        StageError: No attacker has such a stage.
    """
    match steps[0].stage:
        case digits.STAGE:
            digits.run(steps, speech, store)
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
    name = attacker(config.privacy.weights)
    return (
        *_not_tested(config, f"bandwidth extension before {name}"),
        *digits.results(config, speech, store),
        *_not_tested(config, f"{name} adapted to the rate"),
        *speakers.results(config, speech, store),
        *voice.results(config, speech, store),
        *activity.results(config, speech, store),
    )


def by_recogniser(found: PrivacyResult) -> AttackResult:
    """Return the recogniser as published as one attacker among the others."""
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
    )


def _not_tested(config: StudyConfig, name: str) -> list[AttackResult]:
    return [
        AttackResult(
            rate_hz=rate_hz,
            front_end=name_of(config.front_end),
            attacker=name,
            recovers="words",
            measure="word recovery",
            value=missing(NOT_ASKED, "words"),
            chance=None,
            is_leak=True,
            setup=NOT_ASKED,
        )
        for rate_hz in config.all_rates_hz()
    ]
