"""A model of a class of the user's runs their code only where they name it, and goes to ONNX as any other."""

import sys

import numpy as np
import pytest
import torch
from tests.deploy.small_model import package

from lowsr_tradeoff.deploy.model.onnx_export import TOLERANCE, class_scores, export_onnx, open_session
from lowsr_tradeoff.deploy.model.package import read_package, write_package
from lowsr_tradeoff.deploy.model.predict import load_model
from lowsr_tradeoff.deploy.model.workload import workload
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.networks.own import own_network

NET = """
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self, n_classes):
        super().__init__()
        self.register_buffer("shift", torch.tensor(0.5), persistent=False)
        self.one = nn.Conv2d(1, 6, 3)
        self.norm = nn.BatchNorm2d(6)
        self.fc = nn.Linear(6, n_classes)

    def forward(self, images):
        return self.fc(self.norm(self.one(images + self.shift)).relu().mean((2, 3)))
"""


@pytest.fixture
def model(tmp_path, monkeypatch):
    """A model folder, in the working directory of the user who trained it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each])
    (tmp_path / "model_net.py").write_text(NET)
    write_package(tmp_path / "model", package(network=own_network("model_net:Net")))
    return tmp_path / "model"


def test_its_code_is_run_only_when_it_is_named(model):
    (model.parent / "model_net.py").write_text("raise SystemExit('was run')\n")
    stored = read_package(model)
    for trusted in (None, "other:Net"):
        with pytest.raises(ConfigError, match=r"the class model_net:Net, which .* export take --network model_net"):
            load_model(stored, trusted)
    with pytest.raises(ConfigError, match=r"importing model_net fails \(SystemExit: was run\)"):
        load_model(stored, "model_net:Net")


def test_code_that_was_edited_since_the_training_is_refused(model):
    (model.parent / "model_net.py").write_text(NET.replace("relu", "sigmoid"))
    with pytest.raises(ConfigError, match="is other code than"):
        load_model(read_package(model), "model_net:Net")


def test_weights_and_what_is_no_weight_are_those_of_the_training(model):
    stored = read_package(model)
    loaded = load_model(stored, "model_net:Net")
    assert torch.equal(loaded.network.module.one.weight, torch.from_numpy(stored.weights["module.one.weight"]))
    assert loaded.network.module.shift.item() == 0.5


def test_its_onnx_gives_its_scores(model, tmp_path):
    loaded = load_model(read_package(model), "model_net:Net")
    assert export_onnx(loaded, tmp_path / "net.onnx") < TOLERANCE
    images = np.random.default_rng(0).standard_normal((3, *loaded.settings.layout.image)).astype(np.float32)
    assert class_scores(open_session((tmp_path / "net.onnx").read_bytes()), images).shape == (3, 2)
    with pytest.raises(ConfigError, match=r"net\.onnx: is of the class model_net:Net, whose cost is not"):
        workload(str(tmp_path / "net.onnx"))
