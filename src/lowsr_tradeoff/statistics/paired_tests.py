"""Tests and effect sizes for pairs of networks that answered the same rows, where rows come in clusters.

A mean difference between two ways of training varies by the recorded clusters and by the luck of training. A test
on clips alone ignores luck and finds false differences too often. So every network (one fold, one repetition)
counts as drawn too, and the variance it adds is measured and put into the test.

Conventions: a difference is first minus second; ``pairs`` are several comparisons over the same rows, and results
have the shape ``(n_pairs,)`` unless stated otherwise.

References: Nadeau & Bengio, Machine Learning 52, 2003; Corani & Benavoli, Machine Learning 100, 2015, and Benavoli,
Corani, Demsar & Zaffalon, JMLR 18, 2017 (correlated t-test, region of practical equivalence); Holm, Scand. J.
Statist. 6, 1979; Phipson & Smyth, Stat. Appl. Genet. Mol. Biol. 9, 2010 (the observed arrangement counts).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.statistics import Floats
from lowsr_tradeoff.statistics.intervals import sums_by

N_FLIPS = 10_000
LEVEL = 0.05
POWER = 0.8
# Half-width of the region in which two accuracies are practically equal: one percentage point.
REGION = 0.01
# Sums of the same shares in another order differ by rounding alone.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Pairs:
    """Differences of several pairs, summed by cluster.

    Attributes:
        sums: Shape ``(n_pairs, n_repetitions, n_clusters)``.
        sizes: Rows of each cluster. Shape ``(n_clusters,)``.
        folds: The fold of each cluster, numbered from 0. Shape ``(n_clusters,)``.
    """

    sums: Floats
    sizes: Floats
    folds: NDArray[np.intp]

    def averaged(self) -> Floats:
        """Return the sums, averaged over repetitions: they share their clips. Shape ``(n_pairs, n_clusters)``."""
        return np.asarray(self.sums.mean(axis=1))


@dataclass(frozen=True)
class Equivalence:
    """Probabilities, adding up to 1, that the first is better, practically equal, or worse."""

    better: float
    equivalent: float
    worse: float


def pair_up(differences: Floats, clusters: Sequence[str], folds: Sequence[int]) -> Pairs:
    """Return differences ``(n_pairs, n_repetitions, n_rows)``, each ∈ [-1, 1], summed by cluster.

    ``clusters`` and ``folds`` are those of each row; a cluster lies in one fold.
    """
    _, first, numbers = np.unique(np.asarray(clusters), return_index=True, return_inverse=True)
    sums = np.moveaxis(sums_by(numbers, np.moveaxis(differences, -1, 0)), 0, -1)
    fold_numbers = np.unique(np.asarray(folds), return_inverse=True)[1]
    return Pairs(sums, np.bincount(numbers).astype(float), fold_numbers[first])


def fold_means(pairs: Pairs) -> Floats:
    """Return the mean difference of each fold, repetitions averaged, ∈ [-1, 1]. Shape ``(n_pairs, n_folds)``."""
    in_fold = _in_fold(pairs)
    return np.asarray((pairs.averaged() @ in_fold) / (pairs.sizes @ in_fold))


def sampling_variances(pairs: Pairs) -> Floats:
    """Return the variance of each mean difference from the draw of clusters, networks given.

    ``k / (k - 1) * sum_c (s_c - n_c d)**2 / n**2`` over k clusters with sums s_c of n_c rows; d is the mean. The
    linearised variance of a ratio: Cochran, Sampling Techniques, 1977, ch. 6. One cluster has none.
    """
    n_clusters = len(pairs.sizes)
    variances: Floats = (_residuals(pairs) ** 2).sum(axis=-1) / pairs.sizes.sum() ** 2
    return variances * n_clusters / max(1, n_clusters - 1)


def training_variances(pairs: Pairs) -> Floats:
    """Return the variance that the luck of training adds to each mean difference; unbiased, so it may be negative.

    What a network's clusters share beyond chance is the network's. With T the sum over a network's clusters and r
    the clusters' own sums, ``T**2 - sum r**2`` holds only products of different clusters, zero on average under
    sampling. Over S repetitions, deviations from their mean by cluster remove the effect of the clips:
    ``sum(T**2 - sum r**2) / (S (S - 1) n**2)`` (Cameron, Gelbach & Miller, J. Business & Econ. Stat. 29, 2011,
    clustering two ways, on deviations). With one repetition the folds differ by luck and by clips; both are taken
    around the mean of all, with F / (F - 1) for F folds. That is rough: five folds have four differences.
    """
    n_repetitions, in_fold = pairs.sums.shape[1], _in_fold(pairs)
    n_rows = pairs.sizes.sum()
    if n_repetitions == 1:
        own, n_folds = _residuals(pairs), in_fold.shape[1]
        together = ((own @ in_fold) ** 2).sum(axis=-1) * n_folds / max(1, n_folds - 1)
        return np.asarray((together - (own**2).sum(axis=-1)) / n_rows**2)
    around = pairs.sums - pairs.sums.mean(axis=1, keepdims=True)
    together = ((around @ in_fold) ** 2).sum(axis=(1, 2)) - (around**2).sum(axis=(1, 2))
    return np.asarray(together / (n_repetitions * (n_repetitions - 1) * n_rows**2))


def luck_sds(pairs: Pairs, family: NDArray[np.bool_]) -> Floats:
    """Return the standard deviation of each mean difference by the luck of training, ≥ 0.

    A pair's own estimate from few networks is often zero by chance, so the mean over ``family``, ``(n_pairs,)``,
    replaces it where that is larger. Without a family each pair keeps its own.
    """
    own = training_variances(pairs)
    shared = own[family].mean() if family.any() else 0.0
    return np.asarray(np.sqrt(np.maximum(np.maximum(own, shared), 0.0)), float)


def sign_flip_p(pairs: Pairs, luck: Floats, seed: int, n_flips: int = N_FLIPS) -> Floats:
    """Return each pair's two-sided p-value under the sign-flip hypothesis, ∈ (0, 1].

    If both ways of training were alike, each cluster's difference could equally have the other sign. p is the share
    of arrangements whose sum is at least as far from zero as the observed one, which counts as one of them:
    ``p = (1 + reached) / (1 + drawn)``, or exact over all of them if there are at most ``n_flips``. Luck, from
    :func:`luck_sds`, is drawn anew for every arrangement; it can only raise p.
    """
    rng = np.random.default_rng(seed)
    flips = sign_flips(len(pairs.sizes), n_flips, rng)
    sums = pairs.averaged()
    observed = np.abs(sums.sum(axis=1, keepdims=True)) - ROUNDING
    flipped = sums @ flips.T
    lucky = rng.standard_normal(len(flips))
    lucky[0] = 0.0
    by_clusters = (np.abs(flipped) >= observed).mean(axis=1)
    flipped += np.outer(luck * pairs.sizes.sum(), lucky)
    return np.asarray(np.maximum(by_clusters, (np.abs(flipped) >= observed).mean(axis=1)), float)


def sign_flips(n_clusters: int, n_flips: int, rng: np.random.Generator) -> Floats:
    """Return ``(n_flips, n_clusters)`` signs, the observed ones first: all if at most ``n_flips``, else drawn.

    >>> sign_flips(2, 10, np.random.default_rng(0)).tolist()
    [[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]]
    """
    if 2**n_clusters <= n_flips:
        turned = np.arange(2**n_clusters)[:, None] >> np.arange(n_clusters) & 1
    else:
        turned = rng.integers(0, 2, (n_flips, n_clusters), dtype=np.int8)
        turned[0] = 0
    return np.where(turned, -1.0, 1.0)


def nadeau_bengio_p(differences: Floats) -> float | None:
    """Return the two-sided p of the corrected t-test on fold means ``(n_folds,)``; ``None`` if folds do not differ.

    ``t = d / sqrt((1 / n + n_test / n_train) s**2)`` with n - 1 degrees of freedom, n_test / n_train = 1 / (n - 1).
    """
    from scipy.special import stdtr  # noqa: PLC0415 - a third of a second, for commands that need no p-value

    scale = _corrected_scale(differences)
    return None if scale is None else float(2 * stdtr(len(differences) - 1, -abs(differences.mean()) / scale))


def equivalence(differences: Floats, region: float = REGION) -> Equivalence | None:
    """Return the Bayesian correlated t-test's probabilities of better, practically equal and worse.

    The mean difference has the posterior Student(n - 1, d, (1 / n + r / (1 - r)) s**2) under the flat prior, where
    the correlation of folds r is n_test / n_all = 1 / n. ``None`` if the folds, ``(n_folds,)``, do not differ.
    ``region`` is the half-width of practical equivalence.
    """
    from scipy.special import stdtr  # noqa: PLC0415 - see nadeau_bengio_p

    scale = _corrected_scale(differences)
    if scale is None:
        return None
    mean, freedom = differences.mean(), len(differences) - 1
    worse, better = (float(stdtr(freedom, (end - region) / scale)) for end in (-mean, mean))
    return Equivalence(better=better, equivalent=max(0.0, 1 - better - worse), worse=worse)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return Holm's adjusted p-values, which bound the chance of any false rejection in the family.

    ``max over the smaller ones of min(1, (m - rank) p)``, rank from 0.

    >>> [round(p, 6) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, float)
    order = np.argsort(p, kind="stable")
    stepped = np.minimum(1, np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p)))))
    adjusted = np.empty(len(p))
    adjusted[order] = stepped
    return tuple(adjusted.tolist())


def smallest_detectable(standard_error: float, level: float) -> float:
    """Return the true difference that a two-sided test detects with power 0.8.

    ``(z(1 - level / 2) + z(0.8)) * standard_error``, with z the normal quantile.

    >>> round(smallest_detectable(0.02, 0.05), 3)
    0.056
    """
    from scipy.special import ndtri  # noqa: PLC0415 - see nadeau_bengio_p

    return float((ndtri(1 - level / 2) + ndtri(POWER)) * standard_error)


def _in_fold(pairs: Pairs) -> Floats:
    """Which fold a cluster is in, as a matrix that sums over folds. Shape ``(n_clusters, n_folds)``."""
    return np.eye(pairs.folds.max() + 1)[pairs.folds]


def _residuals(pairs: Pairs) -> Floats:
    """Cluster sums without the pair's mean. Shape ``(n_pairs, n_clusters)``."""
    sums = pairs.averaged()
    return np.asarray(sums - sums.sum(axis=1, keepdims=True) / pairs.sizes.sum() * pairs.sizes)


def _corrected_scale(differences: Floats) -> float | None:
    n_folds = len(differences)
    if n_folds < 2 or np.ptp(differences) < ROUNDING:
        return None
    return float(np.sqrt((1 / n_folds + 1 / (n_folds - 1)) * differences.var(ddof=1)))
