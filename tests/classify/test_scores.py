import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, recall_score

from lowsr_tradeoff.classify.scores import Answers, accuracy, class_recall, macro_f1
from lowsr_tradeoff.stats import exact_interval, percentile_interval, resample_weights

N_CLASSES = 4


def answers_of(n_clips=60, n_repetitions=2, seed=0, hit_share=0.7) -> Answers:
    rng = np.random.default_rng(seed)
    truth = np.arange(n_clips) % N_CLASSES
    guesses = rng.integers(0, N_CLASSES, (n_repetitions, n_clips))
    return Answers(np.where(rng.random(guesses.shape) < hit_share, truth, guesses), truth)


def weights_of(n_clips=60, n_resamples=200, per_source=3, seed=0):
    return resample_weights([f"s{i // per_source}" for i in range(n_clips)], n_resamples, seed)


@given(seed=st.integers(0, 200), n_repetitions=st.integers(1, 3))
def test_values_are_sklearns_averaged_over_repetitions(seed, n_repetitions):
    answers, weights = answers_of(n_repetitions=n_repetitions, seed=seed), weights_of(n_resamples=100)
    f1 = [f1_score(answers.truth, said, average="macro") for said in answers.predicted]
    right = [accuracy_score(answers.truth, said) for said in answers.predicted]
    assert macro_f1(answers, weights, N_CLASSES).value == pytest.approx(np.mean(f1))
    assert accuracy(answers, weights).value == pytest.approx(np.mean(right))


def test_every_resampled_macro_f1_is_sklearns_with_those_weights():
    answers, weights = answers_of(n_clips=24, n_repetitions=1), weights_of(24, n_resamples=100)
    oracle = []
    for weight in weights:
        drawn = np.repeat(np.arange(24), weight.astype(int))
        oracle.append(f1_score(answers.truth[drawn], answers.predicted[0, drawn], average="macro"))
    measured = macro_f1(answers, weights, N_CLASSES)
    assert (measured.low, measured.high) == pytest.approx(percentile_interval(oracle))


def test_recall_is_sklearns_class_by_class():
    answers = answers_of(n_repetitions=1)
    recalls = class_recall(answers, weights_of(), ["a", "b", "c", "d"])
    oracle = recall_score(answers.truth, answers.predicted[0], average=None)
    assert [recall.label for recall in recalls] == ["a", "b", "c", "d"]
    assert [recall.recall.value for recall in recalls] == pytest.approx(oracle.tolist())
    assert [recall.recall.n for recall in recalls] == [15] * 4


def test_intervals_hold_the_value_and_stay_within_zero_and_one():
    answers, weights = answers_of(), weights_of()
    recalls = [recall.recall for recall in class_recall(answers, weights, ["a", "b", "c", "d"])]
    for figure in (accuracy(answers, weights), macro_f1(answers, weights, N_CLASSES), *recalls):
        assert 0 <= figure.low <= figure.value <= figure.high <= 1


def test_clips_of_one_source_make_the_interval_wider_than_clips_of_their_own():
    """Ten sources of six clips that stand or fall together know less than sixty clips."""
    truth = np.arange(60) % N_CLASSES
    right = np.repeat(np.random.default_rng(0).random(10) < 0.6, 6)
    answers = Answers(np.where(right, truth, (truth + 1) % N_CLASSES)[None], truth)
    alone, together = (accuracy(answers, weights_of(per_source=k, n_resamples=2000)) for k in (1, 6))
    assert together.high - together.low > 1.8 * (alone.high - alone.low)


@pytest.mark.parametrize(("hit_share", "value"), [(1.0, 1.0), (0.0, 0.0)])
def test_all_right_or_all_wrong_is_not_certainty(hit_share, value):
    truth = np.arange(40) % N_CLASSES
    answers = Answers(((truth + (1 - int(hit_share))) % N_CLASSES)[None], truth)
    weights = weights_of(40)
    for figure in (accuracy(answers, weights), macro_f1(answers, weights, N_CLASSES)):
        assert figure.value == value
        assert (figure.low, figure.high) == exact_interval(round(40 * value), 40)
    a_class = class_recall(answers, weights, ["a"])[0].recall
    assert (a_class.low, a_class.high) == exact_interval(round(10 * value), 10)
    assert a_class.n == 10


def test_a_class_without_clips_has_a_reason_instead_of_a_recall():
    answers = Answers(np.array([[0, 1]]), np.array([0, 1]))
    recall = class_recall(answers, weights_of(2, per_source=1), ["a", "b", "c"])[2].recall
    assert recall.value is None
    assert recall.reason
