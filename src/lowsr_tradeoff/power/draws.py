"""Spreads carried through the model by Monte Carlo.

Every figure becomes an array: first its central value, then its draws. The model is arithmetic on such arrays, so
central values, intervals and sums come from one pass, and a sum's interval uses the same draws as its terms.

A parameter of a device has the same draws wherever it appears. Two rates of one device are therefore compared draw
by draw, and what they share cancels.
"""

import hashlib
import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.power.quantity import Quantity
from lowsr_tradeoff.records import Measurement
from lowsr_tradeoff.stats import CONFIDENCE, percentile_interval

Draws = NDArray[np.float64]
# Gives the draws of a named parameter.
Sample = Callable[[str, Quantity[Any]], Draws]

Z_INTERVAL = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


def sampler(device: str, seed: int, n_draws: int) -> Sample:
    """Return the function that gives the draws of one device's parameters.

    Its result has the shape ``(1 + n_draws,)``, central value first, and the parameter's unit.
    """

    def sample(name: str, quantity: Quantity[Any]) -> Draws:
        sigma = math.log(quantity.spread) / Z_INTERVAL
        z = np.random.default_rng(_seed(seed, device, name)).standard_normal(n_draws)
        return quantity.value * np.concatenate(([1.0], np.exp(sigma * z)))

    return sample


def summarise(draws: Draws, unit: str) -> Measurement:
    """Return the central value with the 95 % interval of the draws."""
    low, high = percentile_interval(draws[1:])
    value, n_draws = float(draws[0]), len(draws) - 1
    return Measurement(value=value, low=low, high=high, n=n_draws, n_of="draws", unit=unit, basis="modelled")


def _seed(seed: int, device: str, name: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{seed}/{device}/{name}".encode(), digest_size=8).digest())
