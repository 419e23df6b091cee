"""The attacker that knows which words may come and has learnt them through this microphone: spoken digits.

It trains at the rate on other speakers, so it recognises words where a recogniser made for full-band speech fails.
At low rates it also attacks a microphone without a filter, because a trained attacker can use the aliases. From
digits it derives the recovery of a PIN and of a telephone number.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lowsr_tradeoff.corpora.clips import EventCorpus, SpeechCorpus, class_numbers
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.privacy.attackers import known_words
from lowsr_tradeoff.privacy.attackers.attacker import NOT_QUICK, NotTested
from lowsr_tradeoff.privacy.attackers.vocabulary.figures import Learner, figures, lost
from lowsr_tradeoff.privacy.attackers.vocabulary.step_settings import SpotterSettings
from lowsr_tradeoff.privacy.captures import CaptureSettings
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import name_of, named_front_end
from lowsr_tradeoff.settings.study import StudyConfig

STAGE = "attack-digits"
RUN = "privacy.attackers.vocabulary.spotter:run"
ATTACKER = "closed vocabulary, trained at the rate"
NO_WORDS = (
    "your speech is attacked, and no single words; give --words digits, or a folder with a subfolder per word"
)
# Up to this rate training takes seconds, and aliasing helps an attacker trained on it (Pohlhausen & Bitzer,
# SPSC 2025, arXiv 2508.02483).
ALIASED_UP_TO_HZ = 1000
RECIPE = Recipe(
    epochs=16,
    batch_size=32,
    learning_rate=0.02,
    weight_decay=1e-2,
    is_varied=False,
    mixup=0.0,
    optimiser="adamw_one_cycle",
)
NETWORK = Learner(ATTACKER, f"a small network trained through the same microphone for {RECIPE.epochs} epochs")


@dataclass(frozen=True)
class VocabularyPlan:
    """The words, and a step per rate and front end."""

    config: StudyConfig
    corpus: EventCorpus
    steps: tuple[Step[SpotterSettings], ...]


def plan(config: StudyConfig, speech: SpeechCorpus) -> VocabularyPlan | NotTested:
    """Return the steps of every rate and front end."""
    if speech.words is None:
        return known_words.not_tested(config, ATTACKER, NOT_QUICK if config.quick else NO_WORDS)
    return VocabularyPlan(config, speech.words, tuple(steps_of(config, speech.words)))


def results(plan: VocabularyPlan, store: Store) -> tuple[AttackResult, ...]:
    """Return the words recovered at every rate and front end, and of digits the whole numbers."""
    corpus, found = plan.corpus, list[AttackResult]()
    truth = class_numbers(corpus, corpus.clips)
    for step in plan.steps:
        captures = step.settings.captures
        if why := store.failed.get(step):
            found.append(lost(corpus, captures, NETWORK, why))
        else:
            is_recovered = store.arrays(step)["scores"].argmax(axis=1) == truth
            found += figures(plan.config, corpus, captures, NETWORK, is_recovered)
    return tuple(found)


def steps_of(config: StudyConfig, corpus: EventCorpus) -> Iterator[Step[SpotterSettings]]:
    """Yield the step of every rate and front end; at low rates, of the study's without its filter too."""
    aliased = named_front_end("none", config.front_end)
    for rate_hz in config.all_rates_hz():
        is_paired = rate_hz <= ALIASED_UP_TO_HZ and config.front_end != aliased
        for front_end in (config.front_end, aliased) if is_paired else (config.front_end,):
            captures = CaptureSettings(
                corpus=corpus.summary.digest, rate_hz=rate_hz, front_end=front_end, seed=config.seed
            )
            settings = SpotterSettings(
                captures=captures,
                clip_s=corpus.clip_s,
                recipe=RECIPE,
                device_type=config.device_type,
            )
            label = f"words learnt at {rate_hz} Hz, front end {name_of(front_end)}"
            yield Step(STAGE, RUN, settings, label, "speech", is_on_gpu=config.device_type == "cuda")
