"""What a host must know of an int8 network, on graphs small enough to know it by hand."""

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from lowsr_tradeoff.deploy.firmware.network import input_quantisation, score_tolerance, weight_bytes
from lowsr_tradeoff.errors import StageError

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


def test_a_network_in_float_is_told():
    with pytest.raises(StageError, match="does not quantise its input"):
        input_quantisation(graph((("Sub", ["log_mel", "mean"], "less"), ("Relu", ["less"], "scores"))))


def test_weights_are_all_constants():
    assert weight_bytes(graph(QUANTISED)) == 4 + 4 + 4 + 1


def test_scores_of_levels_between_two_steps_move_by_one_and_no_more():
    images = np.full((8, 1, 1), -6 + 2 * 0.25, np.float32)
    assert score_tolerance(graph(QUANTISED), images, 1.0, 0) == 0.5
    at_a_step = np.full((8, 1, 1), -6.0, np.float32)
    assert score_tolerance(graph(QUANTISED), at_a_step, 0.9, 0) == 0.0
