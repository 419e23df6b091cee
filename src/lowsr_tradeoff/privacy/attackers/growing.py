"""The attacker on words with growing shares of the speakers to learn from, and what more speakers would give it.

Each share is the attacker of :mod:`digits` in every respect but the number of speakers whom it learnt from. It is
trained in as many steps, so that a share differs from another by what was heard alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio.named import name_of
from lowsr_tradeoff.config import StudyConfig
from lowsr_tradeoff.corpora.clips import EventCorpus, SpeechCorpus
from lowsr_tradeoff.manifest import fingerprint
from lowsr_tradeoff.privacy.attackers import digits
from lowsr_tradeoff.privacy.attackers.digits import DigitsSettings, most_frequent_share
from lowsr_tradeoff.privacy.attackers.learning_curve import curve_of, extrapolate, law_of
from lowsr_tradeoff.privacy.attackers.word_list import load_words, names_speakers, taught_by, word_list_of
from lowsr_tradeoff.records import Extrapolation, LearningCurve, LearningPoint
from lowsr_tradeoff.stats import pooled_ratio, resample_weights
from lowsr_tradeoff.store import Step, Store, of_finished

STAGE = "attack-learning"
SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2)
TIMES = (10, 100)
SOURCES = (*digits.SOURCES, "privacy/attackers/growing.py")


class ShareSettings(DigitsSettings):
    """What the answers depend on.

    Attributes:
        share: Of the speakers of the other folds.
    """

    share: float


def plan(config: StudyConfig, speech: SpeechCorpus) -> tuple[Step, ...]:  # noqa: ARG001 - every attacker's signature
    """Return the steps of every rate, from the least share to all, which is the step of :mod:`digits`.

    Raises:
        DataError: The vocabulary cannot be used.
    """
    steps = _steps(config, load_words(word_list_of(config)))
    return tuple(step for by_share in steps for step in by_share.values())


def run(steps: Sequence[Step], speech: SpeechCorpus, store: Store) -> None:  # noqa: ARG001 - likewise
    """Train and test on each step's share, and write ``scores``, shape ``(n_clips, n_classes)``.

    Raises:
        StageError: The vocabulary changed after planning, or a training diverged.
    """
    for step in steps:
        settings = ShareSettings.model_validate(step.settings, from_attributes=True)
        digits.attack(step, settings, settings.share, store)


def results(config: StudyConfig, speech: SpeechCorpus, store: Store) -> tuple[LearningCurve, ...]:  # noqa: ARG001
    """Return recovery by number of speakers, and what 10 and 100 times as many would give.

    A rate at which a step failed in this run has no curve.

    Raises:
        StageError: A step has not run.
    """
    corpus = load_words(word_list_of(config))
    steps = dict(enumerate(_steps(config, corpus)))
    return tuple(of_finished(lambda rate: _curve(config, corpus, steps[rate], store), steps).values())


def _steps(config: StudyConfig, corpus: EventCorpus) -> Iterator[dict[float, Step]]:
    """By share; the microphone is the study's."""
    code = fingerprint(SOURCES, digits.LIBRARIES)
    for whole in digits.steps_of(config, corpus):
        settings = DigitsSettings.model_validate(whole.settings, from_attributes=True)
        if settings.captures.front_end == config.front_end:
            yield {share: _step(whole, share, code) for share in shares_of(corpus)} | {1.0: whole}


def _step(whole: Step, share: float, code: str) -> Step:
    settings = DigitsSettings.model_validate(whole.settings, from_attributes=True)
    of_share = ShareSettings(**dict(settings), share=share)
    label = f"words learnt from 1/{1 / share:.0f} of the speakers at {settings.captures.rate_hz} Hz"
    return replace(whole, stage=STAGE, settings=of_share, code=code, label=label)


def shares_of(corpus: EventCorpus) -> tuple[float, ...]:
    """Return the shares that differ by a speaker or more, ascending; all of them is not among these."""
    n_others = min(len(taught_by(corpus, fold, 1, 0)) for fold in _folds(corpus))
    counts = {max(1, round(share * n_others)): share for share in SHARES}
    return tuple(share for count, share in sorted(counts.items()) if count < n_others)


def _curve(config: StudyConfig, corpus: EventCorpus, by_share: Mapping[float, Step], store: Store) -> LearningCurve:
    heard = DigitsSettings.model_validate(by_share[1.0].settings, from_attributes=True).captures
    classes, speakers = corpus.summary.classes, [clip.source for clip in corpus.clips]
    truth = np.array([classes.index(clip.label) for clip in corpus.clips])
    right = np.stack([store.arrays(step)["scores"].argmax(axis=1) == truth for step in by_share.values()])
    amounts = [_amount(corpus, share, config.seed) for share in by_share]
    folds, chance = [clip.fold for clip in corpus.clips], most_frequent_share(corpus)
    curve = curve_of(amounts, right, speakers, folds, chance, config.n_resamples, config.seed)
    law = law_of(curve)
    return LearningCurve(
        rate_hz=heard.rate_hz,
        front_end=name_of(heard.front_end),
        attacker=digits.ATTACKER,
        measure="word recovery",
        amount_of="speakers" if names_speakers(corpus) else "recordings",
        points=tuple(_points(config, corpus, by_share, right)),
        law=law,
        extrapolations=tuple(Extrapolation(times=n, value=extrapolate(curve, law, n)) for n in TIMES),
        setup=f"{corpus.summary.n_clips} recordings of {len(classes)} words ({corpus.summary.name}); each share "
        "trained in as many steps as all, a larger one holding every smaller one",
    )


def _points(
    config: StudyConfig, corpus: EventCorpus, by_share: Mapping[float, Step], right: NDArray[np.bool_]
) -> Iterator[LearningPoint]:
    weights = resample_weights([clip.source for clip in corpus.clips], config.n_resamples, config.seed)
    for share, is_recovered in zip(by_share, right, strict=True):
        words = pooled_ratio(is_recovered, np.ones(len(is_recovered)), weights, "words", is_share=True)
        yield LearningPoint(
            amount=_amount(corpus, share, config.seed),
            minutes=_n_heard(corpus, share, config.seed) * corpus.clip_s / 60,
            value=words,
        )


def _amount(corpus: EventCorpus, share: float, seed: int) -> float:
    """Speakers learnt from, on average over folds."""
    return float(np.mean([len(taught_by(corpus, fold, share, seed)) for fold in _folds(corpus)]))


def _n_heard(corpus: EventCorpus, share: float, seed: int) -> float:
    """Recordings learnt from, on average over folds."""
    taught = (set(taught_by(corpus, fold, share, seed)) for fold in _folds(corpus))
    return float(np.mean([sum(clip.source in speakers for clip in corpus.clips) for speakers in taught]))


def _folds(corpus: EventCorpus) -> list[int]:
    return sorted({clip.fold for clip in corpus.clips})
