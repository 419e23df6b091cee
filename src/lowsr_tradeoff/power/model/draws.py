"""Spreads carried through the model by Monte Carlo.

Every figure is an array of shape ``(1 + n_draws,)``: its central value, then its draws. A parameter of a device has
the same draws wherever it appears, so sums and differences between rates are formed draw by draw, and shared
parameters cancel.
"""

import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.power.profiles.parts import Quantity
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.power import SharedSpread
from lowsr_tradeoff.statistics import CONFIDENCE, Z_INTERVAL

Draws = NDArray[np.float64]
# Returns the draws of a named parameter.
Sample = Callable[[str, Quantity[Any]], Draws]

CLOCK = re.compile(r"(?<=core\.clocks\.)[^.]+")
MOST_SHARES = 3
# A squared correlation of two unrelated parameters over a thousand draws stays well below.
LEAST_SHARE = 0.02
# Of a power read on the same board: what a power analyser would leave open.
MEASURED_SPREAD = 1.1


def sampler(device: str, seed: int, n_draws: int, drawn: dict[str, Draws] | None = None) -> Sample:
    """Return the function that returns the draws of one device's parameters; ``drawn`` stores them by name.

    The clocks of a core share their draws: what a board takes more than its maker's table, it takes at every clock.
    ``drawn`` has ``*`` for the clock's name.
    """
    kept: dict[str, Draws] = {}

    def sample(name: str, quantity: Quantity[Any]) -> Draws:
        if name not in kept:
            shared_name = CLOCK.sub("*", name)
            key = hashlib.blake2b(f"{seed}/{device}/{shared_name}".encode(), digest_size=8).digest()
            z = np.random.default_rng(int.from_bytes(key)).standard_normal(n_draws)
            sigma = math.log(quantity.spread) / Z_INTERVAL
            kept[name] = quantity.value * np.concatenate(([1.0], np.exp(sigma * z)))
            if drawn is not None:
                drawn[shared_name] = kept[name]
        return kept[name]

    return sample


def as_if_measured(sample: Sample, parameter: str) -> Sample:
    """Return the same draws, but for one parameter as narrow as if it had been measured on the board."""

    def narrowed(name: str, quantity: Quantity[Any]) -> Draws:
        draws = sample(name, quantity)
        if name != parameter or quantity.spread <= MEASURED_SPREAD:
            return draws
        power = math.log(MEASURED_SPREAD) / math.log(quantity.spread)
        narrow: Draws = quantity.value * (draws / quantity.value) ** power
        return narrow

    return narrowed


def shared_spread(total: Draws, reference: Draws) -> SharedSpread:
    """Return the spread of a total that follows the reference's and cancels between them, and the rest, its own.

    Regression over the draws splits the variance: ``log(shared)^2 + log(own)^2 = log(total)^2``.
    """
    log_total, log_reference = np.log(total[1:]), np.log(reference[1:])
    variance = float(np.var(log_reference))
    slope = float(np.cov(log_total, log_reference, bias=True)[0, 1]) / variance if variance > 0 else 0.0
    own_sd = float(np.std(log_total - slope * log_reference))
    shared_sd = abs(slope) * math.sqrt(variance)
    return SharedSpread(shared=math.exp(Z_INTERVAL * shared_sd), own=math.exp(Z_INTERVAL * own_sd))


def summarise(draws: Draws, unit: str) -> Measurement:
    """Return the central value with the 95 % interval of the draws."""
    return summarise_each([draws], unit)[0]


def summarise_each(many: Sequence[Draws], unit: str) -> list[Measurement]:
    """Return what :func:`summarise` returns, for all at once, which is quicker."""
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


def spread_shares(drawn: Mapping[str, Draws], totals: Sequence[Draws]) -> list[dict[str, float]]:
    """Return, for each total, the share that the parameters that matter most explain of its spread, largest first.

    The share is the squared correlation of the logarithms over the draws. Shares of a product sum to one; those of
    a sum leave out what only several parameters together explain.
    """
    names = [name for name, draws in drawn.items() if np.ptp(draws[1:]) > 0]
    if not names or not totals:
        return [{}] * len(totals)
    parameters = _standardised_logs([drawn[name] for name in names])
    shares = np.square(_standardised_logs(totals) @ parameters.T / parameters.shape[1])
    largest = (sorted(zip(row, names, strict=True), reverse=True)[:MOST_SHARES] for row in shares.tolist())
    return [{name: share for share, name in row if share >= LEAST_SHARE} for row in largest]


def _standardised_logs(many: Sequence[Draws]) -> Draws:
    logs = np.log(np.stack(many)[:, 1:])
    centred = logs - logs.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, keepdims=True)
    scaled: Draws = centred / np.where(spread > 0, spread, 1)
    return scaled
