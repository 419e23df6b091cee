"""ONNX networks answer as torch's, hold what the host must know, and say what they lack."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from tests.deploy.small_model import package
from torch import nn

from lowsr_tradeoff.deploy.model import onnx_export
from lowsr_tradeoff.deploy.model.onnx_export import (
    NormalisedNetwork,
    class_scores,
    export_onnx,
    open_session,
    quantise,
    to_onnx,
)
from lowsr_tradeoff.deploy.model.predict import load_model
from lowsr_tradeoff.errors import MissingResourceError, StageError
from lowsr_tradeoff.learning.mel import lay_out
from lowsr_tradeoff.learning.networks.recogniser import mean_plus_max

# What onnxruntime says of its quantisation.
QUANTISED = ("onnx.infer",)
IMAGE = lay_out(1000, "native", 0.5).image


def drawn(n, seed=0):
    return (-6.5 + 2.5 * np.random.default_rng(seed).standard_normal((n, *IMAGE))).astype(np.float32)


@pytest.fixture(scope="module")
def model():
    return load_model(package())


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "model.onnx"
    assert export_onnx(model, path) <= 1e-4
    return path


@pytest.mark.parametrize("n", [1, 70])
def test_scores_are_those_of_torch_for_any_number_of_images(model, exported, n):
    images = drawn(n, seed=n)
    with torch.inference_mode():
        expected = model.network((torch.from_numpy(images[:, None]) + 6.5) / 2.5).numpy()
    found = class_scores(open_session(exported.read_bytes()), images)
    assert found.shape == (n, 2)
    assert np.abs(found - expected).max() <= 1e-4 * max(1, np.abs(expected).max())


def test_the_file_is_valid_and_tells_the_host_what_it_needs(exported):
    graph = onnx.load(exported)
    onnx.checker.check_model(graph, full_check=True)
    facts = json.loads({prop.key: prop.value for prop in graph.metadata_props}["lowsr_tradeoff"])
    assert facts["classes"] == ["high", "low"]
    assert facts["rate_hz"] == 1000
    assert facts["clip_s"] == 0.5


def test_scores_that_differ_are_not_written(model, exported, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_export, "to_onnx", lambda *_: exported.read_bytes())
    monkeypatch.setattr(onnx_export, "class_scores", lambda _session, images: np.full((len(images), 2), 99.0))
    with pytest.raises(StageError, match=r"differ from torch's by .*, more than 0\.0001"):
        export_onnx(model, tmp_path / "model.onnx")
    assert list(tmp_path.iterdir()) == []


def test_int8_is_smaller_and_close(exported):
    packed = quantise(exported.read_bytes(), drawn(64))
    images = drawn(64, seed=1)
    in_float, in_int8 = (class_scores(open_session(n), images) for n in (exported.read_bytes(), packed))
    assert len(packed) < 0.45 * exported.stat().st_size
    assert np.median(np.abs(in_int8 - in_float)) < 0.15 * np.std(in_float)
    weights = [tensor for tensor in onnx.load_from_string(packed).graph.initializer if len(tensor.dims) == 4]
    assert weights
    assert all(tensor.data_type == onnx.TensorProto.INT8 for tensor in weights)
    assert [path.name for path in exported.parent.iterdir()] == ["model.onnx"]


def test_int8_is_the_same_for_the_same_images(exported):
    once, again = (quantise(exported.read_bytes(), drawn(8)) for _ in range(2))
    assert once == again


def test_without_the_extra_the_command_to_install_it_is_told(model, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_export, "find_spec", lambda name: None if name == "onnxruntime" else object())
    with pytest.raises(MissingResourceError, match=r"onnxruntime: not installed.*'lowsr-tradeoff\[onnx\]'"):
        export_onnx(model, tmp_path / "model.onnx")


class Pooled(nn.Module):
    """A convolution laid out as for training, then the pooling of every network here."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3).to(memory_format=torch.channels_last)

    def forward(self, images):
        return mean_plus_max(self.conv(images))


def test_no_shape_is_computed_at_run_time_for_microcontrollers_do_not_take_that():
    images = np.random.default_rng(0).standard_normal((2, 9, 9)).astype(np.float32)
    body = NormalisedNetwork(Pooled(), 0.0, 1.0).eval()
    packed = to_onnx(body, images, {})
    operators = {node.op_type for node in onnx.load_from_string(packed).graph.node}
    assert operators.isdisjoint({"Shape", "Gather", "Range", "Squeeze"})
    assert body.network.conv(torch.zeros(1, 1, 9, 9)).is_contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        expected = body(torch.from_numpy(images[:, None])).numpy()
    np.testing.assert_allclose(class_scores(open_session(packed), images), expected, rtol=1e-5, atol=1e-6)


def test_the_file_holds_nothing_of_the_machine_that_made_it(exported, model):
    """torch writes stack traces with the paths of its sources beside every operator."""
    for content in (exported.read_bytes(), quantise(exported.read_bytes(), drawn(4))):
        assert str(Path(torch.__file__).parent).encode() not in content
        assert str(Path(onnx_export.__file__).parent).encode() not in content
        assert {prop.key for prop in onnx.load_from_string(content).metadata_props} <= {
            "lowsr_tradeoff",
            *QUANTISED,
        }
