"""Intervals and paired differences by cluster bootstrap.

Clips of one source recording, and utterances of one speaker, are resampled together, as they are not independent.
Every statistic is a ratio of sums over rows, so a resample is a vector of weights, and one matrix product computes
all of them. Reference: Davison & Hinkley, Bootstrap Methods and their Application, 1997, ch. 2 and 3.8 (clusters);
Clopper & Pearson, Biometrika 26, 1934 (exact binomial interval).
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.statistics import CONFIDENCE, Floats

# Below this many clusters, resampling whole clusters alone underestimates the spread.
FEW_CLUSTERS = 10
# Equal ratios of sums can differ by rounding.
NO_SPREAD = 1e-12


@dataclass(frozen=True)
class Resamples:
    """How often each unit of a data set is drawn: a cluster, or a row where clusters are few.

    Attributes:
        units: The unit of each row. Shape ``(n_rows,)``.
        counts: Draws of each unit. Shape ``(n_resamples, n_units)``.
    """

    units: NDArray[np.intp]
    counts: Floats

    def by_unit(self, rows: ArrayLike) -> Floats:
        """Return the sums of rows over each unit, ``(n_rows, ...)`` to ``(n_units, ...)``."""
        return sums_by(self.units, rows)


def sums_by(groups: NDArray[np.intp], rows: ArrayLike) -> Floats:
    """Return the sums of rows over groups 0, 1, …, without gaps: ``(n_rows, ...)`` to ``(n_groups, ...)``.

    >>> sums_by(np.array([1, 0, 1]), [1, 2, 4]).tolist()
    [2.0, 5.0]
    """
    order = np.argsort(groups, kind="stable")
    _, starts = np.unique(groups[order], return_index=True)
    return np.add.reduceat(np.asarray(rows, float)[order], starts, axis=0)


def resample(clusters: Sequence[str], n_resamples: int, seed: int) -> Resamples:
    """Return how often each unit is drawn when whole clusters, one named per row, are drawn with replacement.

    With few clusters the rows are resampled too. Otherwise three speakers with equal scores would have an interval
    of no width; with both stages it is somewhat too wide, which is the safe side (Davison & Hinkley, 3.8). With one
    seed, equal clusters are drawn alike, and other clusters independently of them.
    """
    names, rows = np.unique(np.asarray(clusters), return_inverse=True)
    rng = np.random.default_rng([seed, zlib.crc32("\n".join(map(str, names)).encode())])
    drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=n_resamples)
    if len(names) >= FEW_CLUSTERS:
        return Resamples(rows, drawn.astype(np.float64))
    weights = np.empty((n_resamples, len(rows)))
    for cluster in range(len(names)):
        members = np.flatnonzero(rows == cluster)
        shares = np.full(len(members), 1 / len(members))
        weights[:, members] = rng.multinomial(drawn[:, cluster] * len(members), shares)
    return Resamples(np.arange(len(rows)), weights)


def resample_weights(clusters: Sequence[str], n_resamples: int, seed: int) -> Floats:
    """Return how often each row is drawn, as :func:`resample` draws. Shape ``(n_resamples, n_rows)``."""
    drawn = resample(clusters, n_resamples, seed)
    return drawn.counts[:, drawn.units]


def pooled_ratio(
    numerator: ArrayLike, denominator: ArrayLike, weights: Floats, n_of: str, *, is_share: bool
) -> Measurement:
    """Return the sum of numerators over the sum of denominators, with a percentile bootstrap interval.

    If every row has the same ratio the bootstrap sees no spread, and :func:`hidden_interval` replaces it: "0 of 64"
    is not certainty. Its trials are the clusters, not the rows, as rows of one cluster may all be right or wrong
    together; this gives the widest interval. With few clusters, rows are the trials. ``weights`` are from
    :func:`resample_weights`, or the counts of :func:`resample` for sums by unit. ``n_of`` says what the
    denominator counts, ``is_share`` that the ratio is a proportion ∈ [0, 1].
    """
    top, bottom = np.asarray(numerator, float), np.asarray(denominator, float)
    total = round(bottom.sum())
    if total == 0:
        return missing(f"there are no {n_of} to count", n_of)
    value = float(top.sum() / bottom.sum())
    low, high = percentile_interval(resampled_ratios(top, bottom, weights))
    if high - low < NO_SPREAD:
        low, high = hidden_interval(value, _n_drawn_apart(weights[:, bottom > 0]), is_share=is_share)
    return Measurement(value=value, low=low, high=high, n=total, n_of=n_of)


def resampled_ratios(numerator: ArrayLike, denominator: ArrayLike, weights: Floats) -> Floats:
    """Return the pooled ratio in every resample; NaN where no denominator was drawn. Shape ``(n_resamples,)``."""
    return _ratio(weights @ np.asarray(numerator, float), weights @ np.asarray(denominator, float))


def mean_measurement(values: ArrayLike, weights: Floats, n_of: str, unit: str) -> Measurement:
    """Return the mean over rows with a percentile bootstrap interval; ``n_of`` says what a row is."""
    rows = np.asarray(values, float)
    if len(rows) == 0:
        return missing(f"there are no {n_of}", n_of, unit)
    low, high = percentile_interval(_ratio(weights @ rows, weights.sum(axis=1)))
    return Measurement(value=float(rows.mean()), low=low, high=high, n=len(rows), n_of=n_of, unit=unit)


def paired_difference(first: ArrayLike, second: ArrayLike, weights: Floats, n_of: str) -> Measurement:
    """Return the mean over rows of first minus second, both shares ∈ [0, 1], as :func:`pooled_difference` does."""
    rows = np.asarray(first, float) - np.asarray(second, float)
    return pooled_difference(rows, np.ones(len(rows)), weights, n_of)


def pooled_difference(
    sums: ArrayLike, sizes: ArrayLike, weights: Floats, n_of: str, luck: ArrayLike = 0.0
) -> Measurement:
    """Return the mean of paired differences of shares, ∈ [-1, 1], with a percentile bootstrap interval.

    If all units differ alike the bootstrap sees no spread. The interval then covers clusters with another
    difference that could be missing among so many (exact binomial bound): "no difference in 40" is not certainty.

    Args:
        sums: Differences summed by unit, or one of each row.
        sizes: Rows of each unit.
        weights: How often each unit is drawn. Shape ``(n_resamples, n_units)``.
        n_of: What a row is.
        luck: Random shift of the mean in each resample. Shape ``(n_resamples,)``, or one for all.
    """
    top, bottom = np.asarray(sums, float), np.asarray(sizes, float)
    if bottom.sum() == 0:
        return missing(f"there are no {n_of}", n_of)
    value = float(top.sum() / bottom.sum())
    means = _ratio(weights @ top, weights @ bottom)
    low, high = percentile_interval(means + np.asarray(luck))
    if np.nanmax(means) - np.nanmin(means) < NO_SPREAD:
        _, hidden = exact_interval(0, _n_drawn_apart(weights))
        low, high = min(low, value - hidden), max(high, value + hidden)
    return Measurement(value=value, low=max(-1.0, low), high=min(1.0, high), n=round(bottom.sum()), n_of=n_of)


def independent_difference(first: Measurement, second: Measurement) -> Measurement:
    """Return first minus second for independent figures, with a 95 % interval if both have one.

    ``low = d - sqrt((a - a_low)**2 + (b_high - b)**2)`` and ``high = d + sqrt((a_high - a)**2 + (b - b_low)**2)``
    for d = a - b: asymmetric intervals stay asymmetric, and two shares differ by at most 1 (Zou & Donner,
    Statistics in Medicine 27, 2008; Newcombe, the same 17, 1998, proportions).

    >>> a, b = (Measurement(value=v, low=v - 0.03, high=v + 0.04, n=9, n_of="clips") for v in (0.5, 0.2))
    >>> [round(end, 3) for end in (independent_difference(a, b).low, independent_difference(a, b).high)]
    [0.25, 0.35]
    """
    if first.value is None or second.value is None:
        return missing(first.reason or second.reason or "not measured", first.n_of, first.unit)
    found = Measurement(
        value=first.value - second.value,
        n=min(first.n, second.n),
        n_of=first.n_of,
        unit=first.unit,
        basis=first.basis,
    )
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return found
    low = np.hypot(first.value - first.low, second.high - second.value)
    high = np.hypot(first.high - first.value, second.value - second.low)
    ends = {"low": first.value - second.value - float(low), "high": first.value - second.value + float(high)}
    return found.model_copy(update=ends)


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
    from scipy.special import betaincinv  # noqa: PLC0415 - a third of a second, for commands that need no interval

    tail = (1 - CONFIDENCE) / 2
    low = betaincinv(successes, trials - successes + 1, tail) if successes else 0.0
    high = betaincinv(successes + 1, trials - successes, 1 - tail) if successes < trials else 1.0
    return float(low), float(high)


def hidden_interval(value: float, n_trials: int, *, is_share: bool) -> tuple[float, float]:
    """Return the interval of a ratio that is equal in every trial, from what so many trials could have missed.

    With h the exact binomial bound on 0 of n trials, ``low = value - h |value|`` and ``high = value + h * reach``.
    The reach of a share is ``1 - value``: at 0 and 1 this is the Clopper-Pearson interval. That of an error rate,
    which has no upper end, is ``max(1, |value|)``: a missed trial has every word wrong, or twice the others' rate.

    >>> [round(end, 3) for end in hidden_interval(0, 20, is_share=False)]
    [0.0, 0.168]
    """
    _, hidden = exact_interval(0, n_trials)
    reach = 1 - value if is_share else max(1.0, abs(value))
    return value - hidden * abs(value), value + hidden * reach


def _n_drawn_apart(weights: Floats) -> int:
    """Count the independent units: rows of one cluster are drawn alike in every resample, clusters are not."""
    return int(np.unique(weights[:64], axis=1).shape[1])


def _ratio(top: Floats, bottom: Floats) -> Floats:
    """A resample without a denominator has no ratio."""
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)
