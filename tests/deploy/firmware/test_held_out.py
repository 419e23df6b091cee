"""Chains are compared with the study clip by clip; the chains through C: test_compile and test_folder."""

import numpy as np
import pytest
from tests.deploy.conftest import plan_of

from lowsr_tradeoff.corpora.clips import class_numbers, clips_of, folds_of
from lowsr_tradeoff.deploy.firmware.held_out import chain_accuracies, own_features
from lowsr_tradeoff.learning.mel import lay_out


@pytest.fixture(scope="module")
def tested(two_tones, store):
    """A study whose float networks know every clip, and whose int8 networks miss one of the first fold's."""
    plan = plan_of(two_tones)
    for step in plan.tests:
        truth = class_numbers(two_tones, clips_of(two_tones, *step.settings.held_out))
        store.write(step, {}, {"test_logits": np.eye(2)[truth]})
    for step in plan.int8:
        truth = class_numbers(two_tones, clips_of(two_tones, *step.settings.held_out))
        missed = np.arange(len(truth)) == 0 if step.settings.held_out == (1,) else False
        store.write(step, {}, {"int8": np.where(missed, 1 - truth, truth)})
    return plan, store


def test_each_chain_is_held_to_the_study_on_the_same_clips(tested):
    plan, store = tested
    corpus = plan.corpus
    own, in_python = chain_accuracies(plan, store, {}, lay_out(1000, "native", corpus.clip_s))
    assert (own.accuracy.value, own.difference.value, own.within_a_point) == (1.0, 0.0, True)
    assert in_python.accuracy.value == pytest.approx(11 / 12)
    assert in_python.difference.value == pytest.approx(-1 / 12)
    assert in_python.difference.low < in_python.difference.value
    assert not in_python.within_a_point
    assert in_python.accuracy.n == len(clips_of(corpus, *folds_of(corpus))) == 12


def test_a_network_takes_the_images_of_its_own_rate_and_grid(tested):
    found = [step.settings for step in own_features(tested[0].final)]
    assert [(each.rate_hz, each.grid, each.fold) for each in found] == [(1000, "native", 1), (1000, "native", 2)]
