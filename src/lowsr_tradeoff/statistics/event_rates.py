"""Rates of rare events, such as false alarms per hour, counted in recordings.

Counts of independent events follow Poisson's law. Alarms come in groups, because one recording raises many and most
raise none. So counts are divided by their dispersion, ``phi = sum (n_i - r h_i)**2 / (r h_i) / (m - 1)`` and at
least 1, over m recordings of h_i hours with n_i events each, at the rate r (quasi-Poisson: McCullagh & Nelder,
Generalized Linear Models, 1989, ch. 9). The interval is exact for phi = 1 (Garwood, Biometrika 28, 1936).
"""

import numpy as np
from numpy.typing import ArrayLike

from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.statistics import Draws, Floats
from lowsr_tradeoff.statistics.cluster_t import TAILS
from lowsr_tradeoff.statistics.joint_draws import N_JOINT, kept

UNIT = "per hour"


def rate_per_hour(counts: ArrayLike, hours: ArrayLike, n_of: str) -> Measurement:
    """Return events per hour with their 95 % interval; counts and hours of each recording, ``(n_recordings,)``.

    >>> found = rate_per_hour([0, 0], [0.1, 0.1], "false alarms")
    >>> found.value, round(found.high, 1)
    (0.0, 18.4)
    """
    n, time = np.asarray(counts, float), np.asarray(hours, float)
    if not time.sum() > 0:
        return missing("there is no sound in which they could be counted", n_of, UNIT)
    low, high = quantiles(n, time, TAILS)
    total = round(n.sum())
    return Measurement(value=total / time.sum(), low=low, high=high, n=total, n_of=n_of, unit=UNIT)


def quantiles(counts: Floats, hours: Floats, levels: tuple[float, float]) -> tuple[float, float]:
    """Return the ends of the interval between two levels below and above 1/2, in events per hour."""
    from scipy.special import gammaincinv  # noqa: PLC0415 - a third of a second, for commands that need no interval

    phi, total = dispersion(counts, hours), counts.sum()
    low = gammaincinv(total / phi, levels[0]) if total else 0.0
    high = gammaincinv(total / phi + 1, levels[1])
    return float(low * phi / hours.sum()), float(high * phi / hours.sum())


def dispersion(counts: Floats, hours: Floats) -> float:
    """Return how much more counts vary between recordings than Poisson's do, at least 1.

    >>> dispersion(np.array([8.0, 0.0, 0.0, 0.0]), np.ones(4))
    8.0
    """
    expected = counts.sum() * hours / hours.sum()
    heard = expected > 0
    if heard.sum() < 2:
        return 1.0
    return max(1.0, float(((counts - expected)[heard] ** 2 / expected[heard]).sum() / (heard.sum() - 1)))


def least_upper_end(hours: float) -> float:
    """Return the upper end of the interval of no event at all in so many hours, per hour.

    >>> round(least_upper_end(1.0), 2)
    3.69
    """
    return quantiles(np.zeros(1), np.full(1, hours), TAILS)[1]


def rate_draws(counts: ArrayLike, hours: ArrayLike, weights: Floats) -> Draws:
    """Return the rate as it may be truly, in the order of the first resamples of the recordings.

    The draws are quantiles of a gamma law (Jeffreys' prior) with the counts' dispersion. ``weights`` are those of
    :func:`intervals.resample`, ``(n_resamples, n_recordings)``.
    """
    from scipy.special import gammaincinv  # noqa: PLC0415 - see quantiles

    n, time = np.asarray(counts, float), np.asarray(hours, float)
    if not time.sum() > 0:
        return ()
    drawn = weights[:N_JOINT]
    phi, shifts = dispersion(n, time), drawn @ (n - n.sum() / time.sum() * time)
    levels = np.empty(len(drawn))
    # Resamples that shift the rate alike keep the order of their time, which differs from one to the next.
    levels[np.lexsort((drawn @ time, shifts.round(12)))] = (np.arange(len(drawn)) + 0.5) / len(drawn)
    return kept(gammaincinv(n.sum() / phi + 0.5, levels) * phi / time.sum())
