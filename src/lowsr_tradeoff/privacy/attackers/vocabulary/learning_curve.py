"""The attacker on a closed vocabulary with growing shares of the speakers to learn from.

Each share is the attacker of :mod:`digits` in every respect but the number of speakers whom it learnt from. It is
trained in as many steps, so that a share differs from another by what was heard alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from lowsr_tradeoff.corpora.clips import EventCorpus, SpeechCorpus
from lowsr_tradeoff.privacy.attackers.learning_curves import Grown, learning_curve, shares_of
from lowsr_tradeoff.privacy.attackers.vocabulary import attack
from lowsr_tradeoff.privacy.attackers.vocabulary.attack import DigitsSettings, most_frequent_share
from lowsr_tradeoff.privacy.attackers.vocabulary.word_list import (
    load_words,
    names_speakers,
    taught_by,
    word_list_of,
)
from lowsr_tradeoff.records.privacy import LearningCurve
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store, of_finished
from lowsr_tradeoff.settings.study import StudyConfig

STAGE = "attack-learning"
# Batch normalisation has no spread of one.
LEAST_RECORDINGS = 2


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


def run(steps: Sequence[Step[ShareSettings]], speech: SpeechCorpus, store: Store) -> None:  # noqa: ARG001 - likewise
    """Train and test on each step's share, and write ``scores``, shape ``(n_clips, n_classes)``.

    Raises:
        StageError: The vocabulary changed after planning, or a training diverged.
    """
    for step in steps:
        attack.attack(step, step.settings, step.settings.share, store)


def results(config: StudyConfig, speech: SpeechCorpus, store: Store) -> tuple[LearningCurve, ...]:  # noqa: ARG001
    """Return recovery by number of speakers, and what 10 and 100 times as many would give.

    A rate at which a step failed in this run has no curve.

    Raises:
        StageError: A step has not run.
    """
    corpus = load_words(word_list_of(config))
    steps = dict(enumerate(_steps(config, corpus)))
    return tuple(
        of_finished(lambda rate: learning_curve(config, _grown(config, corpus, steps[rate], store)), steps).values()
    )


def _steps(config: StudyConfig, corpus: EventCorpus) -> Iterator[dict[float, Step]]:
    """By share; the microphone is the study's."""
    shares = growing_shares(corpus, config.seed)
    for whole in attack.steps_of(config, corpus):
        if whole.settings.captures.front_end == config.front_end:
            yield {share: _step(whole, share) for share in shares} | {1.0: whole}


def _step(whole: Step[DigitsSettings], share: float) -> Step:
    of_share = ShareSettings(**dict(whole.settings), share=share)
    label = f"words learnt from 1/{1 / share:.0f} of the speakers at {whole.settings.captures.rate_hz} Hz"
    return replace(
        whole, stage=STAGE, run="privacy.attackers.vocabulary.learning_curve:run", settings=of_share, label=label
    )


def growing_shares(corpus: EventCorpus, seed: int) -> tuple[float, ...]:
    """Return the shares that differ by a speaker or more and can be learnt from, ascending, without all of them.

    Args:
        corpus: The words, in folds.
        seed: Of the order of the speakers.
    """
    shares = shares_of(min(len(taught_by(corpus, fold, 1, 0)) for fold in _folds(corpus)))
    return tuple(share for share in shares if min(_n_taught(corpus, share, seed)) >= LEAST_RECORDINGS)


def _grown(config: StudyConfig, corpus: EventCorpus, by_share: Mapping[float, Step], store: Store) -> Grown:
    classes, seed = corpus.summary.classes, config.seed
    truth = np.array([classes.index(clip.label) for clip in corpus.clips])
    return Grown(
        rate_hz=DigitsSettings.model_validate(by_share[1.0].settings, from_attributes=True).captures.rate_hz,
        attacker=attack.ATTACKER,
        amount_of="speakers" if names_speakers(corpus) else "recordings",
        amounts=[_amount(corpus, share, seed) for share in by_share],
        minutes=[float(np.mean(_n_taught(corpus, share, seed))) * corpus.clip_s / 60 for share in by_share],
        hits=np.stack([store.arrays(step)["scores"].argmax(axis=1) == truth for step in by_share.values()]),
        words=np.ones(len(truth), int),
        speakers=[clip.source for clip in corpus.clips],
        folds=[clip.fold for clip in corpus.clips],
        chance=most_frequent_share(corpus),
        setup=f"{corpus.summary.n_clips} recordings of {len(classes)} words ({corpus.summary.name})",
    )


def _amount(corpus: EventCorpus, share: float, seed: int) -> float:
    """Speakers learnt from, on average over folds."""
    return float(np.mean([len(taught_by(corpus, fold, share, seed)) for fold in _folds(corpus)]))


def _n_taught(corpus: EventCorpus, share: float, seed: int) -> list[int]:
    """Recordings learnt from, by fold."""
    taught = (set(taught_by(corpus, fold, share, seed)) for fold in _folds(corpus))
    return [sum(clip.source in speakers for clip in corpus.clips) for speakers in taught]


def _folds(corpus: EventCorpus) -> list[int]:
    return sorted({clip.fold for clip in corpus.clips})
