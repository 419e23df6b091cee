r"""Costs per multiply-accumulate by operator type, fitted to whole networks.

A whole network tells one sum over its operator types, so a few networks on one stack do not fix every type's cost.
What other devices showed of the ratios between types fills in, as far as they agree:

    log(measured) = log(sum over types of macs * exp(cost)) + noise,    noise ~ N(0, s^2)
    cost = level of the stack + ratio,                                  ratio ~ N(mean, covariance)

The level is free: nothing is assumed of it. Mean, covariance and s come from the other devices by expectation
maximisation; the costs of one stack are the mode of their posterior by Gauss-Newton, with its curvature as
covariance (Gelman et al., Bayesian Data Analysis, 3rd ed., 2013, ch. 4.1, 5 and 13.4-13.6).

Measured quantities may be energies or cycles: only their ratios to each other matter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Before anything was measured: each type costs what the others do, within a factor of 1.8 (95 %), as if five stacks
# had shown so; networks repeat to 5 %, as if four rows had.
RATIO_SD, N_STACKS_ASSUMED = 0.3, 5
NOISE_SD, N_ROWS_ASSUMED = 0.05, 4
# Costs are then within 1 % of where they converge.
N_MAXIMISATIONS, N_NEWTON = 12, 3


@dataclass(frozen=True)
class CostPrior:
    """What stacks have in common.

    Attributes:
        log_ratio: Mean log cost by operator type, less a common level.
        covariance: Of the ratios between stacks.
        noise: Variance of the log of a whole network about the sum of its parts.

    Shape:
        ``(n_operators,)`` and ``(n_operators, n_operators)``.
    """

    log_ratio: Array
    covariance: Array
    noise: float


@dataclass(frozen=True)
class CostFit:
    """The posterior of the log costs of several stacks.

    Shape:
        ``(n_stacks, n_operators)`` and ``(n_stacks, n_operators, n_operators)``.
    """

    log_cost: Array
    covariance: Array


def fit_costs(measured: Array, is_known: NDArray[np.bool_], macs: Array, prior: CostPrior) -> CostFit:
    """Return each stack's log cost per multiply-accumulate by operator type, in the log of the measured unit.

    Args:
        measured: What each network took on each stack; any positive number where not known.
        is_known: Which of it the fit may see.
        macs: Multiply-accumulates of each network by operator type.
        prior: From :func:`fit_prior` on other devices.

    Shape:
        measured, is_known: ``(n_stacks, n_networks)``. macs: ``(n_networks, n_operators)``.
    """
    precision = _level_free_precision(prior.covariance)
    weight = is_known / prior.noise
    log_cost = prior.log_ratio + _level(measured, is_known, macs)[:, None]
    for _ in range(N_NEWTON):
        log_sum, share = _forward(log_cost, macs)
        curvature = np.einsum("sni,sn,snj->sij", share, weight, share) + precision
        slope = np.einsum("sni,sn->si", share, weight * (np.log(measured) - log_sum))
        slope -= (log_cost - prior.log_ratio) @ precision
        log_cost = log_cost + np.linalg.solve(curvature, slope[..., None])[..., 0]
    return CostFit(log_cost, np.linalg.inv(curvature))


def fit_prior(measured: Array, is_known: NDArray[np.bool_], macs: Array) -> CostPrior:
    """Return what some stacks have in common, by expectation maximisation.

    Args:
        measured: As for :func:`fit_costs`.
        is_known: Likewise.
        macs: Likewise.
    """
    n_operators = macs.shape[1]
    prior = CostPrior(np.zeros(n_operators), RATIO_SD**2 * np.eye(n_operators), NOISE_SD**2)
    for _ in range(N_MAXIMISATIONS):
        fit = fit_costs(measured, is_known, macs, prior)
        prior = _maximise(fit, _noise(fit, measured, is_known, macs))
    return prior


def predict(fit: CostFit, macs: Array, noise: float) -> tuple[Array, Array]:
    """Return the log of what one network takes on each stack, and its standard deviation.

    Args:
        fit: The stacks' costs.
        macs: Of the network, by operator type.
        noise: Variance of a whole network about the sum of its parts.

    Shape:
        macs: ``(n_operators,)``. Returns ``(n_stacks,)`` twice.
    """
    log_sum, share = _forward(fit.log_cost, macs[None])
    variance = np.einsum("si,sij,sj->s", share[:, 0], fit.covariance, share[:, 0])
    return log_sum[:, 0], np.sqrt(variance + noise)


def _level_free_precision(covariance: Array) -> Array:
    """Inverse covariance with a level of infinite variance added to every type."""
    precision = np.linalg.inv(covariance)
    pull = precision.sum(axis=1)
    return np.asarray(precision - np.outer(pull, pull) / pull.sum())


def _forward(log_cost: Array, macs: Array) -> tuple[Array, Array]:
    """Log of each network's sum, and each type's share of it, which is its derivative."""
    terms = macs * np.exp(log_cost)[:, None, :]
    sums = terms.sum(axis=2)
    return np.log(sums), terms / sums[:, :, None]


def _level(measured: Array, is_known: NDArray[np.bool_], macs: Array) -> Array:
    """Mean log cost per multiply-accumulate of any type: where Newton starts."""
    log_cost = np.log(measured / macs.sum(axis=1))
    return np.asarray(np.where(is_known, log_cost, 0).sum(axis=1) / is_known.sum(axis=1))


def _maximise(fit: CostFit, noise: float) -> CostPrior:
    """Mean and covariance of the ratios, given the stacks' costs; the level is projected out."""
    n_stacks, n_operators = fit.log_cost.shape
    level_free = np.eye(n_operators) - 1 / n_operators
    ratio = fit.log_cost @ level_free
    mean = ratio.sum(axis=0) / (n_stacks + 1)
    residual = ratio - mean
    scatter = residual.T @ residual + (level_free @ fit.covariance @ level_free).sum(axis=0)
    assumed = N_STACKS_ASSUMED * RATIO_SD**2 * np.eye(n_operators)
    return CostPrior(mean, (scatter + assumed) / (n_stacks + N_STACKS_ASSUMED), noise)


def _noise(fit: CostFit, measured: Array, is_known: NDArray[np.bool_], macs: Array) -> float:
    """Variance of the rows about the sums, what the costs leave open counted in."""
    log_sum, share = _forward(fit.log_cost, macs)
    open_variance = np.einsum("sni,sij,snj->sn", share, fit.covariance, share)
    squares = np.where(is_known, (np.log(measured) - log_sum) ** 2 + open_variance, 0).sum()
    return float((squares + N_ROWS_ASSUMED * NOISE_SD**2) / (is_known.sum() + N_ROWS_ASSUMED))


# (operator type, multiply-accumulates)
Layer = tuple[str, int]
OPERATORS = ("conv", "pointwise", "depthwise", "linear")
BENCHMARKS = ("ad", "ic", "kws", "vww")


def network_macs(benchmark: str) -> dict[str, int]:
    """Return the multiply-accumulates of a benchmark's network by operator type.

    >>> network_macs("ad")
    {'conv': 0, 'pointwise': 0, 'depthwise': 0, 'linear': 264192}

    Args:
        benchmark: One of :data:`BENCHMARKS`.
    """
    layers = (_autoencoder, _resnet8, _ds_cnn, _mobilenet)[BENCHMARKS.index(benchmark)]()
    totals = dict.fromkeys(OPERATORS, 0)
    for operator, macs in layers:
        totals[operator] += macs
    return totals


def _autoencoder() -> list[Layer]:
    widths = (640, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640)
    return [("linear", read * written) for read, written in pairwise(widths)]


def _resnet8() -> list[Layer]:
    """A first convolution, a block that keeps the size and two that halve it with a 1 x 1 shortcut."""
    halving = [layer for size, read in ((16, 16), (8, 32)) for layer in _halving_block(size, read)]
    return [_conv(32, 9, 3, 16), *2 * [_conv(32, 9, 16, 16)], *halving, ("linear", 64 * 10)]


def _halving_block(size: int, read: int) -> list[Layer]:
    written = 2 * read
    return [_conv(size, 9, read, written), _conv(size, 9, written, written), _conv(size, 1, read, written)]


def _ds_cnn() -> list[Layer]:
    """A 10 x 4 convolution at stride 2 onto 25 x 5, four separable blocks of 64 channels, 12 words."""
    pixels, channels = 25 * 5, 64
    block = [("depthwise", pixels * 9 * channels), ("pointwise", pixels * channels * channels)]
    return [("conv", pixels * 10 * 4 * channels), *4 * block, ("linear", channels * 12)]


def _mobilenet() -> list[Layer]:
    """A first convolution at stride 2 onto 48 x 48, thirteen separable blocks, two classes."""
    channels = (8, 16, 32, 32, 64, 64, *6 * [128], 256, 256)
    sizes = (48, 24, 24, 12, 12, *6 * [6], 3, 3)
    return [_conv(48, 9, 3, 8), *_separable(sizes, channels), ("linear", 256 * 2)]


def _separable(sizes: Sequence[int], channels: Iterable[int]) -> list[Layer]:
    """Depthwise 3 x 3, then 1 x 1, per block; sizes are those written."""
    blocks = zip(sizes, pairwise(channels), strict=True)
    return [
        layer
        for size, (read, written) in blocks
        for layer in (("depthwise", size * size * 9 * read), _conv(size, 1, read, written))
    ]


def _conv(size: int, taps: int, read: int, written: int) -> Layer:
    return ("pointwise" if taps == 1 else "conv", size * size * taps * read * written)
