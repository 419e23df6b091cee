"""The packaged network is the one that was trained on all clips, with the figures of those that were tested."""

from functools import partial

import numpy as np
import pytest
from scipy.special import softmax
from tests.conftest import write_tones

from lowsr_tradeoff.classify.arms import Listener
from lowsr_tradeoff.corpora.clips import clips_of, folds_of, read
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.deploy.model.final import final_steps, listener_of, packaged
from lowsr_tradeoff.deploy.model.predict import answers, hear, load_model
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.runner.crew import run_batch
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.groups import ClassifySettings
from lowsr_tradeoff.settings.study import StudyConfig


def study(rate_hz=1000, arm="finetuned", grid="native"):
    classify = ClassifySettings(arms=(arm,), grids=(grid,), epochs=4, batch_size=4, n_seeds=2)
    return StudyConfig(rates_hz=(rate_hz,), reference_rate_hz=8000, n_resamples=200, classify=classify)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    root = tmp_path_factory.mktemp("final")
    events = write_tones(root / "events", {"low": 150, "high": 400})
    corpus = load_events(str(events), 2, None, 0, (1000,), 8000, skip_bad=False, cache=None)
    store = Store(root / "run")
    steps = final_steps(study(), corpus, Listener(1000, "native", "finetuned"))
    execute(steps, store, partial(run_batch, {"events": corpus}, store), 1, lambda _: None)
    return corpus, store, steps


def test_the_package_answers_as_the_network_that_was_trained_on_all_clips(finished):
    corpus, store, steps = finished
    package = packaged(study(), corpus, Listener(1000, "native", "finetuned"), store, "CC0")
    images = np.stack([hear(package.settings, *read(c), c.digest) for c in clips_of(corpus, *folds_of(corpus))])
    said = softmax(store.arrays(steps[-1])["train_logits"].astype(float), axis=1)
    np.testing.assert_allclose(answers(load_model(package), images), said, rtol=1e-5)
    assert package.settings.corpus == corpus.summary
    assert package.settings.cost.rate_hz == 1000


def test_the_figures_are_those_of_the_study(finished):
    corpus, store, steps = finished
    tested = packaged(study(), corpus, Listener(1000, "native", "finetuned"), store, None).settings.tested
    truth = [corpus.summary.classes.index(clip.label) for clip in clips_of(corpus, *folds_of(corpus))]
    said = np.concatenate([store.arrays(step)["test_logits"].argmax(axis=1) for step in steps[:-1]])
    assert tested.accuracy.value == pytest.approx((said.reshape(2, -1) == truth).mean())
    assert tested.accuracy.n == tested.n_sources == 12
    assert (tested.n_folds, tested.n_seeds, tested.protocol) == (2, 2, "honest")


def test_steps_are_the_tests_and_one_network_that_holds_nothing_out(finished):
    held_out = [step.settings.held_out for step in finished[2]]
    assert held_out == [(1,), (2,), (1,), (2,), ()]


def test_a_listener_is_one_rate_grid_and_arm():
    assert listener_of(study(arm="cssd")) == Listener(1000, "native", "cssd")
    assert listener_of(study(8000, grid="shared")) == Listener(8000, "shared", "finetuned")


@pytest.mark.parametrize("arm", ["raw", "mixed_rate"])
def test_arms_that_train_nothing_cannot_be_packaged(arm):
    with pytest.raises(ConfigError, match=f"--arm {arm}: trains no network"):
        listener_of(study(arm=arm, grid="shared"))


def test_an_arm_that_needs_the_shared_grid_says_so(finished):
    config = study(arm="attention")
    with pytest.raises(ConfigError, match="there is none at 1000 Hz on --grid native"):
        final_steps(config, finished[0], listener_of(config))
