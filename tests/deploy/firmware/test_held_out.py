"""Chains are compared with the study clip by clip; how C hears them: test_compiled and test_folder."""

import numpy as np
import pytest
from tests.conftest import write_tones
from tests.deploy.model.test_final import study

from lowsr_tradeoff.classify.arms import Listener
from lowsr_tradeoff.corpora.clips import class_numbers, clips_of, folds_of
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.deploy.firmware.held_out import chains, own_features
from lowsr_tradeoff.deploy.model.final import final_steps
from lowsr_tradeoff.deploy.model.int8_step import int8_steps
from lowsr_tradeoff.learning.mel import lay_out
from lowsr_tradeoff.runner.store import Store


@pytest.fixture(scope="module")
def tested(tmp_path_factory):
    """A study whose float networks know every clip, and whose int8 networks miss one of the first fold's."""
    root = tmp_path_factory.mktemp("chains")
    events = write_tones(root / "events", {"low": 150, "high": 400})
    corpus = load_events(str(events), 2, None, 0, (1000,), 8000, skip_bad=False, cache=None)
    store, steps = Store(root / "run"), final_steps(study(), corpus, Listener(1000, "native", "finetuned"))
    for step in steps[:-1]:
        truth = class_numbers(corpus, clips_of(corpus, *step.settings.held_out))
        store.write(step, {}, {"test_logits": np.eye(2)[truth]})
    in_int8 = int8_steps(steps[:-1])
    for step in in_int8:
        truth = class_numbers(corpus, clips_of(corpus, *step.settings.held_out))
        missed = np.arange(len(truth)) == 0 if step.settings.held_out == (1,) else False
        store.write(step, {}, {"int8": np.where(missed, 1 - truth, truth)})
    return corpus, store, in_int8, steps


def test_each_chain_is_held_to_the_study_on_the_same_clips(tested):
    corpus, store, in_int8, _ = tested
    own, in_python = chains(study(), corpus, store, in_int8, {}, lay_out(1000, "native", corpus.clip_s))
    assert (own.accuracy.value, own.difference.value, own.within_a_point) == (1.0, 0.0, True)
    assert in_python.accuracy.value == pytest.approx(11 / 12)
    assert in_python.difference.value == pytest.approx(-1 / 12)
    assert in_python.difference.low < in_python.difference.value
    assert not in_python.within_a_point
    assert in_python.accuracy.n == len(clips_of(corpus, *folds_of(corpus))) == 12


def test_a_network_hears_the_images_of_its_own_rate_and_grid(tested):
    *_, final = tested[3]
    found = [step.settings for step in own_features(final)]
    assert [(asked.rate_hz, asked.grid, asked.fold) for asked in found] == [
        (1000, "native", 1),
        (1000, "native", 2),
    ]
