"""The recogniser that was adapted to the rate: Whisper, fine-tuned on captures of other speakers.

Whisper as published learnt nothing of low rates, so its errors there overstate privacy. Here low-rank changes to
its weights are fitted to captures through the same microphone, on a fixed schedule whose last step is kept. The
result is tested on speakers that it did not learn from.
"""

from collections.abc import Sequence

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.privacy.attackers import recogniser_steps
from lowsr_tradeoff.privacy.attackers.adapted.training import RANK
from lowsr_tradeoff.privacy.attackers.attacker import NOT_ASKED, NotTested
from lowsr_tradeoff.privacy.attackers.held_out import Fold, Unit, folds_of
from lowsr_tradeoff.privacy.attackers.recogniser_steps import TrainedPlan, Training
from lowsr_tradeoff.privacy.whisper.decoding import policy_of
from lowsr_tradeoff.privacy.whisper.weights import attacker
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.settings.study import StudyConfig

STAGE = "attack-adapted"
RECIPE = Recipe(
    epochs=5,
    batch_size=8,
    learning_rate=2e-3,
    weight_decay=0.0,
    is_varied=False,
    mixup=0.0,
    optimiser="adamw_one_cycle",
)

results = recogniser_steps.results


def plan(config: StudyConfig, speech: SpeechCorpus) -> TrainedPlan | NotTested:
    """Return the steps of every rate and fold, or why there are none."""
    reason = NOT_ASKED if config.privacy.attackers != "all" else recogniser_steps.why_not(speech)
    if reason:
        return recogniser_steps.not_tested(config, name_of(config), reason)
    folds = folds_of(speech, config.seed)
    setup, steps = setup_of(config, speech, folds), steps_of(config, speech, folds)
    return TrainedPlan(config, name_of(config), setup, steps)


def steps_of(
    config: StudyConfig,
    speech: SpeechCorpus,
    folds: Sequence[Fold],
    share: float = 1.0,
    unit: Unit = "speakers",
) -> dict[int, tuple[Step, ...]]:
    """Return the steps that count words, by rate in Hz, one a fold; see :func:`recogniser_steps.steps_of`."""
    training = Training(
        RECIPE, STAGE, "privacy.attackers.adapted.training:run", "Whisper adapted to", learns_words=True
    )
    return recogniser_steps.steps_of(config, speech, folds, training, share, unit)


def name_of(config: StudyConfig) -> str:
    """Return what this attacker is called in results."""
    return f"{attacker(config.privacy.weights)} adapted to the rate"


def setup_of(config: StudyConfig, speech: SpeechCorpus, folds: Sequence[Fold]) -> str:
    """Return in words the training data, the test data and the training."""
    n_learnt = len(speech.utterances) - min(len(fold.tested) for fold in folds)
    n_steps = RECIPE.epochs * -(-n_learnt // RECIPE.batch_size)
    return (
        f"{recogniser_steps.split_in_words(speech, len(folds))}; rank-{RANK} changes of all layers of attention "
        f"fitted in at most {n_steps} steps of {RECIPE.batch_size} utterances, the last one kept; "
        f"{policy_of(config.privacy)}"
    )
