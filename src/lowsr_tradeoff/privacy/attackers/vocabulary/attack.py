"""The attacker that knows which words may come and has learnt them through this microphone: spoken digits.

It trains at the rate on other speakers, so it recognises words where a recogniser made for full-band speech fails.
At low rates it also attacks a microphone without a filter, because a trained attacker can use the aliases. From
digits it derives the recovery of a PIN and of a telephone number.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.corpora.clips import EventCorpus, SpeechCorpus, class_numbers
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.privacy.attackers import known_words
from lowsr_tradeoff.privacy.attackers.attacker import NotTested, failed
from lowsr_tradeoff.privacy.attackers.vocabulary.digit_strings import (
    PIN_LENGTH,
    TELEPHONE_LENGTH,
    are_digits,
    string_recovery,
)
from lowsr_tradeoff.privacy.attackers.vocabulary.word_list import (
    SpotterSettings,
    WordList,
    load_words,
    names_speakers,
    word_list_of,
)
from lowsr_tradeoff.privacy.captures import CaptureSettings
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import name_of, named_front_end
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import pooled_ratio, resample_weights
from lowsr_tradeoff.statistics.joint_draws import share_draws

STAGE = "attack-digits"
RUN = "privacy.attackers.vocabulary.spotter:run"
ATTACKER = "closed vocabulary, trained at the rate"
NO_WORDS = "your speech is attacked, and no single words; give --words digits, or a folder with a subfolder per word"
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


@dataclass(frozen=True)
class VocabularyPlan:
    """The words, and a step per rate and front end."""

    config: StudyConfig
    corpus: EventCorpus
    steps: tuple[Step[SpotterSettings], ...]


def plan(config: StudyConfig, speech: SpeechCorpus) -> VocabularyPlan | NotTested:  # noqa: ARG001 - every attacker's signature
    """Return the steps of every rate and front end. Raises DataError where the vocabulary cannot be used."""
    words = word_list_of(config)
    if words is None:
        return known_words.not_tested(config, ATTACKER, NO_WORDS)
    return VocabularyPlan(config, load_words(words), tuple(steps_of(config, words)))


def results(plan: VocabularyPlan, store: Store) -> tuple[AttackResult, ...]:
    """Return the words recovered at every rate and front end, and of digits the whole numbers."""
    corpus, found = plan.corpus, list[AttackResult]()
    truth = class_numbers(corpus, corpus.clips)
    for step in plan.steps:
        captures = step.settings.captures
        if why := store.failed.get(step):
            lost = _result(captures, corpus, MEASURE, failed(why, "words"), (), 1)
            found.append(lost.model_copy(update={"is_lost": True}))
        else:
            is_recovered = store.arrays(step)["scores"].argmax(axis=1) == truth
            found += _results(plan, captures, is_recovered)
    return tuple(found)


def steps_of(config: StudyConfig, words: WordList) -> Iterator[Step[SpotterSettings]]:
    """Yield the step of every rate and front end; at low rates, of the study's without its filter too."""
    aliased, corpus = named_front_end("none", config.front_end), load_words(words)
    for rate_hz in config.all_rates_hz():
        is_paired = rate_hz <= ALIASED_UP_TO_HZ and config.front_end != aliased
        for front_end in (config.front_end, aliased) if is_paired else (config.front_end,):
            captures = CaptureSettings(corpus=corpus.summary.digest, rate_hz=rate_hz, front_end=front_end, seed=config.seed)
            settings = SpotterSettings(
                words=words,
                captures=captures,
                clip_s=corpus.clip_s,
                recipe=RECIPE,
                device_type=config.device_type,
            )
            label = f"words learnt at {rate_hz} Hz, front end {name_of(front_end)}"
            yield Step(STAGE, RUN, settings, label, "speech", is_on_gpu=config.device_type == "cuda")


def chance_of(corpus: EventCorpus) -> float:
    """Return what always answering the commonest word recovers; 1 / C where all are equally common."""
    labels = [clip.label for clip in corpus.clips]
    return max(labels.count(name) for name in corpus.summary.classes) / len(labels)


def _results(
    plan: VocabularyPlan, captures: CaptureSettings, is_recovered: NDArray[np.bool_]
) -> Iterator[AttackResult]:
    corpus, n_resamples, seed = plan.corpus, plan.config.n_resamples, plan.config.seed
    speakers, each = [clip.source for clip in corpus.clips], np.ones(len(is_recovered))
    weights = resample_weights(speakers, n_resamples, seed)
    words = pooled_ratio(is_recovered, each, weights, "words", is_share=True)
    yield _result(captures, corpus, MEASURE, words, share_draws(is_recovered, each, weights), 1)
    if are_digits(corpus.summary.classes) and names_speakers(corpus):
        for name, length in (("PIN", PIN_LENGTH), ("telephone number", TELEPHONE_LENGTH)):
            whole, draws = string_recovery(is_recovered, speakers, length, n_resamples, seed)
            yield _result(captures, corpus, f"recovery of a {length}-digit {name}", whole, draws, length)


def _result(
    captures: CaptureSettings,
    corpus: EventCorpus,
    measure: str,
    value: Measurement,
    draws: tuple[float, ...],
    length: int,
) -> AttackResult:
    """The figure of numbers of some length; a word is one of length 1."""
    chance = chance_of(corpus) ** length
    derived = (
        f"; derived for {length} independent digits of one speaker, of whom k of n were recovered: "
        f"C(k, {length}) / C(n, {length}), averaged over speakers"
    )
    return AttackResult(
        rate_hz=captures.rate_hz,
        front_end=name_of(captures.front_end),
        attacker=ATTACKER,
        recovers="known words",
        measure=measure,
        value=value,
        chance=Measurement(value=chance, n=len(corpus.clips), n_of="words", basis="counted"),
        is_leak=True,
        competes=length == 1,
        setup=f"{_setup(corpus)}{derived if length > 1 else ''}",
        value_draws=draws,
    )


def _setup(corpus: EventCorpus) -> str:
    summary = corpus.summary
    who = (
        f"by {summary.n_groups} speakers, of whom no tested one was heard in training"
        if names_speakers(corpus)
        else "by speakers that the list does not name, so that a tested one may have been heard in training"
    )
    return (
        f"{summary.n_clips} recordings of {len(summary.classes)} words {who} ({summary.name}); a small network "
        f"trained through the same microphone for {RECIPE.epochs} epochs in {summary.n_folds} folds"
    )
