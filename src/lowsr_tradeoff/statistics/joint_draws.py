"""Joint draws of the stages: draw k of every figure of one data set is the same resample of it.

A point of the frontier joins accuracy, word recovery and power. These are correlated between points: a speaker who
is understood at 1 kHz is understood at 2 kHz. So the draws of each figure are in the order of the stage's first
resamples, and figures are compared draw by draw.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.statistics import Draws, Floats
from lowsr_tradeoff.statistics.cluster_t import Law, split_normal
from lowsr_tradeoff.statistics.intervals import influence, ratio_law

N_JOINT = 500
SIGNIFICANT_DIGITS = 5
# Resamples that shift a figure alike differ by rounding alone.
SHIFT_DIGITS = 12


def share_draws(numerator: ArrayLike, denominator: ArrayLike, weights: Floats) -> Draws:
    """Return a pooled share as it may be truly, ∈ [0, 1]; empty if there is nothing to count.

    The draws are quantiles of the law whose central 95 % are the interval of :func:`intervals.pooled_ratio`, in the
    order of the first resamples. ``weights`` are as there.
    """
    top, bottom = np.asarray(numerator, float), np.asarray(denominator, float)
    if not bottom.sum():
        return ()
    law = ratio_law(top, bottom, weights, is_share=True)
    return law_draws(law, influence(top, bottom)[1], weights)


def law_draws(law: Law, residuals: Floats, weights: Floats) -> Draws:
    """Return the quantiles of a law in the order of the resamples, from what each row adds to the figure."""
    drawn = weights[:N_JOINT]
    shifts = (drawn @ residuals).round(SHIFT_DIGITS)
    return kept(np.clip(law.quantiles(_levels(np.lexsort((_direction(drawn), shifts)))), 0.0, 1.0))


def draws_through(figure: Measurement, like: ArrayLike) -> Draws:
    """Return draws of a share that follow its interval, in the order of other draws; empty without a value."""
    others = np.asarray(like, float)
    if figure.value is None or figure.low is None or figure.high is None or len(others) == 0:
        return ()
    levels = _levels(np.argsort(others, kind="stable"))
    return kept(np.clip(split_normal(figure.value, figure.low, figure.high, levels), 0.0, 1.0))


def kept(draws: Iterable[float]) -> Draws:
    """Return the first draws as a record keeps them: to five significant digits.

    >>> kept([0.123456789, 1234567.0])
    (0.12346, 1234600.0)
    """
    return tuple(float(f"{draw:.{SIGNIFICANT_DIGITS}g}") for draw, _ in zip(draws, range(N_JOINT), strict=False))


def _direction(drawn: Floats) -> Floats:
    """An order of resamples that depends only on what each of them drew, for figures that they leave equal."""
    return np.asarray(drawn @ np.random.default_rng(0).standard_normal(drawn.shape[1]))


def _levels(order: NDArray[np.intp]) -> Floats:
    """The level in 0…1 of each draw, evenly spaced, from the order that sorts them."""
    levels = np.empty(len(order))
    levels[order] = (np.arange(len(order)) + 0.5) / len(order)
    return levels
