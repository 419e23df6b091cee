import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from lowsr_tradeoff.statistics.ranking import ranking


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 6))
def test_it_is_what_scikit_learn_finds_ties_and_weights_included(seed, n_levels):
    rng = np.random.default_rng(seed)
    scores, is_wanted = rng.integers(0, 3 * n_levels, 40).astype(float), rng.random(40) < 0.3
    is_wanted[:2] = True, False
    units = rng.integers(0, 8, 40)
    units[:2] = 0
    weights = rng.integers(0, 3, (3, 8)).astype(float)
    weights[:, 0] = 1
    precision, area = ranking(scores, is_wanted, weights, units)
    for row, ap, auc in zip(weights, precision, area, strict=True):
        of_each = row[units]
        assert ap == pytest.approx(average_precision_score(is_wanted, scores, sample_weight=of_each))
        assert auc == pytest.approx(roc_auc_score(is_wanted, scores, sample_weight=of_each))


def test_a_resample_without_one_of_the_kinds_ranks_nothing():
    precision, area = ranking(np.array([2.0, 1.0]), np.array([True, False]), np.eye(2), np.array([0, 1]))
    assert np.isnan(area).all()
    assert np.isnan(precision[1])
