import numpy as np
import pytest
from scipy.optimize import minimize

from lowsr_tradeoff.power.validation import operator_costs
from lowsr_tradeoff.power.validation.inference import TYPES, macs_table, read_cycles
from lowsr_tradeoff.power.validation.operator_costs import CostPrior, fit_costs, fit_prior, predict

MACS = np.array([[0.0, 0.0, 264e3], [12.5e6, 0.0, 640.0], [2.4e6, 0.29e6, 768.0], [6.7e6, 0.8e6, 512.0]])
RATIO = np.array([-0.5, 0.6, -0.1])
COVARIANCE = np.diag([0.04, 0.09, 0.04])


def simulate(n_stacks, noise_sd, seed=0):
    rng = np.random.default_rng(seed)
    log_cost = rng.normal(3, 2, (n_stacks, 1)) + RATIO + rng.standard_normal((n_stacks, 3)) @ np.sqrt(COVARIANCE)
    exact = np.exp(log_cost) @ MACS.T
    return log_cost, exact * np.exp(noise_sd * rng.standard_normal(exact.shape))


def known(measured):
    return np.ones(measured.shape, dtype=bool)


def test_costs_are_found_where_the_networks_tell_them_apart():
    log_cost, measured = simulate(20, 0.0)
    prior = CostPrior(RATIO, COVARIANCE, 1e-8)
    assert fit_costs(measured, known(measured), MACS, prior).log_cost == pytest.approx(log_cost, abs=1e-3)


def test_the_fit_is_the_mode_of_the_posterior():
    _, measured = simulate(1, 0.1)
    prior = CostPrior(RATIO, COVARIANCE, 0.01)
    is_known = np.array([[True, True, False, True]])

    def negative_log_posterior(log_cost):
        error = (np.log(measured[0]) - np.log(MACS @ np.exp(log_cost)))[is_known[0]]
        deviation = log_cost - prior.log_ratio
        weights = 1 / np.diag(COVARIANCE)
        deviation = deviation - (weights @ deviation) / weights.sum()
        return (error**2).sum() / prior.noise / 2 + (weights * deviation**2).sum() / 2

    fit = fit_costs(measured, is_known, MACS, prior)
    oracle = minimize(negative_log_posterior, np.full(3, 3.0), method="Nelder-Mead", options={"fatol": 1e-9})
    assert fit.log_cost[0] == pytest.approx(oracle.x, abs=0.01)


def test_the_unit_only_shifts_every_cost():
    _, measured = simulate(10, 0.1)
    prior = fit_prior(measured, known(measured), MACS)
    scaled = fit_prior(1e6 * measured, known(measured), MACS)
    assert scaled.log_ratio == pytest.approx(prior.log_ratio, abs=1e-9)
    fits = [fit_costs(factor * measured, known(measured), MACS, prior).log_cost for factor in (1.0, 1e6)]
    assert fits[1] - fits[0] == pytest.approx(np.full_like(fits[0], np.log(1e6)), abs=1e-9)


def test_what_is_not_known_is_not_seen():
    _, measured = simulate(5, 0.1)
    is_known = known(measured)
    is_known[:, 2] = False
    other = measured.copy()
    other[:, 2] *= 7
    first, second = (fit_prior(table, is_known, MACS) for table in (measured, other))
    assert np.array_equal(first.covariance, second.covariance)
    fits = [fit_costs(table, is_known, MACS, first).log_cost for table in (measured, other)]
    assert np.array_equal(*fits)


def test_the_prior_finds_the_ratios_that_stacks_share():
    _, measured = simulate(400, 0.05)
    prior = fit_prior(measured, known(measured), MACS)
    # The ratios are told up to a level. A type in a tenth of two networks is the hard one.
    assert prior.log_ratio - prior.log_ratio.mean() == pytest.approx(RATIO - RATIO.mean(), abs=0.1)
    assert np.sqrt(prior.noise) == pytest.approx(0.05, rel=0.5)


def test_intervals_hold_for_stacks_that_are_as_the_model_says():
    _, measured = simulate(400, 0.1, seed=3)
    prior = fit_prior(measured[:200], known(measured[:200]), MACS)
    new = measured[200:]
    is_known = known(new)
    is_known[:, 3] = False
    log_value, sd = predict(fit_costs(new, is_known, MACS, prior), MACS[3], prior.noise)
    inside = np.mean(np.abs(log_value - np.log(new[:, 3])) <= 1.96 * sd)
    # Five standard errors of a proportion of 0.95 from 200.
    assert inside == pytest.approx(0.95, abs=0.077)


def test_more_passes_change_no_cost_by_a_percent(monkeypatch):
    table, macs = read_cycles(), macs_table(TYPES)

    def costs():
        prior = fit_prior(table.measured, table.is_known, macs)
        return fit_costs(table.measured, table.is_known, macs, prior).log_cost

    usual = costs()
    monkeypatch.setattr(operator_costs, "N_MAXIMISATIONS", 100)
    monkeypatch.setattr(operator_costs, "N_NEWTON", 8)
    assert usual == pytest.approx(costs(), abs=0.01)
