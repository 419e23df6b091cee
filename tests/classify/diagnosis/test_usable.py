import numpy as np
import pytest
from scipy.special import softmax

from lowsr_tradeoff.classify.diagnosis.artefacts import ClipTable, NetworkOutputs, Runs
from lowsr_tradeoff.classify.diagnosis.calibration import log_loss, scaling_temperature
from lowsr_tradeoff.classify.diagnosis.information import least_error
from lowsr_tradeoff.classify.diagnosis.usable import information, scalings, share_right, usable_by_clip
from lowsr_tradeoff.statistics.intervals import resample_weights

N_CLIPS, N_CLASSES, FOLDS = 900, 3, (1, 2, 3)
FOLD = np.arange(N_CLIPS) % 3 + 1
ONES = [1.0] * 3


def drawn(spread=2.0, seed=0):
    """Scores, and classes drawn from their softmax: calibrated by construction."""
    rng = np.random.default_rng(seed)
    logits = spread * rng.standard_normal((N_CLIPS, N_CLASSES))
    truth = (softmax(logits, axis=1).cumsum(axis=1) < rng.random((N_CLIPS, 1))).sum(axis=1)
    return logits, truth


def clips_of(truth) -> ClipTable:
    weights = resample_weights([f"s{i // 3}" for i in range(N_CLIPS)], 200, 0)
    return ClipTable(truth, FOLD, weights, ("a", "b", "c"))


def runs_of(*repetitions) -> Runs:
    return tuple(
        NetworkOutputs("", {"test_logits": logits[fold == FOLD]}, {"test": np.flatnonzero(fold == FOLD)})
        for logits in repetitions
        for fold in FOLDS
    )


def test_usable_information_is_clip_by_clip_in_the_order_of_the_clips():
    logits, truth = drawn()
    shares = np.bincount(truth) / N_CLIPS
    expected = -np.log2(shares[truth]) - log_loss(logits, truth)
    np.testing.assert_allclose(usable_by_clip(runs_of(logits), clips_of(truth), ONES), expected)


def test_repetitions_are_averaged_in_bits_not_in_votes():
    logits, truth = drawn()
    clips, other = clips_of(truth), drawn(seed=5)[0]
    both = usable_by_clip(runs_of(logits, other), clips, ONES * 2)
    one_by_one = [usable_by_clip(runs_of(one), clips, ONES) for one in (logits, other)]
    np.testing.assert_allclose(both, np.mean(one_by_one, axis=0))


def test_each_fold_is_scaled_by_what_the_others_say():
    logits, truth = drawn()
    clips, others = clips_of(truth), FOLD != 2
    found = scalings(runs_of(logits, 3 * logits), clips)
    assert found[1] == pytest.approx(scaling_temperature(logits[others], truth[others]), rel=1e-3)
    assert found[4] == pytest.approx(3 * found[1], rel=1e-3)


def test_what_a_fold_says_has_no_say_in_its_own_scaling():
    logits, truth = drawn()
    wild = np.where((FOLD == 2)[:, None], -50 * logits, logits)
    assert scalings(runs_of(wild), clips_of(truth))[1] == scalings(runs_of(logits), clips_of(truth))[1]


def test_scores_that_are_too_sure_lose_information_that_scaling_brings_back():
    logits, truth = drawn()
    clips = clips_of(truth)
    calm, sure = (information("cssd", runs_of(k * logits), np.zeros(N_CLIPS), clips) for k in (1, 5))
    assert sure.usable.value < calm.usable.value - 0.3
    assert sure.usable_scaled.value == pytest.approx(calm.usable_scaled.value, abs=0.01)
    assert calm.usable_scaled.value == pytest.approx(calm.usable.value, abs=0.01)


def test_what_is_lost_is_against_the_reference_clip_by_clip():
    logits, truth = drawn()
    clips = clips_of(truth)
    same = usable_by_clip(runs_of(logits), clips, scalings(runs_of(logits), clips))
    found = information("finetuned", runs_of(logits), same + 0.25, clips)
    assert (found.lost.value, found.lost.low, found.lost.high) == pytest.approx((0.25, 0.25, 0.25))


def test_the_bound_is_fanos_and_calibrated_scores_do_not_beat_it():
    logits, truth = drawn()
    clips = clips_of(truth)
    found = information("cssd", runs_of(logits), np.zeros(N_CLIPS), clips)
    entropy = -(np.bincount(truth) / N_CLIPS * np.log2(np.bincount(truth) / N_CLIPS)).sum()
    bound = float(least_error(entropy - found.usable_scaled.value, N_CLASSES))
    error = 1 - (logits.argmax(axis=1) == truth).mean()
    assert found.error_bound.value == pytest.approx(bound)
    assert found.error_above_bound.value == pytest.approx(error - bound)
    assert found.error_bound.low < bound < found.error_bound.high
    assert found.error_above_bound.high > 0


def test_the_share_right_is_over_repetitions():
    logits, truth = drawn()
    shares = share_right(runs_of(logits, 3 * np.eye(N_CLASSES)[truth]), clips_of(truth))
    np.testing.assert_array_equal(shares, np.where(logits.argmax(axis=1) == truth, 1, 0.5))
