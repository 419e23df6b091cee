"""Bandwidth extension before Whisper: a network predicts the missing bands, then Whisper reads all bands.

The network learnt from other speakers, recorded in full and through the same microphone. It predicts log-mel
frames, Whisper's own input, so no vocoder adds artefacts. Whisper is the study's, as published.
"""

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.privacy.attackers import recogniser_steps
from lowsr_tradeoff.privacy.attackers.attacker import NOT_ASKED, NotTested
from lowsr_tradeoff.privacy.attackers.held_out import folds_of
from lowsr_tradeoff.privacy.attackers.recogniser_steps import TrainedPlan, Training
from lowsr_tradeoff.privacy.whisper.decoding import policy_of
from lowsr_tradeoff.privacy.whisper.weights import attacker
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

results = recogniser_steps.results


def plan(config: StudyConfig, speech: SpeechCorpus) -> TrainedPlan | NotTested:
    """Return the steps of every rate and fold, or why there are none."""
    name = f"bandwidth extension before {attacker(config.privacy.weights)}"
    if reason := why_not(config, speech):
        return recogniser_steps.not_tested(config, name, reason)
    training = Training(
        RECIPE, STAGE, "privacy.attackers.extension.recogniser:run", "bandwidth extension from", learns_words=False
    )
    folds = folds_of(speech, config.seed)
    setup = (
        f"{recogniser_steps.split_in_words(speech, len(folds))}; three convolutions fitted for {RECIPE.epochs} "
        "epochs to log-mel frames of full-band recordings and captures make up the bands above half the rate, "
        f"without a vocoder; {policy_of(config.privacy)}"
    )
    return TrainedPlan(config, name, setup, recogniser_steps.steps_of(config, speech, folds, training))


def why_not(config: StudyConfig, speech: SpeechCorpus) -> str | None:
    """Return why the attacker is not tried, or ``None``."""
    if config.privacy.attackers != "all":
        return NOT_ASKED
    return OTHER_ENGINE if config.privacy.engine != "ctranslate2" else recogniser_steps.why_not(speech)
