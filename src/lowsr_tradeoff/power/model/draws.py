"""Spreads carried through the model by Monte Carlo.

Every figure becomes an array: first its central value, then its draws. The model is arithmetic on such arrays, so
central values, intervals and sums come from one pass, and a sum's interval uses the same draws as its terms.

A parameter of a device has the same draws wherever it appears. Two rates of one device are therefore compared draw
by draw, and what they share cancels.
"""

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.power.profiles.parts import Quantity
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.power import SpreadShare
from lowsr_tradeoff.statistics.intervals import CONFIDENCE

Draws = NDArray[np.float64]
# Gives the draws of a named parameter.
Sample = Callable[[str, Quantity[Any]], Draws]

Z_INTERVAL = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


def sampler(device: str, seed: int, n_draws: int, drawn: dict[str, Draws] | None = None) -> Sample:
    """Return the function that gives the draws of one device's parameters.

    Its result has the shape ``(1 + n_draws,)``, central value first, and the parameter's unit.

    Args:
        device: Name of the device.
        seed: Seed of the draws.
        n_draws: How many.
        drawn: Keeps every parameter's draws by name, so that none is drawn twice.
    """
    kept: dict[str, Draws] = {} if drawn is None else drawn

    def sample(name: str, quantity: Quantity[Any]) -> Draws:
        if name not in kept:
            sigma = math.log(quantity.spread) / Z_INTERVAL
            z = np.random.default_rng(_seed(seed, device, name)).standard_normal(n_draws)
            kept[name] = quantity.value * np.concatenate(([1.0], np.exp(sigma * z)))
        return kept[name]

    return sample


def summarise(draws: Draws, unit: str) -> Measurement:
    """Return the central value with the 95 % interval of the draws."""
    return summarise_each([draws], unit)[0]


def summarise_each(many: Sequence[Draws], unit: str) -> list[Measurement]:
    """Return the central value of each with the 95 % interval of its draws, all at once, which is quicker."""
    if not many:
        return []
    every = np.stack(many)
    tails = ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2)
    lows, highs = np.quantile(every[:, 1:], tails, axis=1)
    return [
        Measurement(
            value=value, low=low, high=high, n=every.shape[1] - 1, n_of="draws", unit=unit, basis="modelled"
        )
        for value, low, high in zip(every[:, 0].tolist(), lows.tolist(), highs.tolist(), strict=True)
    ]


def _seed(seed: int, device: str, name: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{seed}/{device}/{name}".encode(), digest_size=8).digest())


MOST = 3
# A squared correlation of two unrelated parameters over a thousand draws stays well below.
LEAST_SHARE = 0.02


def spread_shares(drawn: Mapping[str, Draws], totals: Sequence[Draws]) -> list[tuple[SpreadShare, ...]]:
    """Return, for each total, the parameters that it follows most, largest first.

    The share is the squared correlation of the logarithms over the draws. For a product of parameters the shares
    sum to one; for a sum they leave over what only several parameters together explain.

    Args:
        drawn: Draws of every parameter by name.
        totals: Draws of total power.
    """
    names = [name for name, draws in drawn.items() if np.ptp(draws[1:]) > 0]
    if not names or not totals:
        return [()] * len(totals)
    parameters = _standardised([drawn[name] for name in names])
    shares = np.square(_standardised(totals) @ parameters.T / parameters.shape[1])
    return [_largest(names, row) for row in shares.tolist()]


def _standardised(many: Sequence[Draws]) -> Draws:
    logs = np.log(np.stack(many)[:, 1:])
    centred = logs - logs.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, keepdims=True)
    scaled: Draws = centred / np.where(spread > 0, spread, 1)
    return scaled


def _largest(names: Sequence[str], shares: Sequence[float]) -> tuple[SpreadShare, ...]:
    ordered = sorted(zip(shares, names, strict=True), reverse=True)[:MOST]
    return tuple(SpreadShare(parameter=name, share=share) for share, name in ordered if share >= LEAST_SHARE)
