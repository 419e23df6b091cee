"""What is recovered of a vocabulary, as records: the words, and of digits the whole numbers."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.privacy.attackers import known_words
from lowsr_tradeoff.privacy.attackers.attacker import failed
from lowsr_tradeoff.privacy.attackers.vocabulary.digit_strings import (
    PIN_LENGTH,
    TELEPHONE_LENGTH,
    are_digits,
    string_recovery,
)
from lowsr_tradeoff.privacy.attackers.vocabulary.step_settings import names_speakers
from lowsr_tradeoff.privacy.captures import CaptureSettings
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import pooled_ratio, resample_weights
from lowsr_tradeoff.statistics.joint_draws import share_draws


@dataclass(frozen=True)
class Learner:
    """An attacker's name, and how it learns the words."""

    name: str
    method: str


def figures(
    config: StudyConfig,
    corpus: EventCorpus,
    captures: CaptureSettings,
    learner: Learner,
    is_recovered: NDArray[np.bool_],
) -> Iterator[AttackResult]:
    """Yield the share of words that is recovered, and of digits that of whole numbers."""
    speakers, each = [clip.source for clip in corpus.clips], np.ones(len(is_recovered))
    weights = resample_weights(speakers, config.n_resamples, config.seed)
    words = pooled_ratio(is_recovered, each, weights, "words", is_share=True)
    yield _of_words(corpus, captures, learner, words, share_draws(is_recovered, each, weights))
    if are_digits(corpus.summary.classes) and names_speakers(corpus):
        for name, length in (("PIN", PIN_LENGTH), ("telephone number", TELEPHONE_LENGTH)):
            whole, draws = string_recovery(is_recovered, speakers, length, config.n_resamples, config.seed)
            yield _of_numbers(_of_words(corpus, captures, learner, whole, draws), name, length)


def lost(corpus: EventCorpus, captures: CaptureSettings, learner: Learner, why: str) -> AttackResult:
    """Return that a step of the attacker failed."""
    found = _of_words(corpus, captures, learner, failed(why, "words"), ())
    return found.model_copy(update={"is_lost": True})


def chance_of(corpus: EventCorpus) -> float:
    """Return what always answering the commonest word recovers; 1 / C where all are equally common."""
    labels = [clip.label for clip in corpus.clips]
    return max(labels.count(name) for name in corpus.summary.classes) / len(labels)


def _of_words(
    corpus: EventCorpus, captures: CaptureSettings, learner: Learner, value: Measurement, draws: tuple[float, ...]
) -> AttackResult:
    chance = Measurement(value=chance_of(corpus), n=len(corpus.clips), n_of="words", basis="counted")
    setup = f"{_recordings(corpus)}; {learner.method} in {corpus.summary.n_folds} folds"
    return known_words.result(captures.rate_hz, captures.front_end, learner.name, value, chance, setup, draws)


def _of_numbers(word: AttackResult, name: str, length: int) -> AttackResult:
    """The record of a word, for a number of so many."""
    derived = (
        f"; derived for {length} independent digits of one speaker, of whom k of n were recovered: "
        f"C(k, {length}) / C(n, {length}), averaged over speakers"
    )
    chance = word.chance and word.chance.model_copy(update={"value": (word.chance.value or 0) ** length})
    number = {
        "measure": f"recovery of a {length}-digit {name}",
        "chance": chance,
        "setup": word.setup + derived,
        "competes": False,
    }
    return word.model_copy(update=number)


def _recordings(corpus: EventCorpus) -> str:
    summary = corpus.summary
    who = (
        f"by {summary.n_groups} speakers, of whom no tested one was heard in training"
        if names_speakers(corpus)
        else "by speakers that the list does not name, so that a tested one may have been heard in training"
    )
    return f"{summary.n_clips} recordings of {len(summary.classes)} words {who} ({summary.name})"
