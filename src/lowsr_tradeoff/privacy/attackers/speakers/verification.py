"""How well scores tell speakers apart, with intervals over speakers.

Every utterance is compared with every speaker. In a resample of speakers, the weight of a comparison is the product
of how often its two speakers were drawn: Owen, The pigeonhole bootstrap, Annals of Applied Statistics 1(2), 2007;
here rows and columns are the same people and share one draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.statistics import Draws, Floats
from lowsr_tradeoff.statistics.cluster_t import NO_SPREAD
from lowsr_tradeoff.statistics.intervals import pooled_ratio, resample_weights, resampled_share
from lowsr_tradeoff.statistics.joint_draws import share_draws

FALSE_POSITIVES = 0.01
# Weights in memory at once.
BLOCK = 2_000_000


@dataclass(frozen=True)
class Comparisons:
    """How similar every utterance is to every speaker.

    Attributes:
        scores: Cosines. Shape ``(n_utterances, n_speakers)``.
        own: The column of each utterance's own speaker. Shape ``(n_utterances,)``.
    """

    scores: Floats
    own: NDArray[np.intp]


def compare(
    tested: NDArray[np.float32],
    enrolled: NDArray[np.float32],
    speakers: Sequence[str],
    heard: NDArray[np.bool_] | None = None,
) -> Comparisons:
    """Return the cosines of every tested utterance with every speaker's mean enrolled one, itself left out.

    Tested and enrolled are unit vectors of the same utterances, ``(n_utterances, n_dimensions)``. All are on file;
    those of ``heard`` are tested, whose speakers have two or more each: all, when left out.
    """
    names, own = np.unique(np.asarray(speakers), return_inverse=True)
    file = enrolled.astype(np.float64)
    sums = np.stack([file[own == speaker].sum(axis=0) for speaker in range(len(names))])
    scores = tested @ _unit(sums).T
    scores[np.arange(len(own)), own] = np.sum(tested * _unit(sums[own] - file), axis=1)
    return Comparisons(scores, own) if heard is None else Comparisons(scores[heard], own[heard])


def verification(comparisons: Comparisons, n_resamples: int, seed: int) -> tuple[Measurement, Measurement]:
    """Return the equal error rate, and the share of utterances accepted where 1 % of impostors are, each ∈ [0, 1].

    An equal error rate of 0.5 is guessing.
    """
    n_speakers, n_impostors = comparisons.scores.shape[1], comparisons.scores.size - len(comparisons.own)
    values, draws = _figures(comparisons, n_resamples, seed)
    eer, found = (
        resampled_share(float(value), drawn, n_speakers, len(comparisons.own), "utterances")
        for value, drawn in zip(values, draws, strict=True)
    )
    if n_impostors * FALSE_POSITIVES < 1:
        found = missing(
            f"{n_impostors} comparisons with strangers are too few to let 1 % of them pass", "utterances"
        )
    return eer, found


def identification(comparisons: Comparisons, n_resamples: int, seed: int) -> tuple[Measurement, Draws]:
    """Return the share of utterances most like their own speaker of all on file, ∈ [0, 1], and its joint draws."""
    found = comparisons.scores.argmax(axis=1) == comparisons.own
    weights = resample_weights([str(speaker) for speaker in comparisons.own], n_resamples, seed)
    each = np.ones(len(found))
    return pooled_ratio(found, each, weights, "utterances", is_share=True), share_draws(found, each, weights)


def error_rates(scores: Floats, is_own: NDArray[np.bool_], weights: Floats) -> tuple[Floats, Floats]:
    """Return the shares of impostors and of the genuine that are accepted, from the strictest threshold to none.

    Equal scores are accepted together; shares of a resample without impostors are NaN.

    Shape:
        Weights ``(n_resamples, n_comparisons)`` → ``(n_resamples, n_thresholds)`` each.
    """
    order = np.argsort(-scores, kind="stable")
    last = np.flatnonzero(np.diff(scores[order], append=-np.inf))
    impostors, genuine = (
        _accepted(weights[:, order[chosen]], np.cumsum(chosen, dtype=np.intp)[last])
        for chosen in (~is_own[order], is_own[order])
    )
    return impostors, genuine


def crossing(impostors: Floats, genuine: Floats) -> Floats:
    """Return the equal error rate of each resample, interpolated linearly between its thresholds.

    >>> crossing(np.array([[0.0, 0.0, 1.0]]), np.array([[0.0, 0.5, 1.0]])).round(3).tolist()
    [0.333]
    """
    gap = 1 - genuine - impostors
    after = np.argmax(gap <= 0, axis=1)[:, None]
    gaps, errors = (
        [np.take_along_axis(values, at, axis=1)[:, 0] for at in (after - 1, after)] for values in (gap, impostors)
    )
    return np.asarray(errors[0] + (errors[1] - errors[0]) * gaps[0] / (gaps[0] - gaps[1]))


def passing(impostors: Floats, genuine: Floats) -> Floats:
    """Return the share of the genuine accepted in each resample where at most 1 % of impostors are.

    >>> passing(np.array([[0.0, 0.01, 0.02]]), np.array([[0.0, 0.7, 0.9]])).tolist()
    [0.7]
    """
    passed = np.where(impostors <= FALSE_POSITIVES + NO_SPREAD, genuine, -np.inf).max(axis=1)
    return np.asarray(np.where(np.isnan(impostors[:, -1]), np.nan, passed))


def _figures(comparisons: Comparisons, n_resamples: int, seed: int) -> tuple[Floats, Floats]:
    """Both figures of all comparisons, and of every resample: ``(2,)`` and ``(2, n_resamples)``."""
    own = comparisons.own
    scores, is_own = comparisons.scores.ravel(), np.arange(comparisons.scores.shape[1]) == own[:, None]
    drawn = resample_weights([str(speaker) for speaker in own], n_resamples, seed)
    n_blocks = min(n_resamples, -(-n_resamples * is_own.size // BLOCK))
    weights = (_pair_weights(block, own, is_own) for block in np.array_split(drawn, n_blocks))
    passed = (error_rates(scores, is_own.ravel(), block) for block in chain([np.ones((1, is_own.size))], weights))
    figures = np.concatenate([(crossing(*shares), passing(*shares)) for shares in passed], axis=1)
    return figures[:, 0], figures[:, 1:]


def _pair_weights(drawn: Floats, own: NDArray[np.intp], is_own: NDArray[np.bool_]) -> Floats:
    """Weight of a comparison: the draws of the utterance's speaker, times those of the other speaker if another."""
    sizes = np.bincount(own)
    people = np.stack([drawn[:, own == speaker].sum(axis=1) for speaker in range(len(sizes))], axis=1) / sizes
    pairs = drawn[:, :, None] * np.where(is_own, 1.0, people[:, None, :])
    return np.asarray(pairs.reshape(len(drawn), -1))


def _accepted(weights: Floats, counts: NDArray[np.intp]) -> Floats:
    """The share of each row's weights in its first columns, of none and of so many; NaN in a row of zeros."""
    sums = np.zeros((len(weights), weights.shape[1] + 1))
    np.cumsum(weights, axis=1, out=sums[:, 1:])
    total = sums[:, -1:]
    shares = np.divide(sums, total, out=np.full_like(sums, np.nan), where=total > 0)
    return shares[:, np.concatenate([[0], counts])]


def _unit(vectors: Floats) -> Floats:
    """A vector of zeros, from a silent sound, stays zero: its cosine with everyone is 0."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0))
