import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn.calibration import calibration_curve
from sklearn.metrics import log_loss as sklearn_log_loss

from lowsr_tradeoff.classify.diagnosis.calibration import (
    SCALING_RANGE,
    brier,
    calibration_error,
    confidence_variance,
    is_right,
    log_loss,
    scaling_temperature,
)


def scores_of(n=500, n_classes=5, spread=2.0, seed=0):
    """Scores whose softmax is the truth: labels are drawn from it."""
    rng = np.random.default_rng(seed)
    logits = spread * rng.standard_normal((n, n_classes))
    p = softmax(logits, axis=1)
    truth = (p.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    return logits, truth


def test_losses_of_two_clips_by_hand():
    p = np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]])
    truth = np.array([0, 2])
    np.testing.assert_allclose(log_loss(np.log(p), truth), [1, 3])
    np.testing.assert_allclose(brier(np.log(p), truth), [0.25 + 2 * 0.0625, 0.125**2 + 0.75**2 + 0.875**2])
    assert is_right(np.log(p), truth).tolist() == [1, 0]


@given(seed=st.integers(0, 100))
def test_log_loss_is_sklearns_in_bits(seed):
    logits, truth = scores_of(50, seed=seed)
    oracle = sklearn_log_loss(truth, softmax(logits, axis=1), labels=range(5))
    assert log_loss(logits, truth).mean() * np.log(2) == pytest.approx(oracle)


def test_losses_stay_finite_however_sure_the_scores_are():
    logits = np.array([[0.0, 5000.0]], np.float32)
    assert log_loss(logits, np.array([0]))[0] == pytest.approx(5000 / np.log(2))
    assert brier(logits, np.array([0]))[0] == pytest.approx(2)


@given(seed=st.integers(0, 100))
def test_calibration_error_is_sklearns_curve_weighted_by_its_bins(seed):
    logits, truth = scores_of(200, seed=seed)
    confidence = softmax(logits, axis=1).max(axis=1)
    right = is_right(logits, truth)
    accuracy, mean_confidence = calibration_curve(right, confidence, n_bins=15)
    in_bin = np.histogram(confidence, np.linspace(0, 1, 16))[0]
    oracle = (np.abs(accuracy - mean_confidence) * in_bin[in_bin > 0]).sum() / 200
    assert calibration_error(logits, truth) == pytest.approx(oracle)


def test_calibrated_scores_have_almost_no_calibration_error_and_sharpened_ones_do():
    logits, truth = scores_of(100_000)
    assert calibration_error(logits, truth) < 0.01
    assert calibration_error(3 * logits, truth) > 0.1


def test_calibration_error_of_half_right_at_full_confidence_is_one_half():
    assert calibration_error(np.array([[100.0, 0.0]] * 4), np.array([0, 1, 0, 1])) == pytest.approx(0.5)


def test_confidence_varies_most_when_it_is_all_or_nothing():
    assert confidence_variance(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 0])) == 0.25
    assert confidence_variance(np.array([[0.9, 0.1], [0.9, 0.1]]), np.array([0, 0])) == 0


@pytest.mark.parametrize("factor", [0.4, 1.0, 3.0])
def test_scaling_undoes_what_made_the_scores_too_sure(factor):
    logits, truth = scores_of(20_000)
    assert scaling_temperature(factor * logits, truth) == pytest.approx(factor, rel=0.05)


def test_scaling_never_raises_the_loss_and_stays_within_its_range():
    logits, truth = scores_of(100, spread=0.1)
    found = scaling_temperature(logits, truth)
    assert log_loss(logits, truth, found).mean() <= log_loss(logits, truth).mean() + 1e-6
    always_right = scaling_temperature(np.eye(3), np.arange(3))
    assert SCALING_RANGE[0] <= always_right < SCALING_RANGE[0] * 1.01
