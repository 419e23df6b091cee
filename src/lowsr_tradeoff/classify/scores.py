"""Accuracy, macro-F1 and recall of a condition, from its answers to every clip.

Every clip is tested once per repetition, by the network that did not see its fold. Accuracy and recall average the
repetitions per clip; macro-F1 is computed per repetition over all folds, then averaged. Intervals are by source
recording. The spreads between folds (clips) and repetitions (luck) are reported apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.corpora.clips import EventCorpus, class_numbers, clips_of, folds_of
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.classify import CLIPS, ClassRecall
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.statistics import Floats
from lowsr_tradeoff.statistics.intervals import Resamples, pooled_ratio, resampled_share, sums_by
from lowsr_tradeoff.statistics.joint_draws import share_draws


@dataclass(frozen=True)
class Answers:
    """The classes that networks predicted, and the true ones.

    Attributes:
        predicted: Class numbers; one past the last for what is no class of the corpus, which only a network from a
            file can answer. Shape ``(n_repetitions, n_clips)``.
        truth: Class numbers. Shape ``(n_clips,)``.
    """

    predicted: NDArray[np.intp]
    truth: NDArray[np.intp]

    def share_correct(self) -> Floats:
        """Return the share of repetitions that recognised each clip, 0…1."""
        share: Floats = (self.predicted == self.truth).mean(axis=0)
        return share


def answers_of(steps: Sequence[Step], corpus: EventCorpus, store: Store, name: str = "test_logits") -> Answers:
    """Return the answers of networks to every clip, from their steps repetition by repetition, fold by fold."""
    clips = clips_of(corpus, *folds_of(corpus))
    predicted = np.concatenate([store.arrays(step)[name].argmax(axis=1) for step in steps])
    return Answers(predicted.reshape(-1, len(clips)), class_numbers(corpus, clips))


def accuracy(answers: Answers, draws: Resamples) -> Measurement:
    """Return the share of clips recognised, ∈ [0, 1]."""
    correct = answers.share_correct()
    right, clips = draws.by_unit(correct), draws.by_unit(np.ones(len(correct)))
    return pooled_ratio(right, clips, draws.counts, CLIPS, is_share=True)


def accuracy_draws(answers: Answers, draws: Resamples) -> tuple[float, ...]:
    """Return the accuracy in each of the first resamples, ∈ [0, 1]; the arguments are those of :func:`accuracy`."""
    correct = answers.share_correct()
    return share_draws(draws.by_unit(correct), draws.by_unit(np.ones(len(correct))), draws.counts)


def class_recall(answers: Answers, draws: Resamples, classes: Sequence[str]) -> tuple[ClassRecall, ...]:
    """Return the share of each class's clips that were recognised, ∈ [0, 1]."""
    true = np.eye(len(classes))[answers.truth]
    clips = draws.by_unit(true)
    right = draws.by_unit(true * answers.share_correct()[:, None])
    return tuple(
        ClassRecall(
            label=label,
            recall=pooled_ratio(right[:, number], clips[:, number], draws.counts, CLIPS, is_share=True),
        )
        for number, label in enumerate(classes)
    )


def confusion(answers: Answers, n_classes: int) -> tuple[tuple[int, ...], ...]:
    """Return counts over all repetitions: rows true, columns predicted; one more for no class, if any is."""
    n_columns = max(n_classes, int(answers.predicted.max()) + 1)
    pairs = n_columns * answers.truth + answers.predicted
    counts = np.bincount(pairs.ravel(), minlength=n_classes * n_columns).reshape(n_classes, n_columns)
    return tuple(tuple(int(count) for count in row) for row in counts)


def macro_f1(answers: Answers, draws: Resamples, n_classes: int) -> Measurement:
    """Return the mean over classes of F1 = 2 hits / (clips of the class + answers with the class), ∈ [0, 1].

    A class without clips and answers in a resample is left out there. If all answers are right, or all wrong, the
    interval is that of accuracy. Reference: Opitz & Burst, Macro F1 and Macro F1, arXiv 1911.03347 (mean of F1).
    """
    true = np.eye(n_classes)[answers.truth]
    named = [np.eye(n_classes + 1)[predicted, :n_classes] for predicted in answers.predicted]
    sums = [draws.by_unit(counted) for counted in (true, *named, *(true * each for each in named))]
    value = float(_mean_f1([total.sum(axis=0, keepdims=True) for total in sums])[0])
    if value in (0.0, 1.0):
        return accuracy(answers, draws)
    drawn = _mean_f1([draws.counts @ total for total in sums])
    return resampled_share(value, drawn, draws.counts.shape[1], len(answers.truth), CLIPS)


def fold_sd(answers: Answers, folds: Sequence[int]) -> Measurement:
    """Return the standard deviation between folds of accuracy, repetitions averaged, ≥ 0."""
    numbers = np.unique(np.asarray(folds), return_inverse=True)[1]
    means = sums_by(numbers, answers.share_correct()) / np.bincount(numbers)
    return _sd(means, "folds", "one fold: how much folds differ is not known")


def seed_sd(answers: Answers) -> Measurement:
    """Return the standard deviation between repetitions of accuracy over all folds, ≥ 0."""
    means = (answers.predicted == answers.truth).mean(axis=1)
    return _sd(means, "seeds", "one seed: how much trainings differ is not known")


def _sd(means: Floats, n_of: str, reason: str) -> Measurement:
    if len(means) < 2:
        return missing(reason, n_of)
    return Measurement(value=float(means.std(ddof=1)), n=len(means), n_of=n_of)


def _mean_f1(sums: Sequence[Floats]) -> Floats:
    """Macro-F1 of every resample, averaged over repetitions, ``(n_resamples,)``.

    ``sums`` are clips by class, then answers of each repetition, then hits of each, ``(n_resamples, n_classes)``.
    """
    clips, rest = sums[0], sums[1:]
    scores = []
    for named, hits in zip(rest[: len(rest) // 2], rest[len(rest) // 2 :], strict=True):
        either = clips + named
        f1 = np.divide(2 * hits, either, out=np.full_like(either, np.nan), where=either > 0)
        scores.append(np.nanmean(f1, axis=1))
    mean: Floats = np.mean(scores, axis=0)
    return mean
