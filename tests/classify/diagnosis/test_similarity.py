import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ortho_group
from sklearn.linear_model import RidgeCV
from sklearn.metrics import r2_score
from sklearn.preprocessing import StandardScaler

from lowsr_tradeoff.classify.diagnosis.similarity import PENALTIES, agrees, debiased_cka, recovered, ridge


def song(x, y) -> float:
    """The unbiased HSIC as Song et al. write it."""
    n = len(x)
    k, other = x @ x.T, y @ y.T
    np.fill_diagonal(k, 0)
    np.fill_diagonal(other, 0)
    ones = np.ones(n)
    trace = np.trace(k @ other)
    sums = (ones @ k @ ones) * (ones @ other @ ones) / ((n - 1) * (n - 2))
    return (trace + sums - 2 / (n - 2) * (ones @ k @ other @ ones)) / (n * (n - 3))


@given(seed=st.integers(0, 100), n=st.integers(4, 30))
def test_cka_is_that_of_the_unbiased_hsic(seed, n):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((n, 6)), rng.standard_normal((n, 3))
    y[:, 0] += x[:, 0]
    assert debiased_cka(x, y) == pytest.approx(song(x, y) / np.sqrt(song(x, x) * song(y, y)), abs=1e-9)


def test_cka_sees_through_rotation_shift_and_scale():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((30, 8))
    turned = 3 * x @ ortho_group.rvs(8, random_state=1) + 100
    assert debiased_cka(x, turned) == pytest.approx(1)
    assert debiased_cka(x, x * [9, 1, 1, 1, 1, 1, 1, 1]) < 0.9


def test_cka_of_independent_embeddings_is_about_zero_with_more_dimensions_than_clips():
    """The biased estimate is near 1 here."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((2, 20, 40, 200))
    values = [debiased_cka(one, other) for one, other in zip(x, y, strict=True)]
    assert abs(np.mean(values)) < 0.03
    k, other = (a[0] - a[0].mean(axis=0) for a in (x, y))
    biased = np.square(k.T @ other).sum() / np.sqrt(np.square(k.T @ k).sum() * np.square(other.T @ other).sum())
    assert biased > 0.7


def test_cka_is_refused_below_four_clips_and_undefined_for_a_constant():
    with pytest.raises(ValueError, match="needs 4 clips, not 3"):
        debiased_cka(np.eye(3), np.eye(3))
    assert debiased_cka(np.full((7, 2), np.float32(0.1)), np.eye(7)) is None


def test_agreement_is_about_classes_not_scores():
    first, second = np.array([[2.0, 1.0], [0.0, 1.0]]), np.array([[9.0, 0.0], [5.0, 1.0]])
    assert agrees(first, second).tolist() == [1, 0]


@given(seed=st.integers(0, 30), d=st.sampled_from([3, 60]))
def test_ridge_predicts_what_sklearns_leave_one_out_ridge_does(seed, d):
    rng = np.random.default_rng(seed)
    x, new_x = rng.standard_normal((40, d)) * rng.uniform(0.1, 9, d) + 4, rng.standard_normal((10, d))
    y = x[:, :3] @ rng.standard_normal((3, 2)) + rng.standard_normal((40, 2))
    scaler = StandardScaler().fit(x)
    oracle = RidgeCV(alphas=40 * PENALTIES).fit(scaler.transform(x), y)
    np.testing.assert_allclose(ridge(x, y, new_x), oracle.predict(scaler.transform(new_x)), rtol=1e-6, atol=1e-6)


def test_ridge_passes_over_embeddings_that_never_change():
    x = np.column_stack([np.arange(10.0), np.full(10, 0.1)])
    np.testing.assert_allclose(ridge(x, x[:, :1], np.array([[20.0, 0.1]])), [[20]], atol=0.01)


def scores_from(x, seed=0, noise=0.0):
    rng = np.random.default_rng(seed)
    hidden = rng.standard_normal(len(x))[:, None] * np.array([[1.0, -1.0, 0.0]])
    return x @ np.array([[1.0, 0, -1], [0, 1, -1]]) + noise * hidden


def r_squared(x, y, new_x, new_y) -> float:
    error, spread = recovered(x, y, new_x, new_y)
    return 1 - error.sum() / spread.sum()


def test_scores_that_the_embedding_holds_are_recovered_whatever_is_added_to_all_classes():
    rng = np.random.default_rng(0)
    x, new_x = rng.standard_normal((2, 200, 2))
    shift = 100 * rng.standard_normal((200, 1))
    assert r_squared(x, scores_from(x) + shift, new_x, scores_from(new_x)) > 0.999


def test_recovery_is_the_share_of_spread_that_the_embedding_explains():
    """Half of the scores comes from x and half from what x cannot see."""
    rng = np.random.default_rng(1)
    x, new_x = rng.standard_normal((2, 4000, 2))
    y, new_y = scores_from(x, 1, noise=2.0), scores_from(new_x, 2, noise=2.0)
    seen = scores_from(new_x)
    expected = (seen - seen.mean(axis=1, keepdims=True)).var(axis=0).sum()
    centred = new_y - new_y.mean(axis=1, keepdims=True)
    assert r_squared(x, y, new_x, new_y) == pytest.approx(expected / centred.var(axis=0).sum(), abs=0.02)


def test_recovery_is_sklearns_variance_weighted_r2():
    rng = np.random.default_rng(2)
    x, new_x = rng.standard_normal((2, 50, 4))
    y, new_y = rng.standard_normal((2, 50, 3))
    y[:, :2] += x[:, :2]
    centred, new_centred = (a - a.mean(axis=1, keepdims=True) for a in (y, new_y))
    oracle = r2_score(new_centred, ridge(x, centred, new_x), multioutput="variance_weighted")
    assert r_squared(x, y, new_x, new_y) == pytest.approx(oracle)


def test_nothing_is_recovered_from_an_embedding_of_something_else():
    rng = np.random.default_rng(3)
    x, new_x = rng.standard_normal((2, 100, 5))
    assert r_squared(x, rng.standard_normal((100, 3)), new_x, rng.standard_normal((100, 3))) < 0.1
