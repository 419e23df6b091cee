"""Whole numbers: what recovering single digits means for a PIN or a telephone number.

Of a speaker's n recorded digits k are recovered. Of all choices of L different recordings, the share recovered
throughout is ``C(k, L) / C(n, L)``. Its expectation is p to the power of L where digits are recovered independently
with probability p; ``(k / n) ** L`` is above that on average. Nobody spoke these numbers. Reference: Hoeffding, A
class of statistics with asymptotically normal distribution, Ann. Math. Stat. 19, 1948.
"""

from collections.abc import Sequence
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.statistics.intervals import pooled_ratio, resample_weights
from lowsr_tradeoff.statistics.joint_draws import share_draws

PIN_LENGTH, TELEPHONE_LENGTH = 4, 10
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def are_digits(words: Sequence[str]) -> bool:
    """Return whether a vocabulary is the ten digits, as words or as numerals.

    >>> are_digits("0123456789"), are_digits(["yes", "no"])
    (True, False)
    """
    return sorted(words) in (sorted(NAMES), [str(digit) for digit in range(10)])


def whole_string(n_recovered: int, n_spoken: int, length: int) -> float:
    """Return the probability, 0…1, that ``length`` of the digits spoken by one speaker are all recovered.

    >>> whole_string(9, 10, 4)
    0.6
    """
    return comb(n_recovered, length) / comb(n_spoken, length)


def string_recovery(
    is_recovered: ArrayLike, speakers: Sequence[str], length: int, n_resamples: int, seed: int
) -> tuple[Measurement, tuple[float, ...]]:
    """Return the mean :func:`whole_string` over speakers, ∈ [0, 1], with its interval by speaker, and its draws.

    ``is_recovered`` and ``speakers`` are of each recorded digit.
    """
    hits, spoken_by = np.asarray(is_recovered, bool), np.asarray(speakers)
    names = [name for name in np.unique(spoken_by) if (spoken_by == name).sum() >= length]
    if not names:
        return missing(f"no speaker has {length} recorded digits; record more of each", "speakers"), ()
    shares = [whole_string(int(hits[spoken_by == x].sum()), int((spoken_by == x).sum()), length) for x in names]
    each, weights = np.ones(len(shares)), resample_weights(names, n_resamples, seed)
    whole = pooled_ratio(shares, each, weights, "speakers", is_share=True)
    return whole, share_draws(shares, each, weights)
