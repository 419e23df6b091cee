"""Joint draws of the stages: draw k of every figure of one data set is the same resample of it.

A point of the frontier joins accuracy, word recovery and power. These are correlated between points: a speaker who
is understood at 1 kHz is understood at 2 kHz. So each stage keeps its first bootstrap resamples, and figures are
compared draw by draw.
"""

from collections.abc import Iterable
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.statistics import Z_INTERVAL, Draws, Floats
from lowsr_tradeoff.statistics.intervals import NO_SPREAD, percentile_interval, pooled_ratio, resampled_ratios

N_JOINT = 500
SIGNIFICANT_DIGITS = 5


def share_draws(numerator: ArrayLike, denominator: ArrayLike, weights: Floats) -> Draws:
    """Return a pooled share in each of the first resamples, ∈ [0, 1]; empty if there is nothing to count.

    If every resample gives the same share, the draws follow the interval of :func:`intervals.pooled_ratio` instead,
    so that draws of a measured zero reach above zero. They are ordered by the resamples, so that two shares without
    a spread in one data set rise and fall together. ``weights`` are as in :func:`intervals.pooled_ratio`.
    """
    figure = pooled_ratio(numerator, denominator, weights, "units", is_share=True)
    if figure.value is None:
        return ()
    shares = resampled_ratios(numerator, denominator, weights)
    low, high = percentile_interval(shares)
    if high - low < NO_SPREAD:
        return kept(np.clip(_through_interval(figure, _scores(weights[:N_JOINT])), 0.0, 1.0))
    return kept(np.nan_to_num(shares[:N_JOINT], nan=figure.value))


def draws_through(figure: Measurement, like: ArrayLike) -> Draws:
    """Return draws of a share that follow its interval, in the order of other draws; empty without a value."""
    others = np.asarray(like, float)
    if figure.value is None or len(others) == 0:
        return ()
    scores = np.array(_normal_scores(len(others)))[np.argsort(np.argsort(others, kind="stable"))]
    return kept(np.clip(_through_interval(figure, scores), 0.0, 1.0))


def kept(draws: Iterable[float]) -> Draws:
    """Return the first draws as a record keeps them: to five significant digits.

    >>> kept([0.123456789, 1234567.0])
    (0.12346, 1234600.0)
    """
    return tuple(float(f"{draw:.{SIGNIFICANT_DIGITS}g}") for draw, _ in zip(draws, range(N_JOINT), strict=False))


def _through_interval(figure: Measurement, scores: Floats) -> Floats:
    """Normal scores scaled on either side, so that value and interval are the median and its quantiles."""
    value, low, high = (np.float64(end) for end in (figure.value, figure.low, figure.high))
    return value + np.where(scores < 0, value - low, high - value) * scores / Z_INTERVAL


def _scores(weights: Floats) -> Floats:
    """Normal scores of the resamples, in an order that depends only on what each of them drew."""
    along = np.random.default_rng(0).standard_normal(weights.shape[1])
    ranks = np.argsort(np.argsort(weights @ along, kind="stable"))
    return np.array(_normal_scores(len(ranks)))[ranks]


@cache
def _normal_scores(n: int) -> tuple[float, ...]:
    return tuple(NormalDist().inv_cdf((rank + 0.5) / n) for rank in range(n))
