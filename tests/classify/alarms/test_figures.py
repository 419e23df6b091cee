from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import norm

from lowsr_tradeoff.classify.alarms.figures import (
    FoldScores,
    alarm_result,
    least_bound,
    threshold_for,
)
from lowsr_tradeoff.classify.alarms.heard import NO_TARGET, TOO_LITTLE

WINDOW_S, HOLD_S = 2.0, 4.0


def fold(scores, clip, recording=None, n_recordings=1, sources=("t1", "t2"), name="r") -> FoldScores:
    n = len(scores)
    recording = np.zeros(n, int) if recording is None else np.asarray(recording)
    hours = np.bincount(recording[np.asarray(clip) == NO_TARGET], minlength=n_recordings) * WINDOW_S / 3600
    names = tuple(f"{name}{i}" for i in range(n_recordings))
    start_s = WINDOW_S * np.arange(n)
    return FoldScores(np.asarray(scores, float), start_s, recording, np.asarray(clip), names, hours, sources)


def background(scores, **more) -> FoldScores:
    return fold(scores, [NO_TARGET] * len(scores), sources=(), **more)


def drawn(seed, n_windows=4000, n_clips=20, gap=4.0) -> FoldScores:
    """Windows of noise, each twentieth of them holding a clip that scores higher; recordings differ."""
    rng = np.random.default_rng(seed)
    clip = np.full(n_windows, NO_TARGET)
    clip[rng.choice(n_windows, n_clips, replace=False)] = np.arange(n_clips)
    scores = rng.standard_normal(n_windows) + gap * (clip >= 0)
    recording = np.arange(n_windows) * 10 // n_windows
    sources = tuple(f"t{seed}-{i}" for i in range(n_clips))
    return fold(scores, clip, recording, 10, sources, name=f"r{seed}-")


def test_a_sound_that_goes_on_counts_once_while_the_alarm_is_held():
    assert background([1, 1, 0, 1, 0, 0, 1]).n_false(1, HOLD_S).tolist() == [3]
    assert background([1, 1, 1, 1, 1, 1]).n_false(1, HOLD_S).tolist() == [3]
    assert background([1, 1, 1, 1, 1, 1]).n_false(1, 1e-6).tolist() == [6]


def test_an_alarm_counts_for_the_recording_that_it_is_in():
    assert background([0, 1, 0, 1], recording=[0, 0, 1, 1], n_recordings=2).n_false(1, 1.0).tolist() == [1, 1]


def test_windows_of_the_target_or_of_too_little_of_it_raise_no_false_alarm():
    assert fold([9, 9, 0], [0, TOO_LITTLE, NO_TARGET]).n_false(1, HOLD_S).tolist() == [0]


def test_a_clip_is_detected_by_any_window_that_holds_it_and_by_no_other():
    found = fold([0, 2, 9, 0], [0, 0, TOO_LITTLE, 1])
    assert found.detected(1).tolist() == [1, 0]
    assert found.detected(3).tolist() == [0, 0]


def test_a_threshold_keeps_its_bound_on_the_sounds_that_chose_it_and_is_the_lowest_to_do_so():
    folds = [drawn(seed) for seed in range(3)]
    for bound in (2.0, 10.0, 50.0):
        chosen = threshold_for(folds, bound, HOLD_S)
        hours = sum(each.hours.sum() for each in folds)
        n = sum(each.n_false(chosen, HOLD_S).sum() for each in folds)
        assert n / hours < bound
        lower = np.sort(np.concatenate([each.scores for each in folds]))
        below = lower[np.searchsorted(lower, chosen) - 30]
        n_below = sum(each.n_false(below, HOLD_S).sum() for each in folds)
        assert n_below > n


def test_bounds_fall_with_the_threshold():
    folds = [drawn(seed) for seed in range(3)]
    thresholds = [threshold_for(folds, bound, HOLD_S) for bound in (2, 5, 10, 20, 50, 100)]
    assert all(first > second for first, second in pairwise(thresholds))


def test_too_little_sound_resolves_no_bound_and_says_how_much_would_do():
    clip = [0] + [NO_TARGET] * 90
    folds = [fold([1.0] + [0.0] * 90, clip, sources=(str(i),), name=str(i)) for i in range(4)]
    hours = 4 * 90 * WINDOW_S / 3600
    assert least_bound(folds) == pytest.approx(3.689 / (hours * 3 / 4), rel=1e-3)
    assert threshold_for(folds, 1.0, HOLD_S) is None
    found = alarm_result([*folds], HOLD_S, 1.0, 1.0, 200, 0)
    strict = found.points[0]
    assert strict.threshold is None
    assert strict.recall.reason == (
        "0.2 h of other sounds cannot show that false alarms are at most 1 per hour: without a single one, the"
        " upper end on the folds that choose the threshold is 24.6 per hour; about 4.9 h would do"
    )
    assert found.operating.per_hour == pytest.approx(least_bound(folds))


def test_nothing_but_the_target_has_a_reason():
    found = alarm_result([fold([1.0, 2.0], [0, 1], n_recordings=0)] * 2, HOLD_S, 1.0, 1.0, 200, 0)
    assert found.operating.recall.reason == "there are no other sounds in which false alarms could be counted"
    assert found.average_precision.reason


def test_the_clips_of_a_fold_do_not_move_the_threshold_that_judges_them():
    """A fold whose background scores far higher raises false alarms: its own threshold would have hidden them."""
    quiet, loud = [drawn(seed) for seed in range(4)], drawn(9)
    shifted = FoldScores(
        loud.scores + 3, loud.start_s, loud.recording, loud.clip, loud.recordings, loud.hours, loud.sources
    )
    bound = 10.0
    found = alarm_result([*quiet, shifted], HOLD_S, bound, 1.0, 200, 0).operating
    assert found.false_alarms_per_hour.value > bound
    chosen_on_itself = threshold_for([shifted], bound, HOLD_S)
    assert shifted.n_false(chosen_on_itself, HOLD_S).sum() / shifted.hours.sum() < bound


def test_held_out_false_alarms_are_not_optimistic():
    """Of normal scores the true rate of a threshold is known: the held-out counts meet it."""
    judged, expected = [], []
    for seed in range(0, 100, 5):
        folds = [drawn(seed + i, n_windows=1500) for i in range(5)]
        for i, own in enumerate(folds):
            others = [*folds[:i], *folds[i + 1 :]]
            threshold = threshold_for(others, 25.0, 1e-3)
            judged.append(own.n_false(threshold, 1e-3).sum() / own.hours.sum())
            expected.append(3600 / WINDOW_S * norm.sf(threshold))
    error = np.std(judged) / np.sqrt(len(judged))
    assert np.mean(judged) == pytest.approx(np.mean(expected), abs=3 * error)
    assert np.mean(judged) < 25.0


def test_scores_that_tell_all_apart_recall_all_at_no_false_alarm():
    folds = [drawn(seed, gap=40.0) for seed in range(5)]
    found = alarm_result(folds, HOLD_S, 1.0, 3.0, 200, 0)
    assert found.average_precision.value == found.roc_auc.value == 1.0
    assert found.operating.recall.value == 1.0
    assert found.operating.recall.low < 1
    assert found.alarms_per_hour.value == pytest.approx(found.operating.false_alarms_per_hour.value + 3.0)
    assert len(found.recall_draws) == len(found.false_alarm_draws) == 200


def test_scores_that_tell_nothing_rank_at_chance():
    found = alarm_result([drawn(seed, gap=0.0) for seed in range(5)], HOLD_S, 10.0, 1.0, 200, 0)
    assert found.roc_auc.low < 0.5 < found.roc_auc.high
    assert found.average_precision.value == pytest.approx(20 / 4000, abs=0.01)


def test_equal_scores_raise_all_alarms_or_none():
    folds = [background(np.ones(2000), name=str(i)) for i in range(3)]
    assert threshold_for(folds, 5.0, HOLD_S) > 1
