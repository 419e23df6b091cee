import numpy as np
import pytest

from lowsr_tradeoff.power.model.draws import spread_shares

N = 4000


def log_normal(seed, sigma):
    z = np.random.default_rng(seed).standard_normal(N)
    return np.concatenate(([1.0], np.exp(sigma * z)))


def test_shares_of_a_product_are_those_of_its_variances():
    drawn = {"a": log_normal(0, 0.4), "b": log_normal(1, 0.3), "fixed": np.ones(N + 1)}
    (shares,) = spread_shares(drawn, [drawn["a"] * drawn["b"]])
    assert [share.parameter for share in shares] == ["a", "b"]
    # Variances add: 0.16 and 0.09 of 0.25.
    assert [share.share for share in shares] == pytest.approx([0.64, 0.36], abs=0.03)


def test_what_does_not_move_the_total_is_left_out():
    drawn = {"a": log_normal(0, 0.4), "b": log_normal(1, 0.3)}
    (shares,) = spread_shares(drawn, [5 * drawn["a"]])
    assert [share.parameter for share in shares] == ["a"]
    assert shares[0].share == pytest.approx(1)


def test_without_spreads_nothing_dominates():
    assert spread_shares({"a": np.ones(N + 1)}, [np.ones(N + 1)]) == [()]
