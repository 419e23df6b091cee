"""The packaged network is the one that was trained on all clips, with the figures of those that were tested."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import softmax
from tests.deploy.conftest import plan_of, study

from lowsr_tradeoff.corpora.clips import class_numbers, clips_of, folds_of, read
from lowsr_tradeoff.deploy.model.package import read_package
from lowsr_tradeoff.deploy.model.predict import class_probabilities, load_model, window_image
from lowsr_tradeoff.deploy.model.train import condition_of, make_package, plan_model, run_plan, train_model
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.settings.toml import load_config


@pytest.fixture(scope="module")
def finished(two_tones, store):
    plan = replace(plan_of(two_tones), int8=())
    run_plan(plan, store, 1, lambda _: None)
    return plan, store


def test_the_package_answers_as_the_network_that_was_trained_on_all_clips(finished):
    plan, store = finished
    package = make_package(plan, store, "CC0")
    clips = clips_of(plan.corpus, *folds_of(plan.corpus))
    images = np.stack([window_image(package.settings, *read(clip), clip.digest) for clip in clips])
    expected = softmax(store.arrays(plan.final)["train_logits"].astype(float), axis=1)
    np.testing.assert_allclose(class_probabilities(load_model(package), images), expected, rtol=1e-5)
    assert package.settings.corpus == plan.corpus.summary
    assert package.settings.cost.rate_hz == 1000


def test_the_figures_are_those_of_the_study(finished):
    plan, store = finished
    tested = make_package(plan, store, None).settings.tested
    truth = class_numbers(plan.corpus, clips_of(plan.corpus, *folds_of(plan.corpus)))
    predicted = np.concatenate([store.arrays(step)["test_logits"].argmax(axis=1) for step in plan.tests])
    assert tested.accuracy.value == pytest.approx((predicted.reshape(2, -1) == truth).mean())
    assert tested.accuracy.n == tested.n_sources == 12
    assert (tested.n_folds, tested.n_seeds, tested.protocol) == (2, 2, "honest")


def test_steps_are_the_tests_and_one_network_that_holds_nothing_out(finished):
    held_out = [step.settings.held_out for step in finished[0].steps]
    assert held_out == [(1,), (2,), (1,), (2,), ()]


def test_a_listener_is_one_rate_grid_and_arm():
    assert condition_of(study(arm="cssd")) == Condition(1000, "native", "cssd")
    assert condition_of(study(8000, grid="shared")) == Condition(8000, "shared", "finetuned")


@pytest.mark.parametrize("arm", ["raw", "mixed_rate"])
def test_arms_that_train_nothing_cannot_be_packaged(arm):
    with pytest.raises(ConfigError, match=f"--arm {arm}: trains no network"):
        condition_of(study(arm=arm, grid="shared"))


def test_the_control_cannot_be_packaged():
    with pytest.raises(ConfigError, match=r"--arm classical: is no network .*take --arm finetuned"):
        condition_of(study(arm="classical"))


def test_an_arm_that_needs_the_shared_grid_says_so(two_tones):
    config = study(arm="attention")
    with pytest.raises(ConfigError, match="there is none at 1000 Hz on --grid native"):
        plan_model(config, two_tones, condition_of(config))


def test_steps_of_a_finished_study_are_not_run_again(small_study, small_run, tmp_path):
    done = []
    config = load_config(
        small_study, {"rates_hz": [1000], "classify": {"arms": ["finetuned"], "grids": ["native"]}}
    )
    package = train_model(config, small_run[0], tmp_path / "model", 1, done.append)
    assert [at.label for at in done if at.label] == ["1000 Hz native finetuned, all clips, repetition 1"]
    (result,) = (
        result
        for result in small_run[1].tradeoff.recognition.results
        if (result.rate_hz, result.grid, result.arm) == (1000, "native", "finetuned")
    )
    assert package.settings.tested.accuracy == result.accuracy
    assert package.settings.tested.macro_f1 == result.macro_f1
    assert package.settings.cost == result.cost
    assert read_package(tmp_path / "model").settings == package.settings
