"""Bandwidth extension before Whisper: what the rate took away is made up again, then read as if it had been heard.

The network that makes it up learnt from other speakers, recorded in full and through the same microphone. It works
on Whisper's own input, log-mel frames, so that there is no vocoder whose artefacts would count for the microphone.
The recogniser is the one of the study, as published.
"""

from collections.abc import Sequence

from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.privacy.attackers import held_out, recogniser_steps
from lowsr_tradeoff.privacy.attackers.recogniser_steps import FoldSettings
from lowsr_tradeoff.privacy.captures import captured_at_16k, original_at_16k
from lowsr_tradeoff.privacy.whisper.decoding import policy_of
from lowsr_tradeoff.privacy.whisper.weights import attacker
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig

STAGE = "attack-extension"
OTHER_ENGINE = 'the extension is made for the engine "ctranslate2"; set privacy.engine to it'
RECIPE = Recipe(
    epochs=30,
    batch_size=8,
    learning_rate=2e-3,
    weight_decay=1e-4,
    is_varied=False,
    mixup=0.0,
    optimiser="adamw_one_cycle",
)


def plan(config: StudyConfig, speech: SpeechCorpus) -> tuple[Step, ...]:
    """Return the steps that count words, one per rate and fold; none where there is nothing to learn from.

    Raises:
        MissingResourceError: The recogniser's weights are not there.
        DataError: The weights are not those that they are taken for.
    """
    steps = _steps(config, speech) if _why_not(config, speech) is None else {}
    return tuple(step for runs in steps.values() for step in runs)


def run(steps: Sequence[Step[FoldSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Fit the extension for each step's rate and fold, and write what it hears of the tested utterances.

    Raises:
        DataError: The weights or a recording cannot be used.
        StageError: The training diverged.
        MissingResourceError: There is no GPU.
    """
    from lowsr_tradeoff.learning.gpu import gpu_named, repeatable  # noqa: PLC0415 - imports torch

    for step in steps:
        settings = step.settings
        learnt, tested = held_out.split(speech, settings.captures.seed, settings.fold)
        with repeatable(settings.device_type):
            heard = _attack(settings, learnt, tested)
        store.write(step, {"heard": heard, **gpu_named(settings.device_type)})


def results(config: StudyConfig, speech: SpeechCorpus, store: Store) -> tuple[AttackResult, ...]:
    """Return the words recovered at every rate, or why there are none.

    Raises:
        StageError: A step has not run.
    """
    name = f"bandwidth extension before {attacker(config.privacy.weights)}"
    if reason := _why_not(config, speech):
        return recogniser_steps.not_tested(config, name, reason)
    return tuple(recogniser_steps.results_of(config, name, _setup(config, speech), _steps(config, speech), store))


def _why_not(config: StudyConfig, speech: SpeechCorpus) -> str | None:
    return OTHER_ENGINE if config.privacy.engine != "ctranslate2" else recogniser_steps.why_not(speech)


def _steps(config: StudyConfig, speech: SpeechCorpus) -> dict[int, list[Step]]:
    run_by = "privacy.attackers.extension.attack:run"
    return recogniser_steps.steps_of(
        config, speech, RECIPE, STAGE, run_by, "bandwidth extension from", learns_words=False
    )


def _attack(settings: FoldSettings, learnt: Sequence[Utterance], tested: Sequence[Utterance]) -> list[str]:
    """What is written down of the tested utterances."""
    from lowsr_tradeoff.privacy.attackers.extension.recogniser import extended_by  # noqa: PLC0415 - imports torch
    from lowsr_tradeoff.privacy.whisper import ctranslate  # noqa: PLC0415 - results are assembled without it

    heard, privacy = settings.captures, settings.privacy
    recordings = ((captured_at_16k(utterance, heard), original_at_16k(utterance)) for utterance in learnt)
    published, seeds = ctranslate.load(privacy.weights), (heard.seed, settings.fold)
    recogniser = extended_by(
        published, recordings, heard.rate_hz, settings.recipe, privacy.pad_s, seeds, settings.device_type
    )
    return ctranslate.transcribe(recogniser, (captured_at_16k(x, heard) for x in tested), privacy)


def _setup(config: StudyConfig, speech: SpeechCorpus) -> str:
    return (
        f"{held_out.held_out_words(speech, config.seed)}; three convolutions fitted for {RECIPE.epochs} epochs to "
        "log-mel frames of full-band recordings and captures make up the bands above half the rate, without a "
        f"vocoder; {policy_of(config.privacy)}"
    )
