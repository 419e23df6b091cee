"""Where the true value of a figure may lie, by Student's t over clusters: intervals and joint draws are both of it.

To first order a figure differs from the truth by a sum of residuals r_c, one for each of n clusters. Its variance
is ``n / (n - 1) * sum r_c**2`` (linearised: Cochran, Sampling Techniques, 1977, ch. 6). Where few clusters make
most of it, this estimate is poor itself; t has the degrees of freedom that match its own variance,
``2 / (2 / (n - 1) + k / n)`` for residuals of excess kurtosis k >= 0 (Satterthwaite, Biometrics Bulletin 2, 1946;
variance of s**2: O'Neill, The American Statistician 68, 2014). The interval of a share is symmetric on the logit
scale: it stays within 0 and 1, and reaches further towards 1/2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lowsr_tradeoff.statistics import CONFIDENCE, Z_INTERVAL, Floats

# Equal ratios of sums can differ by rounding.
NO_SPREAD = 1e-12
TAILS = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)


@dataclass(frozen=True)
class Law:
    """The distribution of the true value.

    Attributes:
        value: The figure.
        standard_error: Its standard deviation by the draw of clusters; 0 where all clusters agree.
        freedom: Degrees of freedom of t, at least 1.
        n_clusters: Number of clusters.
        is_share: Whether the figure is within 0 and 1.
    """

    value: float
    standard_error: float
    freedom: float
    n_clusters: int
    is_share: bool

    def quantiles(self, levels: ArrayLike) -> Floats:
        """Return the values that the true one exceeds with probability 1 - level, for levels in 0…1."""
        if self.standard_error < NO_SPREAD:
            ends = hidden_interval(self.value, self.n_clusters, is_share=self.is_share)
            return split_normal(self.value, *ends, levels)
        by = student(levels, self.freedom) * self.standard_error
        if not self.is_share:
            return self.value + by
        odds = (1 - self.value) / self.value * np.exp(-by / (self.value * (1 - self.value)))
        return 1 / (1 + odds)

    def interval(self) -> tuple[float, float]:
        """Return the central 95 %."""
        low, high = self.quantiles(TAILS)
        return float(low), float(high)


def law_of(value: float, residuals: Floats, *, is_share: bool) -> Law:
    """Return the law of a figure, from what each cluster adds to its difference from the truth."""
    n = len(residuals)
    error = float(np.sqrt(n / max(1, n - 1) * (residuals**2).sum()))
    return Law(value, error, _freedom(residuals), n, is_share)


def student(levels: ArrayLike, freedom: float) -> Floats:
    """Return quantiles of Student's t.

    >>> student([0.5, 0.975], 2).round(3).tolist()
    [0.0, 4.303]
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - a third of a second, for commands that need no interval

    return np.asarray(stdtrit(freedom, np.asarray(levels, float)))


def split_normal(value: float, low: float, high: float, levels: ArrayLike) -> Floats:
    """Return quantiles of a law that is normal on either side, with a median and its central 95 %."""
    from scipy.special import ndtri  # noqa: PLC0415 - see student

    scores = ndtri(np.asarray(levels, float))
    return np.asarray(value + np.where(scores < 0, value - low, high - value) * scores / Z_INTERVAL)


def exact_interval(successes: int, trials: int) -> tuple[float, float]:
    """Return the Clopper-Pearson 95 % interval of a binomial proportion (Biometrika 26, 1934).

    >>> low, high = exact_interval(0, 64)
    >>> low, round(high, 4)
    (0.0, 0.056)
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - see student

    low = betaincinv(successes, trials - successes + 1, TAILS[0]) if successes else 0.0
    high = betaincinv(successes + 1, trials - successes, TAILS[1]) if successes < trials else 1.0
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


def _freedom(residuals: Floats) -> float:
    """By the sample's own kurtosis: the unbiased one leaves hardly any where one speaker alone is understood."""
    n, squares = len(residuals), float((residuals**2).sum())
    if n < 3 or squares < NO_SPREAD**2:
        return 1.0
    excess = n * float((residuals**4).sum()) / squares**2 - 3
    return 2 / (2 / (n - 1) + max(0.0, excess) / n)
