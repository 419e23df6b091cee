"""Which parameters' spreads move the total most."""

from collections.abc import Mapping, Sequence

import numpy as np

from lowsr_tradeoff.power.draws import Draws
from lowsr_tradeoff.records import SpreadShare

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
