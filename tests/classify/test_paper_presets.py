"""The paper's presets from a checkpoint to figures beside its own, with random weights for the published ones."""

from functools import partial
from pathlib import Path

import pytest
import torch

from lowsr_tradeoff.classify import stage
from lowsr_tradeoff.learning.networks.build import untrained
from lowsr_tradeoff.learning.networks.checkpoint import KERNEL, MEL_MATRIX
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.toml import load_config


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A published file in all but its values: front-end layers, 527 classes, the table under ``model``."""
    path = tmp_path_factory.mktemp("checkpoint") / "MobileNetV2.pth"
    kernels = {KERNEL: torch.zeros(513, 1, 1024), KERNEL.replace("real", "imag"): torch.zeros(513, 1, 1024)}
    network = untrained("mobilenetv2", 527, torch.Generator().manual_seed(0))
    torch.save({"model": {**kernels, MEL_MATRIX: torch.zeros(513, 64), **network.state_dict()}}, path)
    return path


@pytest.fixture(scope="module")
def found(tones, checkpoint, tmp_path_factory):
    overrides = {
        "rates_hz": (1000,),
        "n_resamples": 200,
        "classify": {"network": "mobilenetv2", "checkpoint": str(checkpoint), "epochs": 1, "batch_size": 16},
    }
    config = load_config(Path("paper-esc50"), overrides)
    store = Store(tmp_path_factory.mktemp("runs") / "run")
    plan = stage.plan(config, tones)
    execute(plan.steps, store, partial(run_batch, {"events": tones}, store), 1, lambda _: None)
    return stage.results(plan, store), store, plan.steps


def test_the_papers_figures_stand_beside_those_measured(found):
    beside = {one.arm: one for one in found[0].published if one.rate_hz == 1000}
    assert {arm: one.published for arm, one in beside.items()} == {
        "raw": 0.109,
        "finetuned": 0.444,
        "basd": 0.479,
        "cssd": 0.485,
    }
    assert all(one.measured.value is not None for one in beside.values())


def test_the_papers_alpha_and_t_were_used(found):
    _, store, plan = found
    cells = {step.settings.arm: store.meta(step).get("cell") for step in plan if step.stage == "train"}
    assert cells["basd"] == {"alpha": 0.2, "temperature": 2.0}
    assert cells["cssd"] == {"alpha": 0.4, "temperature": 8.0}


def test_its_optimism_is_told(found):
    assert {one.arm for one in found[0].optimism} == {"finetuned", "basd", "cssd"}


def test_every_network_starts_from_the_checkpoint(found, checkpoint):
    settings = [step.settings for step in found[2] if step.stage == "train"]
    assert {one.checkpoint.path for one in settings} == {checkpoint}
    assert {one.as_published for one in settings} == {False}
