"""Accuracy, macro-F1 and recall of a listener, from its answers to every clip.

Every clip is tested once per repetition, by the network that did not see its fold. Accuracy and recall average the
repetitions clip by clip; macro-F1 is made per repetition, over all folds at once, and then averaged. Intervals are
cluster bootstraps over the source recordings.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.records import ClassRecall, Measurement
from lowsr_tradeoff.stats import exact_interval, percentile_interval, pooled_ratio

CLIPS = "clips"
Weights = NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """What a listener said, and what it was.

    Attributes:
        predicted: Class numbers. Shape ``(n_repetitions, n_clips)``.
        truth: Class numbers. Shape ``(n_clips,)``.
    """

    predicted: NDArray[np.intp]
    truth: NDArray[np.intp]

    def share_correct(self) -> NDArray[np.float64]:
        """Return the share of repetitions that recognised each clip, 0…1."""
        share: NDArray[np.float64] = (self.predicted == self.truth).mean(axis=0)
        return share


def accuracy(answers: Answers, weights: Weights) -> Measurement:
    """Return the share of clips recognised, ∈ [0, 1].

    Args:
        answers: What was said of every clip.
        weights: From :func:`stats.resample_weights`, for the same clips.
    """
    correct = answers.share_correct()
    return pooled_ratio(correct, np.ones(len(correct)), weights, CLIPS, is_share=True)


def class_recall(answers: Answers, weights: Weights, classes: Sequence[str]) -> tuple[ClassRecall, ...]:
    """Return the share of each class's clips that were recognised, ∈ [0, 1]."""
    recalls = []
    for number, label in enumerate(classes):
        rows = answers.truth == number
        correct = answers.share_correct()[rows]
        recall = pooled_ratio(correct, np.ones(len(correct)), weights[:, rows], CLIPS, is_share=True)
        recalls.append(ClassRecall(label=label, recall=recall))
    return tuple(recalls)


def macro_f1(answers: Answers, weights: Weights, n_classes: int) -> Measurement:
    """Return the mean over classes of F1 = 2 hits / (clips of the class + answers with the class), ∈ [0, 1].

    A class that a resample neither holds nor names has no F1 there and is left out of its mean. Where all answers
    are right, or all wrong, the bootstrap sees no spread, and the interval is that of accuracy.

    Reference:
        Opitz & Burst, Macro F1 and Macro F1, arXiv 1911.03347: the mean of F1, not F1 of the means.
    """
    n_clips = len(answers.truth)
    once = np.ones((1, n_clips))
    value = float(_mean_f1(answers, once, n_classes)[0])
    low, high = percentile_interval(_mean_f1(answers, weights, n_classes))
    if value in (0.0, 1.0):
        low, high = exact_interval(round(value * n_clips), n_clips)
    return Measurement(value=value, low=low, high=high, n=n_clips, n_of=CLIPS)


def _mean_f1(answers: Answers, weights: Weights, n_classes: int) -> Weights:
    """Macro-F1 of every resample, averaged over repetitions. Shape ``(n_resamples,)``."""
    true = np.eye(n_classes)[answers.truth]
    clips = weights @ true
    scores = []
    for predicted in np.eye(n_classes)[answers.predicted]:
        either = clips + weights @ predicted
        f1 = np.divide(
            2 * (weights @ (true * predicted)), either, out=np.full_like(either, np.nan), where=either > 0
        )
        scores.append(np.nanmean(f1, axis=1))
    mean: Weights = np.mean(scores, axis=0)
    return mean
