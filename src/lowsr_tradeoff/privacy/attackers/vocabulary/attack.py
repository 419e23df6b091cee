"""The attacker that knows which words may come and has learnt them through this microphone: spoken digits.

It trains at the rate on other speakers, so it reads what a recogniser made for full-band speech cannot. At low
rates it also attacks a microphone without a filter, whose folded highs a trained attacker can use. Of digits it
derives what becomes of a PIN and a telephone number.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from lowsr_tradeoff.corpora.clips import EventCorpus, SpeechCorpus
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.privacy.attackers.vocabulary.digit_strings import (
    PIN_LENGTH,
    TELEPHONE_LENGTH,
    are_digits,
    string_recovery,
)
from lowsr_tradeoff.privacy.attackers.vocabulary.word_list import WordList, load_words, names_speakers, word_list_of
from lowsr_tradeoff.privacy.captures import CaptureSettings
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import name_of, named_front_end
from lowsr_tradeoff.settings.groups import DeviceType, Settings
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import pooled_ratio, resample_weights
from lowsr_tradeoff.statistics.joint_draws import share_draws

STAGE = "attack-digits"
ATTACKER = "closed vocabulary, trained at the rate"
# Up to here a training takes a few seconds, and aliasing is known to help who has learnt it (Pohlhausen & Bitzer,
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


class DigitsSettings(Settings):
    """What the answers depend on.

    Attributes:
        words: Where the vocabulary lies; the digest in ``captures`` says what it holds.
        captures: The microphone.
        clip_s: Seconds heard of each word.
        recipe: How the network is trained.
        device_type: What it computes on.
    """

    words: WordList = Field(exclude=True)
    captures: CaptureSettings
    clip_s: float
    recipe: Recipe
    device_type: DeviceType


def plan(config: StudyConfig, speech: SpeechCorpus) -> tuple[Step, ...]:  # noqa: ARG001 - every attacker's signature
    """Return one step per rate and front end.

    Raises:
        DataError: The vocabulary cannot be used.
    """
    return tuple(steps_of(config, load_words(word_list_of(config))))


def run(steps: Sequence[Step[DigitsSettings]], speech: SpeechCorpus, store: Store) -> None:  # noqa: ARG001 - likewise
    """Train and test at each step's rate, and write ``scores``, shape ``(n_clips, n_classes)``.

    Raises:
        StageError: The vocabulary changed after planning, or a training diverged.
    """
    for step in steps:
        attack(step, step.settings, 1, store)


def attack(step: Step, settings: DigitsSettings, share: float, store: Store) -> None:
    """Train and test on a share of the speakers, and write the ``scores`` of every word.

    Raises:
        StageError: The vocabulary changed after planning, or a training diverged.
    """
    from lowsr_tradeoff.learning.gpu import gpu_named  # noqa: PLC0415 - imports torch
    from lowsr_tradeoff.privacy.attackers.vocabulary.spotter import answers  # noqa: PLC0415 - likewise

    corpus = load_words(settings.words)
    if corpus.summary.digest != settings.captures.corpus:
        raise StageError(f"{settings.words.source}: has changed since the run was planned; run again")
    scores = answers(corpus, settings.captures, settings.recipe, share, settings.device_type)
    meta = {"clips": [clip.clip_id for clip in corpus.clips], **gpu_named(settings.device_type)}
    store.write(step, meta, {"scores": scores})


def results(config: StudyConfig, speech: SpeechCorpus, store: Store) -> tuple[AttackResult, ...]:  # noqa: ARG001
    """Return the words recovered at every rate and front end, and of digits the whole numbers.

    Raises:
        StageError: A step has not run.
    """
    corpus = load_words(word_list_of(config))
    classes = corpus.summary.classes
    truth = np.array([classes.index(clip.label) for clip in corpus.clips])
    found: list[AttackResult] = []
    for step in steps_of(config, corpus):
        if why := store.failed.get(step):
            found.append(_lost(corpus, step, why))
        else:
            found += _results(config, corpus, step, store.arrays(step)["scores"].argmax(axis=1) == truth)
    return tuple(found)


def steps_of(config: StudyConfig, corpus: EventCorpus) -> Iterator[Step[DigitsSettings]]:
    """Yield the step of every rate and front end."""
    for heard in _microphones(config, corpus.summary.digest):
        yield Step(
            stage=STAGE,
            run="privacy.attackers.vocabulary.attack:run",
            corpus="speech",
            settings=DigitsSettings(
                words=word_list_of(config),
                captures=heard,
                clip_s=corpus.clip_s,
                recipe=RECIPE,
                device_type=config.device_type,
            ),
            label=f"words learnt at {heard.rate_hz} Hz, front end {name_of(heard.front_end)}",
            is_on_gpu=config.device_type == "cuda",
        )


def _microphones(config: StudyConfig, digest: str) -> Iterator[CaptureSettings]:
    """The study's at every rate and, at low rates, the same one without its filter."""
    aliased = named_front_end("none", config.front_end)
    for rate_hz in config.all_rates_hz():
        is_paired = rate_hz <= ALIASED_UP_TO_HZ and config.front_end != aliased
        for front_end in (config.front_end, aliased) if is_paired else (config.front_end,):
            yield CaptureSettings(corpus=digest, rate_hz=rate_hz, front_end=front_end, seed=config.seed)


def _results(
    config: StudyConfig, corpus: EventCorpus, step: Step, is_recovered: NDArray[np.bool_]
) -> Iterator[AttackResult]:
    heard, speakers = _heard(step), [clip.source for clip in corpus.clips]
    weights = resample_weights(speakers, config.n_resamples, config.seed)
    each = np.ones(len(is_recovered))
    words = pooled_ratio(is_recovered, each, weights, "words", is_share=True)
    yield _result(heard, corpus, "word recovery", words, share_draws(is_recovered, each, weights), 1)
    if are_digits(corpus.summary.classes) and names_speakers(corpus):
        for name, length in (("PIN", PIN_LENGTH), ("telephone number", TELEPHONE_LENGTH)):
            whole, draws = string_recovery(is_recovered, speakers, length, config.n_resamples, config.seed)
            yield _result(heard, corpus, f"recovery of a {length}-digit {name}", whole, draws, length)


def _lost(corpus: EventCorpus, step: Step, why: str) -> AttackResult:
    gone = missing(f"its step failed: {why}", "words")
    return _result(_heard(step), corpus, "word recovery", gone, (), 1).model_copy(update={"is_lost": True})


def _result(
    heard: CaptureSettings,
    corpus: EventCorpus,
    measure: str,
    value: Measurement,
    draws: tuple[float, ...],
    length: int,
) -> AttackResult:
    """The figure of numbers of some length; a word is one of length 1."""
    chance = most_frequent_share(corpus) ** length
    derived = (
        f"; derived for {length} independent digits of one speaker, of whom k of n were recovered: "
        f"C(k, {length}) / C(n, {length}), averaged over speakers"
    )
    return AttackResult(
        rate_hz=heard.rate_hz,
        front_end=name_of(heard.front_end),
        attacker=ATTACKER,
        recovers="words",
        measure=measure,
        value=value,
        chance=Measurement(value=chance, n=len(corpus.clips), n_of="words", basis="counted"),
        is_leak=True,
        setup=f"{_setup(corpus)}{derived if length > 1 else ''}",
        value_draws=draws,
    )


def _heard(step: Step) -> CaptureSettings:
    return DigitsSettings.model_validate(step.settings, from_attributes=True).captures


def most_frequent_share(corpus: EventCorpus) -> float:
    """Return what always saying the commonest word gets; 1 / C where all are equally common."""
    labels = [clip.label for clip in corpus.clips]
    return max(labels.count(name) for name in corpus.summary.classes) / len(labels)


def _setup(corpus: EventCorpus) -> str:
    said = corpus.summary
    who = (
        f"by {said.n_groups} speakers, of whom no tested one was heard in training"
        if names_speakers(corpus)
        else "by speakers that the list does not name, so that a tested one may have been heard in training"
    )
    return (
        f"{said.n_clips} recordings of {len(said.classes)} words {who} ({said.name}); a small network trained "
        f"through the same microphone for {RECIPE.epochs} epochs in {said.n_folds} folds"
    )
