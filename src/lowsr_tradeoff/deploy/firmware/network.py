"""The int8 network: made of a package, and what a host must know of its first and last step."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from lowsr_tradeoff.deploy.model.onnx_export import INPUT, Images, export_onnx, open_session, quantise, scores
from lowsr_tradeoff.deploy.model.package import Package
from lowsr_tradeoff.deploy.model.predict import load_model
from lowsr_tradeoff.deploy.model.quantisation import drawn
from lowsr_tradeoff.errors import StageError

N_TRIED = 4


def int8_network(package: Package, images: Images) -> bytes:
    """Return the network of a package as ONNX in int8, its ranges set by images that it was trained on.

    Args:
        package: The network.
        images: What it was trained on. Shape ``(n, bands, frames)``.

    Raises:
        MissingResourceError: The extra ``onnx`` is not installed.
        StageError: The network in float does not answer as torch's.
    """
    with TemporaryDirectory() as folder:
        in_float = Path(folder, "float.onnx")
        export_onnx(load_model(package), in_float)
        return quantise(in_float.read_bytes(), images[drawn(np.arange(len(images)), package.settings.seed)])


def first_step(network: bytes) -> tuple[float, int]:
    """Return scale and zero point that the network's input is quantised with, once its level is removed.

    Raises:
        StageError: The input is not quantised.
    """
    import onnx  # noqa: PLC0415 - an extra

    graph = onnx.load_from_string(network).graph
    values = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    name = INPUT
    while node := _reader(graph, name):
        if node.op_type == "QuantizeLinear":
            _, scale, zero_point = node.input
            return float(values[scale]), int(values[zero_point])
        name = node.output[0]
    raise StageError("the int8 network does not quantise its input; update onnx and onnxruntime")


def weight_bytes(network: bytes) -> int:
    """Return the bytes of all constants of an ONNX network: weights, biases, scales."""
    import onnx  # noqa: PLC0415 - an extra

    graph = onnx.load_from_string(network).graph
    return sum(onnx.numpy_helper.to_array(tensor).nbytes for tensor in graph.initializer)


def score_tolerance(network: bytes, images: Images, step: float, seed: int) -> float:
    """Return how far scores move when every level moves by up to half of the network's input step.

    Two runtimes that round as they may differ by no less: what is beyond it is an error.

    Args:
        network: In int8.
        images: To try. Shape ``(n, bands, frames)``.
        step: Of the input, in the unit of the levels.
        seed: Of the movements.
    """
    session, rng = open_session(network), np.random.default_rng(seed)
    at_rest, most = scores(session, images), 0.0
    for _ in range(N_TRIED):
        moved = images + step * (rng.random(images.shape, np.float32) - np.float32(0.5))
        most = max(most, float(np.abs(scores(session, moved) - at_rest).max()))
    return most


def _reader(graph: Any, name: str) -> Any:  # noqa: ANN401 - onnx types nothing
    """The operator that removes the level of a value, or that quantises it."""
    readers = (node for node in graph.node if node.op_type in {"Sub", "Div", "QuantizeLinear"})
    return next((node for node in readers if node.input[0] == name), None)
