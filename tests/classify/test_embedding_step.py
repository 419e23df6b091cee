"""Heads trained on embeddings that are computed once answer as heads trained inside their network."""

from functools import partial

import numpy as np
import pytest
from tests.learning.networks.published_yamnets import keras_file

from lowsr_tradeoff.classify import stage
from lowsr_tradeoff.classify.planner import Planner, final_step
from lowsr_tradeoff.learning.networks.yamnet import SMALL_BLOCKS
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.step import with_needs
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.classify import ClassifySettings
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

ARMS = ("raw", "finetuned", "basd", "cssd_low", "mixed_rate", "out_of_fold")


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    file = tmp_path_factory.mktemp("st") / "yamnet_256.h5"
    keras_file(file, SMALL_BLOCKS, np.random.default_rng(1))
    classify = ClassifySettings(
        network="yamnet_256",
        checkpoint=str(file),
        adapt="probe",
        grids=("shared",),
        arms=ARMS,
        epochs=3,
        batch_size=8,
    )
    return StudyConfig(front_end=FrontEnd(), rates_hz=(1000,), n_resamples=200, classify=classify)


def first_fold(config, corpus, folder):
    """The outputs of every arm for the first fold, and the stages that ran."""
    steps = {condition: runs[0] for condition, runs in stage.plan(config, corpus).trained.items()}
    store = Store(folder)
    execute(list(steps.values()), store, partial(run_batch, {"events": corpus}, store), 1, lambda _: None)
    return {at: store.arrays(step) for at, step in steps.items()}, {s.stage for s in with_needs(steps.values())}


def test_every_arm_answers_as_with_its_images(config, tones_in_three_folds, tmp_path, monkeypatch):
    once, stages = first_fold(config, tones_in_three_folds, tmp_path / "once")
    assert "embeddings" in stages
    monkeypatch.setattr(Planner, "is_embedded", False)
    each_time, stages = first_fold(config, tones_in_three_folds, tmp_path / "each")
    assert "embeddings" not in stages
    for at, outputs in each_time.items():
        np.testing.assert_allclose(once[at]["test_logits"], outputs["test_logits"], rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(once[at]["test_embeddings"], outputs["test_embeddings"], rtol=1e-4, atol=1e-5)


def test_a_network_for_deployment_reads_images(config, tones_in_three_folds):
    step = final_step(config, tones_in_three_folds, Condition(1000, "shared", "finetuned"))
    assert {need.stage for need in step.needs} == {"features"}
