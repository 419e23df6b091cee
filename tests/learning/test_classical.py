import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from lowsr_tradeoff.learning.classical import N_TREES, PENALTY, class_scores


def clouds(n_classes: int, n_each: int = 60, spread: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Points around a corner of the cube for each class, and their classes."""
    rng = np.random.default_rng(n_classes)
    truth = np.repeat(np.arange(n_classes), n_each)
    return (np.eye(n_classes)[truth] + spread * rng.standard_normal((len(truth), n_classes))).astype(
        np.float16
    ), truth


@pytest.mark.parametrize("n_classes", [2, 3, 12])
def test_what_lies_apart_is_told_apart(n_classes):
    x, truth = clouds(n_classes)
    scores = class_scores(x[::2], truth[::2], x[1::2], n_classes, seed=0)
    assert scores.shape == (len(x) // 2, n_classes)
    assert (scores.argmax(axis=1) == truth[1::2]).mean() > 0.85
    np.testing.assert_allclose(np.exp(scores).sum(axis=1), 1, rtol=1e-5)


def test_it_is_the_mean_of_scikit_learns_two_models():
    x, truth = clouds(4, spread=0.8)
    seen, asked = x[::2], x[1::2]
    trees = ExtraTreesClassifier(N_TREES, random_state=5).fit(seen, truth[::2]).predict_proba(asked)
    machine = make_pipeline(StandardScaler(), SVC(C=PENALTY)).fit(seen, truth[::2])
    margins = np.exp(machine.decision_function(asked))
    expected = (trees + margins / margins.sum(axis=1, keepdims=True)) / 2
    np.testing.assert_allclose(np.exp(class_scores(seen, truth[::2], asked, 4, seed=5)), expected, atol=1e-5)


def test_what_says_nothing_of_the_class_is_guessed():
    rng = np.random.default_rng(0)
    x, truth = rng.standard_normal((400, 30)).astype(np.float16), rng.integers(0, 4, 400)
    said = class_scores(x[:200], truth[:200], x[200:], 4, seed=0).argmax(axis=1)
    assert (said == truth[200:]).mean() == pytest.approx(0.25, abs=0.1)


def test_equal_seeds_answer_equally_and_others_draw_other_trees():
    x, truth = clouds(3, spread=1.0)
    first, again, other = (class_scores(x[::2], truth[::2], x[1::2], 3, seed) for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


def test_a_class_that_was_never_heard_is_never_said():
    x, truth = clouds(3)
    is_seen = truth != 1
    scores = class_scores(x[is_seen], truth[is_seen], x, 3, seed=0)
    assert np.isfinite(scores).all()
    assert not (scores.argmax(axis=1) == 1).any()
    alone = class_scores(x[truth == 2], truth[truth == 2], x[:3], 3, seed=0)
    assert (alone.argmax(axis=1) == 2).all()
