r"""Costs per multiply-accumulate by operator type, fitted to whole networks.

A few networks on one stack do not determine the cost of every type, so the ratios between types on other devices
are the prior:

    log(measured) = log(sum over types of macs * exp(cost)) + noise,    noise ~ N(0, s^2)
    cost = level of the stack + ratio,                                  ratio ~ N(mean, covariance)

The level has a flat prior. Mean, covariance and s come from the other devices by expectation maximisation; the
costs of one stack are the mode of their posterior by Gauss-Newton, with its curvature as covariance (Gelman et al.,
Bayesian Data Analysis, 3rd ed., 2013, ch. 4.1, 5 and 13.4-13.6). Measured may be energies or cycles.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Before any measurement: each type costs what the others do, within a factor of 1.8 (95 %), as if five stacks had
# shown so; networks repeat to 5 %, as if four rows had shown so.
RATIO_SD, N_STACKS_ASSUMED = 0.3, 5
NOISE_SD, N_ROWS_ASSUMED = 0.05, 4
# Costs are then within 1 % of where they converge.
N_MAXIMISATIONS, N_NEWTON = 12, 3


@dataclass(frozen=True)
class CostPrior:
    """What stacks have in common.

    Attributes:
        log_ratio: Mean log cost by operator type, less a common level. Shape ``(n_operators,)``.
        covariance: Of the ratios between stacks. Shape ``(n_operators, n_operators)``.
        noise: Variance of the log of a whole network about the sum of its parts.
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

    What is not known may be any positive number. The prior is from :func:`fit_prior` on other devices.

    Shape:
        measured, is_known: ``(n_stacks, n_networks)``. macs: ``(n_networks, n_operators)``.
    """
    precision = _level_free_precision(prior.covariance)
    weight = is_known / prior.noise
    # Newton starts at the mean log cost per multiply-accumulate of any type.
    level = np.where(is_known, np.log(measured / macs.sum(axis=1)), 0).sum(axis=1) / is_known.sum(axis=1)
    log_cost = prior.log_ratio + level[:, None]
    for _ in range(N_NEWTON):
        log_sum, share = _forward(log_cost, macs)
        curvature = np.einsum("sni,sn,snj->sij", share, weight, share) + precision
        slope = np.einsum("sni,sn->si", share, weight * (np.log(measured) - log_sum))
        slope -= (log_cost - prior.log_ratio) @ precision
        log_cost = log_cost + np.linalg.solve(curvature, slope[..., None])[..., 0]
    return CostFit(log_cost, np.linalg.inv(curvature))


def fit_prior(measured: Array, is_known: NDArray[np.bool_], macs: Array) -> CostPrior:
    """Return what some stacks have in common, by expectation maximisation; arguments as for :func:`fit_costs`."""
    n_operators = macs.shape[1]
    prior = CostPrior(np.zeros(n_operators), RATIO_SD**2 * np.eye(n_operators), NOISE_SD**2)
    for _ in range(N_MAXIMISATIONS):
        fit = fit_costs(measured, is_known, macs, prior)
        prior = _maximise(fit, _noise(fit, measured, is_known, macs))
    return prior


def predict(fit: CostFit, macs: Array, noise: float) -> tuple[Array, Array]:
    """Return the log of what one network takes on each stack, and its standard deviation; ``(n_stacks,)`` each."""
    log_sum, share = _forward(fit.log_cost, macs[None])
    variance = np.einsum("si,sij,sj->s", share[:, 0], fit.covariance, share[:, 0])
    return log_sum[:, 0], np.sqrt(variance + noise)


def _level_free_precision(covariance: Array) -> Array:
    """Return the inverse covariance with a level of infinite variance added to every type."""
    precision = np.linalg.inv(covariance)
    pull = precision.sum(axis=1)
    return np.asarray(precision - np.outer(pull, pull) / pull.sum())


def _forward(log_cost: Array, macs: Array) -> tuple[Array, Array]:
    """Return the log of each network's sum, and each type's share of it, which is its derivative."""
    terms = macs * np.exp(log_cost)[:, None, :]
    sums = terms.sum(axis=2)
    return np.log(sums), terms / sums[:, :, None]


def _maximise(fit: CostFit, noise: float) -> CostPrior:
    """Return mean and covariance of the ratios, given the stacks' costs; the level is projected out."""
    n_stacks, n_operators = fit.log_cost.shape
    level_free = np.eye(n_operators) - 1 / n_operators
    ratio = fit.log_cost @ level_free
    mean = ratio.sum(axis=0) / (n_stacks + 1)
    residual = ratio - mean
    scatter = residual.T @ residual + (level_free @ fit.covariance @ level_free).sum(axis=0)
    assumed = N_STACKS_ASSUMED * RATIO_SD**2 * np.eye(n_operators)
    return CostPrior(mean, (scatter + assumed) / (n_stacks + N_STACKS_ASSUMED), noise)


def _noise(fit: CostFit, measured: Array, is_known: NDArray[np.bool_], macs: Array) -> float:
    """Return the variance of the rows about the sums, with the variance that the costs leave open."""
    log_sum, share = _forward(fit.log_cost, macs)
    open_variance = np.einsum("sni,sij,snj->sn", share, fit.covariance, share)
    squares = np.where(is_known, (np.log(measured) - log_sum) ** 2 + open_variance, 0).sum()
    return float((squares + N_ROWS_ASSUMED * NOISE_SD**2) / (is_known.sum() + N_ROWS_ASSUMED))
