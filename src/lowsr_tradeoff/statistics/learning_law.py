"""What an attacker with more data would recover, from how recovery grows with its data.

The law is a saturating power of the amount of data n, 0 < n:

    recovery(n) = c - (c - chance) (1 + n / n0)^-b,    chance <= c <= 1, n0 > 0, b > 0

from chance without data to c with unlimited data (power laws: Hestness et al., arXiv 1712.00409; other forms, and
the limits of extrapolation: Viering & Loog, IEEE TPAMI 45(6), 2023, arXiv 2103.10948). The figures of one curve are
of the same words; their covariance is that of ratios of sums over speakers, or over folds where their variance is
larger. The fit has the least misfit (y - f)' S^-1 (y - f). The 95 % interval of an extrapolation covers every law
whose misfit is at most t^2 above the least (profile likelihood: Venzon & Moolgavkar, Applied Statistics 37(1),
1988), t of Student's distribution, with freedom and width corrected for a covariance estimated from few speakers
(Rao, Biometrika 46, 1959). Percentiles of refitted resamples are not used: with a ceiling near 1 they held the
truth in 70 of 100 simulated cases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import LearningLaw
from lowsr_tradeoff.statistics import CONFIDENCE, Floats
from lowsr_tradeoff.statistics.intervals import numbered, sums_by

# Three numbers are fitted.
MIN_POINTS = 4
# Recoveries of this probability do not follow the law.
LEAST_P = 0.01
# An interval wider than this share is not reported as a figure.
WIDEST = 0.5
EXPONENTS = np.geomspace(0.1, 4, 40)
# Of the largest amount. Beyond a thousand times the law is a straight line, below a hundredth a step.
SCALES = np.geomspace(0.01, 1000, 60)

Counts = NDArray[np.integer | np.bool_]


@dataclass(frozen=True)
class Curve:
    """Recovery over amounts of data.

    Attributes:
        amounts: Ascending. Shape ``(n_points,)``.
        shares: Recovered with each. Shape ``(n_points,)``.
        covariance: Of the shares. Shape ``(n_points, n_points)``.
        chance: Share recovered without data.
        n_words: Number of words that the shares are of.
    """

    amounts: Floats
    shares: Floats
    covariance: Floats
    chance: float
    n_words: int
    n_speakers: int


@dataclass(frozen=True)
class Misfit:
    """How far every law of the grid is from a curve: ``least + curvature * (gain - best) ** 2``.

    Attributes:
        scales: n0 of each law, in units of data.
        exponents: b of each law.
        best: The gain c - chance of least misfit, also outside the possible range.
    """

    scales: Floats
    exponents: Floats
    best: Floats
    curvature: Floats
    least: Floats


def curve_of(
    amounts: Sequence[float],
    hits: Counts,
    words: Counts,
    speakers: Sequence[str],
    folds: Sequence[int],
    chance: float,
) -> Curve:
    """Return recovery over amounts of data, with the covariance of its figures.

    Args:
        amounts: Training data, ascending.
        hits: Words recovered of each recording with each amount. Shape ``(n_points, n_recordings)``.
        words: Words said in each. Shape ``(n_recordings,)``.
        speakers: Speaker of each recording, the clusters.
        folds: The fold in which each recording was tested.
        chance: Share recovered without data.
    """
    n_words, drawn = int(words.sum()), _between(hits, words, numbered(speakers))
    of_folds = np.unique(np.asarray(folds), return_inverse=True)[1]
    spread = np.maximum(0, np.diag(_between(hits, words, of_folds) - drawn))
    # One word is the resolution of shares.
    covariance = drawn + np.diag(spread + 1 / n_words**2)
    shares = hits.sum(axis=1) / n_words
    return Curve(np.asarray(amounts, float), shares, covariance, chance, n_words, len(set(speakers)))


def law_of(curve: Curve) -> LearningLaw | None:
    """Return the law of least misfit, or ``None`` for too few points."""
    from scipy.special import chdtrc  # noqa: PLC0415 - every report would load it

    if len(curve.amounts) < MIN_POINTS:
        return None
    misfit = _misfit(curve)
    gains = _possible(misfit.best, curve)
    totals = misfit.least + misfit.curvature * (gains - misfit.best) ** 2
    i = int(totals.argmin())
    n_free = len(curve.amounts) - 3
    return LearningLaw(
        chance=curve.chance,
        ceiling=curve.chance + float(gains[i]),
        scale=float(misfit.scales[i]),
        exponent=float(misfit.exponents[i]),
        misfit_p=float(chdtrc(n_free, totals[i])),
    )


def recovery(law: LearningLaw, amount: float) -> float:
    """Return the share that the law predicts for an amount of data, from chance to its ceiling.

    >>> law = LearningLaw(chance=0.1, ceiling=0.9, scale=5, exponent=1, misfit_p=1)
    >>> [round(recovery(law, amount), 3) for amount in (0, 5, 1e9)]
    [0.1, 0.5, 0.9]
    """
    return float(law.ceiling - (law.ceiling - law.chance) * (1 + amount / law.scale) ** -law.exponent)


def extrapolate(curve: Curve, law: LearningLaw | None, times: float) -> Measurement:
    """Return the recovery at ``times`` the largest amount of data, with the interval of laws that fit as well."""
    if law is None:
        return missing(f"{len(curve.amounts)} amounts of data are too few for a law of three numbers", "words")
    if law.misfit_p < LEAST_P:
        return missing(f"recovery does not follow the law that is fitted (p = {law.misfit_p:.1g})", "words")
    amount = times * curve.amounts[-1]
    low, high = _interval(curve, amount)
    if high - low > WIDEST:
        return missing(f"the curve allows anything from {low:.2f} to {high:.2f}: record more speakers", "words")
    value = recovery(law, amount)
    return Measurement(value=value, low=low, high=high, n=curve.n_words, n_of="words", basis="modelled")


def _interval(curve: Curve, amount: float) -> tuple[float, float]:
    """The least and the greatest value of the laws that cannot be told from the best."""
    misfit = _misfit(curve)
    at_best = misfit.least + misfit.curvature * (_possible(misfit.best, curve) - misfit.best) ** 2
    least = float(at_best.min())
    allowed = least + _tolerance(curve, least)
    kept = at_best <= allowed
    reach = np.sqrt((allowed - misfit.least[kept]) / misfit.curvature[kept])
    growth = _growth(amount, misfit.scales[kept], misfit.exponents[kept])
    low = (_possible(misfit.best[kept] - reach, curve) * growth).min()
    high = (_possible(misfit.best[kept] + reach, curve) * growth).max()
    return curve.chance + float(low), curve.chance + float(high)


def _tolerance(curve: Curve, least: float) -> float:
    """The extra misfit within the 95 % interval, for a covariance estimated from so many speakers."""
    from scipy.special import stdtrit  # noqa: PLC0415 - see law_of

    n_known, n_free = curve.n_speakers - 1, len(curve.amounts) - 3
    rest = max(min(2, n_known), n_known - n_free)
    widened = (1 + least / n_known) * n_known / rest
    return float(stdtrit(rest, (1 + CONFIDENCE) / 2) ** 2 * widened)


def _misfit(curve: Curve) -> Misfit:
    """For given n0 and b the law is linear in the gain, so its misfit is a parabola."""
    exponents, scales = _grid()
    scales = scales * curve.amounts[-1]
    growth = _growth(curve.amounts, scales[:, None], exponents[:, None])
    precise = np.linalg.inv(curve.covariance)
    gained = curve.shares - curve.chance
    curvature = np.einsum("gi,ij,gj->g", growth, precise, growth)
    best = growth @ precise @ gained / curvature
    return Misfit(scales, exponents, best, curvature, gained @ precise @ gained - curvature * best**2)


@cache
def _grid() -> tuple[Floats, Floats]:
    exponents, scales = np.meshgrid(EXPONENTS, SCALES)
    return exponents.ravel(), scales.ravel()


def _growth(amount: Floats | float, scale: Floats, exponent: Floats) -> Floats:
    grown: Floats = 1 - (1 + amount / scale) ** -exponent
    return grown


def _possible(gains: Floats, curve: Curve) -> Floats:
    return np.clip(gains, 0, 1 - curve.chance)


def _between(hits: Counts, words: Counts, groups: NDArray[np.intp]) -> Floats:
    """Covariance of hits / words, as of ratios of sums, from what differs between groups of recordings."""
    of_group, said = sums_by(groups, hits.T), sums_by(groups, words)
    off = of_group - np.outer(said, of_group.sum(axis=0) / said.sum())
    covariance: Floats = off.T @ off / said.sum() ** 2 * len(said) / max(1, len(said) - 1)
    return covariance
