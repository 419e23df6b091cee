import numpy as np
import pytest

from lowsr_tradeoff.power.model.draws import as_if_measured, sampler, shared_spread, spread_shares, summarise
from lowsr_tradeoff.power.profiles.parts import Quantity


def quantity(value, spread):
    return Quantity(value=value, unit="mW", spread=spread, basis="assumed", source="here")


@pytest.mark.parametrize("spread", [1.1, 3.0])
def test_95_percent_of_draws_lie_between_value_over_k_and_value_times_k(spread):
    n = 40_000
    draws = sampler("a", 0, n)("p", quantity(2.0, spread))[1:]
    inside = np.mean((draws >= 2.0 / spread) & (draws <= 2.0 * spread))
    # Five standard errors of a proportion of 0.95.
    assert inside == pytest.approx(0.95, abs=5 * np.sqrt(0.95 * 0.05 / n))
    assert np.median(draws) == pytest.approx(2.0, rel=0.02)


def test_central_value_comes_first_and_spread_one_never_moves():
    assert sampler("a", 0, 10)("p", quantity(2.0, 3.0))[0] == 2.0
    assert sampler("a", 0, 10)("p", quantity(2.0, 1.0)).tolist() == [2.0] * 11


def test_draws_are_those_of_seed_device_and_parameter():
    def draw(device, seed, name):
        return sampler(device, seed, 50)(name, quantity(1.0, 2.0)).tobytes()

    assert draw("a", 0, "p") == draw("a", 0, "p")
    assert len({draw("a", 0, "p"), draw("b", 0, "p"), draw("a", 1, "p"), draw("a", 0, "q")}) == 4


def test_the_clocks_of_a_core_share_their_draws():
    sample = sampler("a", 0, 100)
    fast, slow = (
        sample(f"core.clocks.{name}.idle_power", quantity(value, 2.0)) for name, value in (("x", 4), ("y", 1))
    )
    assert fast == pytest.approx(4 * slow)
    assert not np.allclose(sample("core.clocks.x.active_power", quantity(4, 2.0)), fast)


def test_summary_is_the_central_value_with_the_quantiles_of_the_draws():
    draws = np.concatenate(([7.0], np.random.default_rng(0).uniform(5, 10, 999)))
    m = summarise(draws, "mW")
    assert (m.value, m.n, m.n_of, m.unit, m.basis) == (7.0, 999, "draws", "mW", "modelled")
    assert (m.low, m.high) == pytest.approx(tuple(np.quantile(draws[1:], [0.025, 0.975])))


N = 4000
FIXED = np.ones(N + 1)


@pytest.fixture
def drawn():
    """Two log-normal parameters, their logarithms with variances of 0.16 and 0.09, and one without a spread."""
    z = {name: np.random.default_rng(seed).standard_normal(N) for seed, name in enumerate("ab")}
    sigma = {"a": 0.4, "b": 0.3}
    return {name: np.concatenate(([1.0], np.exp(sigma[name] * z[name]))) for name in "ab"} | {"fixed": FIXED}


def test_shares_of_a_product_are_those_of_its_variances(drawn):
    (shares,) = spread_shares(drawn, [drawn["a"] * drawn["b"]])
    assert list(shares) == ["a", "b"]
    # Variances add: 0.16 and 0.09 of 0.25.
    assert list(shares.values()) == pytest.approx([0.64, 0.36], abs=0.03)


def test_what_does_not_move_the_total_is_left_out(drawn):
    (shares,) = spread_shares(drawn, [5 * drawn["a"]])
    assert list(shares) == ["a"]
    assert shares["a"] == pytest.approx(1)


def test_without_spreads_nothing_dominates():
    assert spread_shares({"a": FIXED}, [FIXED]) == [{}]


def test_spread_is_split_into_what_the_reference_shares_and_the_rest(drawn):
    """The reference is a, the total a times b: what a spreads cancels in their ratio, what b spreads does not."""
    split = shared_spread(drawn["a"] * drawn["b"], drawn["a"])
    assert np.log([split.shared, split.own]) == pytest.approx(1.96 * np.array([0.4, 0.3]), rel=0.05)
    same = shared_spread(drawn["a"], drawn["a"])
    assert same.own == pytest.approx(1)
    assert np.log(same.shared) == pytest.approx(1.96 * 0.4, rel=0.05)


def test_a_measured_parameter_keeps_its_value_and_draws_within_10_percent():
    sample = sampler("a", 0, 10_000)
    measured = as_if_measured(sample, "p")
    wide, narrow = sample("p", quantity(2.0, 3.0)), measured("p", quantity(2.0, 3.0))
    assert narrow[0] == 2.0
    assert np.quantile(narrow[1:], [0.025, 0.975]) == pytest.approx([2.0 / 1.1, 2.0 * 1.1], rel=0.01)
    assert np.array_equal(np.argsort(wide[1:]), np.argsort(narrow[1:]))
    assert np.array_equal(measured("q", quantity(2.0, 3.0)), sample("q", quantity(2.0, 3.0)))
