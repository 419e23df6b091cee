"""The recogniser that was adapted to the rate: Whisper, fine-tuned on captures of other speakers.

Whisper as published overstates privacy at low rates: it has never heard such speech. This attacker has. Low-rank
changes to its weights are fitted to captures through the same microphone, on a fixed schedule whose last step is
kept, and tested on speakers that it never heard.
"""

from collections.abc import Sequence

from lowsr_tradeoff.audio import MODEL_RATE_HZ
from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.privacy.attackers import held_out, recogniser_steps
from lowsr_tradeoff.privacy.attackers.recogniser_steps import FoldSettings
from lowsr_tradeoff.privacy.captures import captured_at_16k
from lowsr_tradeoff.privacy.whisper.decoding import policy_of
from lowsr_tradeoff.privacy.whisper.weights import attacker
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig

STAGE = "attack-adapted"
RANK = 8
RECIPE = Recipe(
    epochs=5,
    batch_size=8,
    learning_rate=2e-3,
    weight_decay=0.0,
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
    steps = steps_of(config, speech) if recogniser_steps.why_not(speech) is None else {}
    return tuple(step for runs in steps.values() for step in runs)


def run(steps: Sequence[Step[FoldSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Adapt the recogniser for each step's rate and fold, and write what it hears of the tested utterances.

    Raises:
        DataError: The weights cannot be used.
        StageError: The training diverged, or has nothing to learn from.
        MissingResourceError: There is no GPU.
    """
    from lowsr_tradeoff.learning.gpu import gpu_named, repeatable  # noqa: PLC0415 - imports torch

    for step in steps:
        settings = step.settings
        _, tested = held_out.split(speech, settings.captures.seed, settings.fold)
        learnt = held_out.part(speech, settings.captures.seed, settings.fold, settings.share)
        with repeatable(settings.device_type):
            found = _attack(settings, learnt, tested)
        store.write(step, {**found, **gpu_named(settings.device_type)})


def results(config: StudyConfig, speech: SpeechCorpus, store: Store) -> tuple[AttackResult, ...]:
    """Return the words recovered at every rate, or why there are none.

    Raises:
        StageError: A step has not run.
    """
    name = name_of(config)
    if reason := recogniser_steps.why_not(speech):
        return recogniser_steps.not_tested(config, name, reason)
    return tuple(
        recogniser_steps.results_of(config, name, setup_of(config, speech), steps_of(config, speech), store)
    )


def steps_of(config: StudyConfig, speech: SpeechCorpus, share: float = 1.0) -> dict[int, list[Step]]:
    """Return the steps that count words, by rate in Hz, one per fold.

    Args:
        config: The settings.
        speech: The corpus.
        share: Of what could be learnt.

    Raises:
        MissingResourceError: The recogniser's weights are not there.
        DataError: The weights are not those that they are taken for.
    """
    run_by, label = "privacy.attackers.adapted.attack:run", "Whisper adapted to"
    return recogniser_steps.steps_of(config, speech, RECIPE, STAGE, run_by, label, learns_words=True, share=share)


def name_of(config: StudyConfig) -> str:
    """Return how this attacker is called."""
    return f"{attacker(config.privacy.weights)} adapted to the rate"


def _attack(
    settings: FoldSettings, learnt: Sequence[Utterance], tested: Sequence[Utterance]
) -> dict[str, float | list[float] | list[str]]:
    """What is written down of the tested utterances, the loss of every step, and the minutes learnt from."""
    from lowsr_tradeoff.privacy.whisper import lora  # noqa: PLC0415 - imports torch

    examples = lora.examples_of(
        [(captured_at_16k(utterance, settings.captures), utterance.text or "") for utterance in learnt],
        settings.privacy.pad_s,
    )
    if not examples:
        raise StageError(f"fold {settings.fold} leaves nothing to learn from; record more speakers or sentences")
    ear = lora.ear_of(lora.as_published(settings.privacy, settings.device_type))
    seeds = (settings.captures.seed, settings.fold)
    losses = lora.fit_adapters(ear, examples, settings.recipe, settings.privacy.pad_s, seeds, RANK)
    clips = [captured_at_16k(utterance, settings.captures) for utterance in tested]
    return {
        "heard": lora.transcribe(ear, clips, settings.privacy),
        "losses": losses,
        "minutes": sum(len(example.samples) for example in examples) / MODEL_RATE_HZ / 60,
    }


def setup_of(config: StudyConfig, speech: SpeechCorpus) -> str:
    """Return in words what was learnt from and tested on, and how."""
    folds = held_out.folds_of(speech, config.seed)
    n_learnt = max(len(folds) - folds.count(fold) for fold in set(folds))
    n_steps = RECIPE.epochs * -(-n_learnt // RECIPE.batch_size)
    return (
        f"{held_out.held_out_words(speech, config.seed)}; rank-{RANK} changes of all layers of attention fitted "
        f"in at most {n_steps} steps of {RECIPE.batch_size} utterances, the last one kept; "
        f"{policy_of(config.privacy)}"
    )
