"""What a host must know of an int8 network, on graphs small enough to know it by hand."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch
from onnx import helper, numpy_helper
from tests.deploy.small_model import package

from lowsr_tradeoff.deploy.firmware.network import (
    input_quantisation,
    patches_of,
    score_tolerance,
    weight_bytes,
    window_scores,
)
from lowsr_tradeoff.deploy.model.onnx_export import NormalisedNetwork, to_onnx
from lowsr_tradeoff.deploy.model.predict import load_model
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.mel import lay_out
from lowsr_tradeoff.learning.networks.yamnet import patches_of as yamnet_patches

ONE_COLUMN = replace(lay_out(1000, "native", 1.0), mel_bands=1, n_frames=2)
SCALE, ZERO_POINT = np.float32(0.5), np.int8(-3)


def graph(nodes, outputs=("scores",)):
    """A network of one level per image, as quantised ones begin."""
    level = helper.make_tensor_value_info("log_mel", onnx.TensorProto.FLOAT, ["n", 1, 1, 1])
    said = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in outputs]
    constants = {"mean": np.float32(-6), "std": np.float32(2), "scale": SCALE, "zero": ZERO_POINT}
    held = [numpy_helper.from_array(np.array(value), name) for name, value in constants.items()]
    made = helper.make_graph(
        [helper.make_node(op, inputs, [out]) for op, inputs, out in nodes], "g", [level], said, held
    )
    opset = helper.make_opsetid("", 18)
    return helper.make_model(made, opset_imports=[opset], ir_version=9).SerializeToString()


QUANTISED = (
    ("Shape", ["log_mel"], "shape"),
    ("Sub", ["log_mel", "mean"], "less"),
    ("Div", ["less", "std"], "level"),
    ("QuantizeLinear", ["level", "scale", "zero"], "steps"),
    ("DequantizeLinear", ["steps", "scale", "zero"], "scores"),
)


def test_the_input_quantisation_is_the_one_after_the_level_is_removed():
    assert input_quantisation(graph(QUANTISED)) == (0.5, -3)


def test_it_is_found_behind_changes_of_shape_alone():
    """YAMNet's images are not normalised, and its patches are cut inside of it."""
    bare = (
        ("Unsqueeze", ["log_mel", "axes"], "wider"),
        ("Reshape", ["wider", "sides"], "level"),
        *QUANTISED[3:],
    )
    assert input_quantisation(graph(bare)) == (0.5, -3)


def test_a_network_in_float_is_told():
    with pytest.raises(StageError, match="does not quantise its input"):
        input_quantisation(graph((("Sub", ["log_mel", "mean"], "less"), ("Relu", ["less"], "scores"))))


def test_weights_are_all_constants():
    assert weight_bytes(graph(QUANTISED)) == 4 + 4 + 4 + 1


def test_scores_of_levels_between_two_steps_move_by_one_and_no_more():
    images = np.full((8, 1, 1), -6 + 2 * 0.25, np.float32)
    assert score_tolerance(graph(QUANTISED), images, ONE_COLUMN, 1.0, 0) == 0.5
    at_a_step = np.full((8, 1, 1), -6.0, np.float32)
    assert score_tolerance(graph(QUANTISED), at_a_step, ONE_COLUMN, 0.9, 0) == 0.0


def test_the_patches_are_those_that_the_network_was_trained_on():
    layout = lay_out(16000, "shared", 3.0, "yamnet")
    images = np.random.default_rng(0).standard_normal((2, *layout.image)).astype(np.float32)
    trained_on = yamnet_patches(torch.from_numpy(images)[:, None]).numpy()
    np.testing.assert_array_equal(patches_of(images, layout), trained_on.reshape(-1, 64, 96))


def test_a_window_of_patches_scores_as_the_whole_image():
    """In float to rounding: what is delivered reads patches, what was trained their mean."""
    small = package(network="yamnet_256", grid="shared", clip_s=2.0)
    layout, network = small.settings.layout, load_model(small).network
    images = np.random.default_rng(1).standard_normal((3, *layout.image)).astype(np.float32)
    body = NormalisedNetwork(network, small.settings.scale_mean, small.settings.scale_std).eval()
    with torch.inference_mode():
        whole = body(torch.from_numpy(images[:, None])).numpy()
    in_parts = window_scores(to_onnx(body, patches_of(images, layout), {}), images, layout)
    np.testing.assert_allclose(in_parts, whole, rtol=1e-4, atol=1e-4)
