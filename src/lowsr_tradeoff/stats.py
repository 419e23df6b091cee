"""Intervals and paired differences by cluster bootstrap.

Clips of one source recording, and utterances of one speaker, are resampled together: they are not independent.
Rows are clips or utterances; every statistic is a ratio of sums over rows, so a resample is a vector of row
weights and all resamples are one matrix product.

Reference: Davison & Hinkley, Bootstrap Methods and their Application, 1997, ch. 2 and 3.8 (clusters);
Clopper & Pearson, Biometrika 26, 1934 (exact binomial interval).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv

from lowsr_tradeoff.records import Measurement, missing

CONFIDENCE = 0.95
# Below this many clusters, whole clusters alone tell too little of the spread.
FEW_CLUSTERS = 10


def resample_weights(clusters: Sequence[str], n_resamples: int, seed: int) -> NDArray[np.float64]:
    """Return how often each row is drawn when whole clusters are drawn with replacement.

    Of few clusters the rows are drawn anew as well. Three speakers who happen to score alike would else have an
    interval of no width; with both stages it is somewhat too wide, which is the safe side (Davison & Hinkley, 3.8).

    Args:
        clusters: The cluster of each row.
        n_resamples: Number of bootstrap resamples.
        seed: Seed of the draw.

    Shape:
        ``(n_resamples, n_rows)``.
    """
    names, rows = np.unique(np.asarray(clusters), return_inverse=True)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=n_resamples)
    if len(names) >= FEW_CLUSTERS:
        return drawn[:, rows].astype(np.float64)
    weights = np.empty((n_resamples, len(rows)))
    for cluster in range(len(names)):
        members = np.flatnonzero(rows == cluster)
        shares = np.full(len(members), 1 / len(members))
        weights[:, members] = rng.multinomial(drawn[:, cluster] * len(members), shares)
    return weights


def pooled_ratio(
    numerator: ArrayLike, denominator: ArrayLike, weights: NDArray[np.float64], n_of: str, *, is_share: bool
) -> Measurement:
    """Return the sum of numerators over the sum of denominators, with a percentile bootstrap interval.

    Where every row agrees at 0 or at 1 the bootstrap sees no spread; a share then takes the exact binomial
    interval with rows as trials, so that "0 of 64" never reads as certainty.

    Args:
        numerator: Counts per row.
        denominator: Counts per row.
        weights: From :func:`resample_weights`.
        n_of: What the denominator counts.
        is_share: Whether the ratio is a proportion in 0…1.
    """
    top, bottom = np.asarray(numerator, float), np.asarray(denominator, float)
    total = round(bottom.sum())
    if total == 0:
        return missing(f"there are no {n_of} to count", n_of)
    value = float(top.sum() / bottom.sum())
    draws = _ratio(weights @ top, weights @ bottom)
    low, high = percentile_interval(draws)
    if is_share and value in (0.0, 1.0):
        low, high = exact_interval(round(value * len(top)), len(top))
    return Measurement(value=value, low=low, high=high, n=total, n_of=n_of)


def mean_measurement(values: ArrayLike, weights: NDArray[np.float64], n_of: str, unit: str) -> Measurement:
    """Return the mean over rows with a percentile bootstrap interval.

    Args:
        values: One value per row.
        weights: From :func:`resample_weights`, for the same rows.
        n_of: What a row is.
        unit: The values' unit.
    """
    rows = np.asarray(values, float)
    if len(rows) == 0:
        return missing(f"there are no {n_of}", n_of, unit)
    low, high = percentile_interval(_ratio(weights @ rows, weights.sum(axis=1)))
    return Measurement(value=float(rows.mean()), low=low, high=high, n=len(rows), n_of=n_of, unit=unit)


def paired_difference(first: ArrayLike, second: ArrayLike, weights: NDArray[np.float64], n_of: str) -> Measurement:
    """Return the mean over rows of first minus second, ∈ [-1, 1], with a percentile bootstrap interval.

    Where all rows differ alike the bootstrap sees no spread. The interval then reaches as far as rows that differ
    otherwise could hide among so many (exact binomial bound): "no difference in 40 clips" is not certainty.

    Args:
        first: Shares per row, each ∈ [0, 1].
        second: Shares of the same rows.
        weights: From :func:`resample_weights`, for the same rows.
        n_of: What a row is.
    """
    rows = np.asarray(first, float) - np.asarray(second, float)
    difference = mean_measurement(rows, weights, n_of, "1")
    if difference.value is None or np.ptp(rows) > 0:
        return difference
    _, hidden = exact_interval(0, len(rows))
    low, high = max(-1.0, difference.value - hidden), min(1.0, difference.value + hidden)
    return difference.model_copy(update={"low": low, "high": high})


def percentile_interval(draws: ArrayLike) -> tuple[float, float]:
    """Return the central 95 % of the draws.

    >>> [round(end, 6) for end in percentile_interval(range(1001))]
    [25.0, 975.0]
    """
    tail = (1 - CONFIDENCE) / 2
    low, high = np.nanquantile(np.asarray(draws, float), [tail, 1 - tail])
    return float(low), float(high)


def exact_interval(successes: int, trials: int) -> tuple[float, float]:
    """Return the Clopper-Pearson 95 % interval of a binomial proportion.

    >>> low, high = exact_interval(0, 64)
    >>> low, round(high, 4)
    (0.0, 0.056)
    """
    tail = (1 - CONFIDENCE) / 2
    low = betaincinv(successes, trials - successes + 1, tail) if successes else 0.0
    high = betaincinv(successes + 1, trials - successes, 1 - tail) if successes < trials else 1.0
    return float(low), float(high)


def _ratio(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> NDArray[np.float64]:
    """A resample that drew no denominator at all has no ratio."""
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)
