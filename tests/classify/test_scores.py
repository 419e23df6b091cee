import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, recall_score

from lowsr_tradeoff.classify.scores import (
    Answers,
    accuracy,
    accuracy_draws,
    class_recall,
    confusion,
    fold_sd,
    macro_f1,
    seed_sd,
)
from lowsr_tradeoff.statistics.cluster_t import exact_interval
from lowsr_tradeoff.statistics.intervals import resample, resampled_share

N_CLASSES = 4


def answers_of(n_clips=60, n_repetitions=2, seed=0, hit_share=0.7) -> Answers:
    rng = np.random.default_rng(seed)
    truth = np.arange(n_clips) % N_CLASSES
    guesses = rng.integers(0, N_CLASSES, (n_repetitions, n_clips))
    return Answers(np.where(rng.random(guesses.shape) < hit_share, truth, guesses), truth)


def draws_of(n_clips=60, n_resamples=200, per_source=3, seed=0):
    return resample([f"s{i // per_source}" for i in range(n_clips)], n_resamples, seed)


@given(seed=st.integers(0, 200), n_repetitions=st.integers(1, 3))
def test_values_are_sklearns_averaged_over_repetitions(seed, n_repetitions):
    answers, draws = answers_of(n_repetitions=n_repetitions, seed=seed), draws_of(n_resamples=100)
    f1 = [f1_score(answers.truth, said, average="macro") for said in answers.predicted]
    right = [accuracy_score(answers.truth, said) for said in answers.predicted]
    assert macro_f1(answers, draws, N_CLASSES).value == pytest.approx(np.mean(f1))
    assert accuracy(answers, draws).value == pytest.approx(np.mean(right))


def test_every_resampled_macro_f1_is_sklearns_with_those_weights():
    answers, draws = answers_of(n_clips=24, n_repetitions=1), draws_of(24, n_resamples=100)
    oracle = []
    for weight in draws.counts[:, draws.units]:
        drawn = np.repeat(np.arange(24), weight.astype(int))
        oracle.append(f1_score(answers.truth[drawn], answers.predicted[0, drawn], average="macro"))
    measured = macro_f1(answers, draws, N_CLASSES)
    expected = resampled_share(measured.value, np.array(oracle), 8, 24, "clips")
    assert (measured.low, measured.high) == pytest.approx((expected.low, expected.high))


def test_recall_is_sklearns_class_by_class():
    answers = answers_of(n_repetitions=1)
    recalls = class_recall(answers, draws_of(), ["a", "b", "c", "d"])
    oracle = recall_score(answers.truth, answers.predicted[0], average=None)
    assert [recall.label for recall in recalls] == ["a", "b", "c", "d"]
    assert [recall.recall.value for recall in recalls] == pytest.approx(oracle.tolist())
    assert [recall.recall.n for recall in recalls] == [15] * 4


def test_confusions_are_sklearns_summed_over_repetitions():
    answers = answers_of(n_repetitions=3)
    oracle = sum(confusion_matrix(answers.truth, said) for said in answers.predicted)
    assert confusion(answers, N_CLASSES) == tuple(map(tuple, oracle.tolist()))
    assert sum(map(sum, confusion(answers, N_CLASSES + 2))) == 180


def test_intervals_hold_the_value_and_stay_within_zero_and_one():
    answers, draws = answers_of(), draws_of()
    recalls = [recall.recall for recall in class_recall(answers, draws, ["a", "b", "c", "d"])]
    for figure in (accuracy(answers, draws), macro_f1(answers, draws, N_CLASSES), *recalls):
        assert 0 <= figure.low <= figure.value <= figure.high <= 1


def test_draws_of_accuracy_are_those_of_its_interval():
    answers, draws = answers_of(), draws_of()
    figure, drawn = accuracy(answers, draws), accuracy_draws(answers, draws)
    inside = np.mean([figure.low <= share <= figure.high for share in drawn])
    assert inside == pytest.approx(0.95, abs=0.03)
    other = Answers(np.roll(answers.predicted, 1, axis=0), answers.truth)
    assert accuracy_draws(other, draws) == drawn


def test_clips_of_one_source_make_the_interval_wider_than_clips_of_their_own():
    """Ten sources of six clips that stand or fall together know less than sixty clips."""
    truth = np.arange(60) % N_CLASSES
    right = np.repeat(np.random.default_rng(0).random(10) < 0.6, 6)
    answers = Answers(np.where(right, truth, (truth + 1) % N_CLASSES)[None], truth)
    alone, together = (accuracy(answers, draws_of(per_source=k, n_resamples=2000)) for k in (1, 6))
    assert together.high - together.low > 1.8 * (alone.high - alone.low)


@pytest.mark.parametrize(("hit_share", "value"), [(1.0, 1.0), (0.0, 0.0)])
def test_all_right_or_all_wrong_is_not_certainty(hit_share, value):
    """Forty clips of fourteen sources are fourteen trials; ten clips of a class from ten sources are ten."""
    truth = np.arange(40) % N_CLASSES
    answers = Answers(((truth + (1 - int(hit_share))) % N_CLASSES)[None], truth)
    draws = draws_of(40)
    for figure in (accuracy(answers, draws), macro_f1(answers, draws, N_CLASSES)):
        assert figure.value == value
        assert (figure.low, figure.high) == pytest.approx(exact_interval(round(14 * value), 14))
    a_class = class_recall(answers, draws, list("abcd"))[0].recall
    assert (a_class.low, a_class.high) == pytest.approx(exact_interval(round(10 * value), 10))
    assert a_class.n == 10


def test_a_class_without_clips_has_a_reason_instead_of_a_recall():
    answers = Answers(np.array([[0, 1]]), np.array([0, 1]))
    recall = class_recall(answers, draws_of(2, per_source=1), ["a", "b", "c"])[2].recall
    assert recall.value is None
    assert recall.reason


def test_folds_and_seeds_have_their_own_standard_deviations():
    """Two seeds right in 3 and 5 of 8 clips; averaged, the folds have .75 and .25."""
    right = np.array([[1, 1, 0, 1, 0, 0, 0, 0], [1, 1, 1, 0, 1, 1, 0, 0]], bool)
    answers = Answers(np.where(right, 0, 1), np.zeros(8, int))
    between_folds = fold_sd(answers, [3, 3, 3, 3, 7, 7, 7, 7])
    assert between_folds.value == pytest.approx(np.std([0.75, 0.25], ddof=1))
    assert (between_folds.n, between_folds.n_of) == (2, "folds")
    between_seeds = seed_sd(answers)
    assert between_seeds.value == pytest.approx(np.std([3 / 8, 5 / 8], ddof=1))
    assert (between_seeds.n, between_seeds.n_of) == (2, "seeds")


def test_of_one_seed_and_one_fold_the_spread_is_not_known():
    answers = answers_of(n_repetitions=1)
    assert seed_sd(answers).reason == "one seed: how much trainings differ is not known"
    assert fold_sd(answers, [1] * 60).reason == "one fold: how much folds differ is not known"
