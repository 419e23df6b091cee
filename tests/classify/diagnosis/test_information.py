import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy as scipy_entropy
from sklearn.metrics import mutual_info_score

from lowsr_tradeoff.classify.diagnosis.calibration import log_loss
from lowsr_tradeoff.classify.diagnosis.information import (
    class_information,
    class_shares,
    divergence,
    entropy,
    least_error,
    non_target_entropy,
    soften,
    usable_information,
)


def logits_of(n=40, n_classes=4, seed=0):
    rng = np.random.default_rng(seed)
    return 3 * rng.standard_normal((n, n_classes)), np.arange(n) % n_classes


@given(seed=st.integers(0, 100), temperature=st.floats(0.5, 8))
def test_entropy_and_divergence_are_scipys(seed, temperature):
    logits, _ = logits_of(seed=seed)
    others, _ = logits_of(seed=seed + 1000)
    p, q = soften(logits, temperature), soften(others, 1)
    np.testing.assert_allclose(entropy(p), scipy_entropy(p, base=2, axis=1))
    np.testing.assert_allclose(divergence(np.log(p), others), scipy_entropy(p, q, base=2, axis=1), rtol=1e-9)


def test_divergence_of_equal_scores_is_zero_and_never_infinite():
    sure = np.array([[0.0, 2000.0]])
    assert divergence(sure + 5, sure)[0] == pytest.approx(0, abs=1e-12)
    assert math.isfinite(divergence(np.zeros((1, 2)), sure)[0])


def test_softening_brings_every_label_nearer_to_saying_nothing():
    logits, _ = logits_of()
    bits = [entropy(soften(logits, temperature)).mean() for temperature in (1, 2, 4, 1e6)]
    assert bits == sorted(bits)
    assert bits[-1] == pytest.approx(2)


def test_non_target_entropy_leaves_the_own_class_out():
    logits = np.log(np.array([[0.9, 0.05, 0.05, 0.0001], [0.4, 0.2, 0.2, 0.2]]))
    found = non_target_entropy(logits, np.array([0, 0]), 1.0)
    rest = np.array([0.05, 0.05, 0.0001]) / 0.1001
    np.testing.assert_allclose(found, [-(rest * np.log2(rest)).sum(), np.log2(3)])
    assert non_target_entropy(np.zeros((1, 2)), np.array([1]), 1.0)[0] == 0


@given(seed=st.integers(0, 100))
def test_entropy_of_a_soft_label_is_that_of_its_parts(seed):
    """H(p) = h(p_y) + (1 - p_y) H(others), so the two entropies and the confidence fit together."""
    logits, truth = logits_of(seed=seed)
    p = soften(logits, 2.0)
    own = p[np.arange(len(truth)), truth]
    binary = entropy(np.stack([own, 1 - own], axis=1))
    np.testing.assert_allclose(entropy(p), binary + (1 - own) * non_target_entropy(logits, truth, 2.0))


def test_class_information_of_one_hot_answers_is_the_conditional_mutual_information():
    """Two classes: class 0 is called 0 or 1 evenly, class 1 always 1: I(X; answer | Y) = 0.5 H(answer | Y = 0)."""
    said, truth = np.array([0, 1, 0, 1, 1, 1, 1, 1]), np.repeat([0, 1], 4)
    assert class_information(np.eye(2)[said], truth).mean() == pytest.approx(0.5)
    oracle = sum(0.5 * mutual_info_score(said[truth == y], np.arange(4)) for y in (0, 1)) / math.log(2)
    assert class_information(np.eye(2)[said], truth).mean() == pytest.approx(oracle)


def test_a_teacher_that_only_smooths_labels_tells_nothing_beyond_the_class():
    truth = np.array([0, 1, 0, 2])
    smooth = 0.7 * np.eye(3)[truth] + 0.1
    np.testing.assert_allclose(class_information(smooth, truth), 0, atol=1e-12)


@given(seed=st.integers(0, 100))
def test_class_information_is_the_entropy_of_class_means_less_the_mean_entropy(seed):
    logits, truth = logits_of(seed=seed)
    p = soften(logits, 1.0)
    expected = np.mean([entropy(p[truth == y].mean(axis=0)) - entropy(p[truth == y]).mean() for y in range(4)])
    assert class_information(p, truth).mean() == pytest.approx(expected)


@given(seed=st.integers(0, 100), spread=st.floats(0, 50))
def test_usable_information_never_exceeds_the_entropy_of_the_classes(seed, spread):
    logits, _ = logits_of(seed=seed)
    truth = np.random.default_rng(seed).choice(4, 40, p=[0.4, 0.3, 0.2, 0.1])
    shares = class_shares(truth, 4)
    bits = usable_information(spread * logits, truth, shares).mean()
    assert bits <= entropy(shares) + 1e-12
    assert bits == pytest.approx(entropy(shares) - log_loss(spread * logits, truth).mean())


def test_usable_information_of_all_and_of_nothing():
    truth = np.array([0, 0, 0, 1])
    shares = class_shares(truth, 2)
    assert usable_information(1e3 * np.eye(2)[truth], truth, shares).mean() == pytest.approx(entropy(shares))
    prior = np.tile(np.log(shares), (4, 1))
    assert usable_information(prior, truth, shares).mean() == pytest.approx(0)
    sure_and_wrong = 1e3 * np.eye(2)[1 - truth]
    assert usable_information(sure_and_wrong, truth, shares).mean() < 0


def test_usable_information_of_the_true_posterior_is_the_mutual_information():
    """A binary channel that flips one bit in ten: 1 - h(0.1)."""
    heard = np.repeat([0, 1], 500)
    truth = np.where(np.arange(1000) % 10 == 0, 1 - heard, heard)
    posterior = np.where(np.eye(2)[heard] == 1, 0.9, 0.1)
    bits = usable_information(np.log(posterior), truth, class_shares(truth, 2)).mean()
    assert bits == pytest.approx(mutual_info_score(heard, truth) / math.log(2))
    assert bits == pytest.approx(1 + 0.9 * math.log2(0.9) + 0.1 * math.log2(0.1))


def test_fano_is_tight_for_the_channel_that_errs_evenly():
    """Error 0.3, spread evenly over the three other classes, has exactly the entropy that allows no less."""
    error = 0.3
    bits = entropy(np.array([1 - error, 0.1, 0.1, 0.1]))
    assert float(least_error(bits, 4)) == pytest.approx(error)
    assert float(least_error(entropy(np.array([0.9, 0.1])), 2)) == pytest.approx(0.1)


@given(bits=st.floats(0, 3.3), n_classes=st.integers(3, 50))
def test_fano_is_at_least_its_better_known_relaxation(bits, n_classes):
    relaxed = (bits - 1) / math.log2(n_classes - 1)
    # At chance the bound is flat, so the last bits of an entropy move it by a millionth.
    assert float(least_error(bits, n_classes)) >= min(relaxed, 1 - 1 / n_classes) - 1e-6


def test_fano_rises_from_none_to_chance():
    errors = least_error(np.linspace(0, 5, 60), 10)
    assert errors[0] == 0
    assert (np.diff(errors) >= 0).all()
    assert errors[-1] == pytest.approx(0.9)


@given(seed=st.integers(0, 50))
def test_no_posterior_beats_fano(seed):
    """Bayes error of random posteriors against the bound at their mean entropy."""
    p = np.random.default_rng(seed).dirichlet(np.full(5, 0.4), 200)
    assert 1 - p.max(axis=1).mean() >= float(least_error(entropy(p).mean(), 5)) - 1e-12


def test_what_the_high_rate_knows_is_right_on_average_for_who_hears_the_low_rate():
    """The hypothesis of docs/method/teachers.md on a chain of numbers: Y → 8 sounds → 3 sounds at the low rate.

    The mean of the high-rate posterior given the low-rate sound is the low-rate posterior (tower rule). The
    variance of the label given the low-rate sound is what is left at the high rate plus the variance of that
    posterior. The low rate tells no more (data processing inequality).
    """
    rng = np.random.default_rng(0)
    sounds, heard_as = rng.dirichlet(np.ones(8), 2) / 2, rng.dirichlet(np.ones(3), 8)
    high = (sounds / sounds.sum(axis=0)).T
    joint = heard_as * sounds.sum(axis=0)[:, None]
    low = (sounds @ heard_as / (sounds @ heard_as).sum(axis=0)).T
    given_low = (joint / joint.sum(axis=0)).T
    np.testing.assert_allclose(given_low @ high, low)
    left, spread = given_low @ (high * (1 - high)), given_low @ high**2 - low**2
    np.testing.assert_allclose(low * (1 - low), left + spread)
    bits = [1 - entropy(p) @ share for p, share in ((high, sounds.sum(axis=0)), (low, joint.sum(axis=0)))]
    assert bits[1] < bits[0]
