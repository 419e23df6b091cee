"""A class of the user's is trained by every arm, in worker processes too; its code is in the keys of its steps."""

import sys
from functools import partial
from typing import get_args

import numpy as np
import pytest

from lowsr_tradeoff.classify import stage
from lowsr_tradeoff.classify.arms import no_networks
from lowsr_tradeoff.corpora.clips import clips_of
from lowsr_tradeoff.errors import ConfigError, DataError
from lowsr_tradeoff.records.network import ArmName
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.classify import ClassifySettings
from lowsr_tradeoff.settings.toml import load_config

ARMS = [arm for arm in get_args(ArmName) if arm not in no_networks()]
NET = """
from torch import nn
class {name}(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(1, 8, 3, stride=2), nn.BatchNorm2d(8), nn.ReLU(), nn.Dropout(0.1))
        self.scores = nn.Linear(8, n_classes)

    def forward(self, images):
        return self.scores(self.first(images).mean((2, 3)))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The working directory of a user who has a network."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "every_arm_net.py").write_text(NET.format(name="Net"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "path", [each for each in sys.path if each])
        yield folder


@pytest.fixture(scope="module")
def corpus(tones_in_three_folds):
    return tones_in_three_folds


def study(network="every_arm_net:Net", arms=("cssd",), **more):
    both = ["shared", "native"]
    classify = {"network": network, "grids": both, "arms": list(arms), "epochs": 2, "batch_size": 8, **more}
    chosen = {"rates_hz": [1000], "n_resamples": 200, "front_end": {"filter": "ideal"}}
    return load_config(None, {**chosen, "classify": classify})


def run_all(steps, corpus, store, jobs=1):
    return execute(steps, store, partial(run_batch, {"events": corpus}, store), jobs, lambda _: None)


def first_fold(config, corpus):
    return {condition: runs[0] for condition, runs in stage.plan(config, corpus).trained.items()}


def test_every_arm_trains_it_on_both_grids_and_answers_every_clip(home, corpus, tmp_path):
    steps, store = first_fold(study(arms=ARMS), corpus), Store(tmp_path / "run")
    run_all(list(steps.values()), corpus, store)
    assert {condition.arm for condition in steps} == set(ARMS)
    assert {condition.grid for condition in steps if condition.arm == "cssd"} == {"shared", "native"}
    costs = {}
    for condition, step in steps.items():
        said = store.arrays(step)
        assert said["test_logits"].shape == (len(clips_of(corpus, 1)), 3)
        assert said["test_embeddings"].shape[1] == 8
        assert np.isfinite(said["test_logits"]).all()
        costs[condition.rate_hz, condition.grid] = store.meta(step)["cost"]["macs"]
    assert costs[1000, "native"]["conv"] < costs[1000, "shared"]["conv"] == costs[16000, "shared"]["conv"]
    assert all(macs["linear"] == 8 * 3 for macs in costs.values())


@pytest.mark.parametrize("adapt", ["probe", "lora"])
def test_parts_of_it_are_adapted_from_the_full_rate_network(home, corpus, tmp_path, adapt):
    steps, store = first_fold(study(adapt=adapt), corpus), Store(tmp_path / "run")
    run_all(list(steps.values()), corpus, store)
    assert all(np.isfinite(store.arrays(step)["test_logits"]).all() for step in steps.values())


def test_worker_processes_find_it_and_compute_the_same_though_it_draws_by_itself(home, corpus, tmp_path):
    steps = list(first_fold(study(), corpus).values())
    here, there = Store(tmp_path / "here"), Store(tmp_path / "there")
    # In this process other draws came before.
    run_all(steps, corpus, here)
    run_all(steps, corpus, there, jobs=2)
    for step in steps:
        one, other = here.arrays(step), there.arrays(step)
        assert all(np.array_equal(one[name], other[name]) for name in one)


def test_an_edited_file_gives_other_keys_and_the_images_stay(home, corpus):
    (home / "edited_net.py").write_text(NET.format(name="Net"))
    before = next(iter(first_fold(study("edited_net:Net"), corpus).values()))
    (home / "edited_net.py").write_text(NET.format(name="Net").replace("Conv2d(1, 8, 3", "Conv2d(1, 8, 5"))
    after = next(iter(first_fold(study("edited_net:Net"), corpus).values()))
    assert before.key != after.key
    features = [[need.key for need in step.needs if need.stage == "features"] for step in (before, after)]
    assert features[0] == features[1]


def test_what_does_not_fit_is_told_while_planning(home, corpus, tmp_path):
    (home / "broken_net.py").write_text(NET.format(name="Net").replace("(2, 3)", "(0, 2, 3)"))
    with pytest.raises(ConfigError, match=r"broken_net:Net: gives \(3,\) for 2 images of 64 .* \(1000 Hz, shared"):
        stage.plan(study("broken_net:Net"), corpus)
    np.save(tmp_path / "net.npy", np.zeros(3))
    with pytest.raises(DataError, match=r"net\.npy: "):
        stage.plan(study(checkpoint=str(tmp_path / "net.npy")), corpus)


def test_weights_of_another_class_are_told_while_planning(home, corpus, tmp_path):
    import torch

    torch.save({"other.weight": torch.zeros(3)}, tmp_path / "net.pth")
    with pytest.raises(DataError, match=r"net\.pth: .*missing: module\.first.*; give a state_dict of every"):
        stage.plan(study(checkpoint=str(tmp_path / "net.pth")), corpus)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"network": "mine/net:Net"}, 'there is no "mine/net:Net"; .* is given as package.module:Class'),
        ({"as_published": True}, "are for published networks, not for mine.net:Net"),
    ],
)
def test_settings_that_a_class_does_not_take(more, told):
    with pytest.raises(ValueError, match=told):
        ClassifySettings(**{"network": "mine.net:Net", **more})
