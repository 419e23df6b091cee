"""Intervals of figures, and of differences, by Student's t over clusters.

Clips of one source recording, and utterances of one speaker, are not independent: they are one cluster. ``weights``
are how often each row is drawn in resamples of the clusters. Rows of one cluster are drawn alike, so weights also
tell which rows these are. Resamples serve figures that are no ratio of sums, and they order joint draws
(:mod:`joint_draws`). Reference: Davison & Hinkley, Bootstrap Methods and their Application, 1997, ch. 2 and 3.8.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.statistics import Z_INTERVAL, Floats
from lowsr_tradeoff.statistics.cluster_t import (
    NO_SPREAD,
    TAILS,
    Law,
    exact_interval,
    hidden_interval,
    law_of,
    student,
)

# Two clusters are never drawn alike in so many resamples.
N_TOLD_APART = 64


@dataclass(frozen=True)
class Resamples:
    """How often each cluster of a data set is drawn.

    Attributes:
        units: The cluster of each row. Shape ``(n_rows,)``.
        counts: Draws of each cluster. Shape ``(n_resamples, n_clusters)``.
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
    """Return how often each cluster, one named per row, is drawn when whole clusters are drawn with replacement.

    Where all rows are of one cluster, each row is one: figures then speak of that cluster alone. With one seed,
    equal clusters are drawn alike, and other clusters independently of them.
    """
    return _resample(tuple(map(str, clusters)), n_resamples, seed)


# Every figure of a corpus asks for the same.
@lru_cache(maxsize=8)
def _resample(clusters: tuple[str, ...], n_resamples: int, seed: int) -> Resamples:
    names = sorted(set(clusters))
    rng = np.random.default_rng([seed, zlib.crc32("\n".join(names).encode())])
    units = numbered(clusters)
    n_units = int(units.max(initial=-1)) + 1
    drawn = rng.multinomial(n_units, np.full(n_units, 1 / max(1, n_units)), size=n_resamples)
    counts = drawn.astype(np.float64)
    for shared in (units, counts):
        shared.flags.writeable = False
    return Resamples(units, counts)


def numbered(clusters: Sequence[str]) -> NDArray[np.intp]:
    """Return the number of each row's cluster, from 0; where there is one alone, of each row.

    >>> numbered(["b", "a", "b"]).tolist(), numbered(["a", "a"]).tolist()
    ([1, 0, 1], [0, 1])
    """
    numbers = np.unique(np.asarray(clusters), return_inverse=True)[1]
    return numbers if numbers.any() else np.arange(len(numbers))


def resample_weights(clusters: Sequence[str], n_resamples: int, seed: int) -> Floats:
    """Return how often each row is drawn, as :func:`resample` draws. Shape ``(n_resamples, n_rows)``."""
    drawn = resample(clusters, n_resamples, seed)
    return drawn.counts[:, drawn.units]


def pooled_ratio(
    numerator: ArrayLike, denominator: ArrayLike, weights: Floats, n_of: str, *, is_share: bool
) -> Measurement:
    """Return the sum of numerators over the sum of denominators, with the interval of its :class:`Law`.

    If all clusters have the same ratio they show no spread, and the interval is :func:`cluster_t.hidden_interval`:
    "0 of 64" is not certainty. ``weights`` are from :func:`resample_weights`, or the counts of :func:`resample` for
    sums by unit. ``n_of`` says what the denominator counts, ``is_share`` that the ratio is a proportion ∈ [0, 1].
    """
    top, bottom = np.asarray(numerator, float), np.asarray(denominator, float)
    total = round(bottom.sum())
    if total == 0:
        return missing(f"there are no {n_of} to count", n_of)
    law = ratio_law(top, bottom, weights, is_share=is_share)
    low, high = law.interval()
    return Measurement(value=law.value, low=_possible(low, top), high=high, n=total, n_of=n_of)


def ratio_law(top: Floats, bottom: Floats, weights: Floats, *, is_share: bool) -> Law:
    """Return the law of a pooled ratio whose denominators are not all zero."""
    value, residuals = influence(top, bottom)
    is_counted = (bottom > 0) | (top != 0)
    return law_of(value, by_cluster(residuals[is_counted], weights[:, is_counted]), is_share=is_share)


def influence(top: Floats, bottom: Floats) -> tuple[float, Floats]:
    """Return a pooled ratio, and what each row adds to its difference from the truth: they add up to 0."""
    value = float(top.sum() / bottom.sum())
    return value, (top - value * bottom) / bottom.sum()


def by_cluster(rows: Floats, weights: Floats) -> Floats:
    """Return the sums of rows over clusters, whose rows are drawn alike. Shape ``(n_clusters,)``."""
    # As bytes, which sort as the numbers do: comparing columns of numbers takes fifteen times as long.
    drawn = np.ascontiguousarray(weights[:N_TOLD_APART].T, ">u2")
    _, clusters = np.unique(drawn.view(f"S{drawn.shape[1] * drawn.itemsize}").ravel(), return_inverse=True)
    return np.asarray(np.bincount(clusters, weights=rows), float)


def resampled_share(value: float, draws: Floats, n_clusters: int, n: int, n_of: str) -> Measurement:
    """Return a share that is no ratio of sums, with the spread of its resamples for a standard error.

    At 0 and 1, and where all resamples agree, what so many clusters could have missed is added.
    """
    spread = float(np.nanstd(draws)) * np.sqrt(n_clusters / max(1, n_clusters - 1))
    if spread > NO_SPREAD and 0 < value < 1:
        low, high = Law(value, spread, max(1, n_clusters - 1), n_clusters, is_share=True).interval()
        return Measurement(value=value, low=low, high=high, n=n, n_of=n_of)
    low, high = hidden_interval(value, n_clusters, is_share=True)
    least, most = percentile_interval(draws)
    return Measurement(value=value, low=min(low, least), high=max(high, most), n=n, n_of=n_of)


def mean_measurement(values: ArrayLike, weights: Floats, n_of: str, unit: str) -> Measurement:
    """Return the mean over rows with its interval; ``n_of`` says what a row is."""
    rows = np.asarray(values, float)
    if len(rows) == 0:
        return missing(f"there are no {n_of}", n_of, unit)
    value, residuals = influence(rows, np.ones(len(rows)))
    reach = _reach(by_cluster(residuals, weights))
    low = _possible(value - reach, rows)
    return Measurement(value=value, low=low, high=value + reach, n=len(rows), n_of=n_of, unit=unit)


def paired_difference(first: ArrayLike, second: ArrayLike, weights: Floats, n_of: str) -> Measurement:
    """Return the mean over rows of first minus second, both ∈ [0, 1], as :func:`clustered_difference` does."""
    rows = np.asarray(first, float) - np.asarray(second, float)
    return clustered_difference(by_cluster(rows, weights), by_cluster(np.ones(len(rows)), weights), n_of)


def clustered_difference(sums: Floats, sizes: Floats, n_of: str, luck: float = 0.0) -> Measurement:
    """Return the mean of paired differences of shares, ∈ [-1, 1], with its interval.

    If all clusters differ alike they show no spread. The interval then covers clusters with another difference that
    could be missing among so many (exact binomial bound): "no difference in 40" is not certainty.

    Args:
        sums: Differences summed by cluster.
        sizes: Rows of each cluster.
        n_of: What a row is.
        luck: Standard deviation of the mean by what is not the draw of clusters.
    """
    if sizes.sum() == 0:
        return missing(f"there are no {n_of}", n_of)
    value, residuals = influence(sums, sizes)
    hidden = exact_interval(0, len(sums))[1] if np.ptp(sums / sizes) < NO_SPREAD else 0.0
    reach = max(hidden, float(np.hypot(_reach(residuals), Z_INTERVAL * luck)))
    low, high = max(-1.0, value - reach), min(1.0, value + reach)
    return Measurement(value=value, low=low, high=high, n=round(sizes.sum()), n_of=n_of)


def share_difference(
    first: ArrayLike, second: ArrayLike, sizes: ArrayLike, weights: Floats, n_of: str
) -> Measurement:
    """Return first over sizes minus second over sizes, two pooled shares of the same rows, ∈ [-1, 1].

    The interval follows from those of both shares, so that it is as asymmetric as these are near 0 and 1, and from
    the correlation r of their residuals: ``low = d - sqrt(a**2 + b**2 - 2 r a b)``, where a is how far the first
    share reaches down and b how far the second reaches up; the upper end likewise (Zou, Psychological Methods 12,
    2007). If all rows differ alike: as :func:`clustered_difference`.
    """
    bottom = np.asarray(sizes, float)
    if bottom.sum() == 0:
        return missing(f"there are no {n_of}", n_of)
    tops = [np.asarray(rows, float) for rows in (first, second)]
    laws = [ratio_law(top, bottom, weights, is_share=True) for top in tops]
    apart = clustered_difference(by_cluster(tops[0] - tops[1], weights), by_cluster(bottom, weights), n_of)
    if apart.value is None or np.ptp(tops[0] - tops[1]) < NO_SPREAD:
        return apart
    one, other = ([law.value - low, high - law.value] for law in laws for low, high in [law.interval()])
    alike = _correlation(*(by_cluster(influence(top, bottom)[1], weights) for top in tops))
    down, up = (
        float(np.sqrt(max(0.0, a**2 + b**2 - 2 * alike * a * b)))
        for a, b in ((one[0], other[1]), (one[1], other[0]))
    )
    ends = {"low": max(-1.0, apart.value - down), "high": min(1.0, apart.value + up)}
    return apart.model_copy(update=ends)


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
    low, high = np.nanquantile(np.asarray(draws, float), TAILS)
    return float(low), float(high)


def _possible(low: float, rows: Floats) -> float:
    """What is never negative has no interval that reaches below 0."""
    return max(0.0, low) if rows.min() >= 0 else low


def _reach(residuals: Floats) -> float:
    """Half the width of a symmetric interval."""
    law = law_of(0.0, residuals, is_share=False)
    return float(student(TAILS[1], law.freedom)) * law.standard_error


def _correlation(first: Floats, second: Floats) -> float:
    """Of residuals, which add up to 0; none with what does not vary."""
    lengths = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / lengths if lengths > 0 else 0.0
