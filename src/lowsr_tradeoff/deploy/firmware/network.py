"""The int8 network: made of a package, and what a host must know of its input and output."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from lowsr_tradeoff.deploy.model.onnx_export import INPUT, Images, Logits, class_scores, export_onnx, open_session
from lowsr_tradeoff.deploy.model.package import Package
from lowsr_tradeoff.deploy.model.predict import load_model
from lowsr_tradeoff.deploy.model.quantisation import quantise_on_sample
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.mel import Layout

N_TRIALS = 4


def int8_network(package: Package, images: Images) -> bytes:
    """Return the network of a package as ONNX in int8, its ranges set by the images that it was trained on.

    It reads one patch of an image.
    """
    layout = package.settings.layout
    with TemporaryDirectory() as folder:
        in_float = Path(folder, "float.onnx")
        export_onnx(load_model(package), in_float, layout.patch)
        return quantise_on_sample(in_float.read_bytes(), patches_of(images, layout), package.settings.seed)


def patches_of(images: Images, layout: Layout) -> Images:
    """Return the parts of images that the network reads by themselves, image after image.

    Shape ``(n, bands, frames)`` → ``(n * n_patches, *layout.patch)``.
    """
    columns = layout.patch[1]
    patches = np.stack([images[..., start : start + columns] for start in layout.starts], axis=1)
    return patches.reshape(-1, *layout.patch)


def window_scores(network: bytes, images: Images, layout: Layout) -> Logits:
    """Return the scores of windows, each the mean of its patches'.

    Shape ``(n, bands, frames)`` → ``(n, n_classes)``.
    The head is affine, so the mean of scores is the score of the mean embedding, which was trained.
    """
    scores = class_scores(open_session(network), patches_of(images, layout))
    means: Logits = scores.reshape(len(images), -1, scores.shape[1]).mean(axis=1)
    return means


def input_quantisation(network: bytes) -> tuple[float, int]:
    """Return scale and zero point of the network's input, which is quantised after its normalisation."""
    graph = _graph(network)
    values, name = _constants(graph), INPUT
    while node := _reader(graph, name):
        if node.op_type == "QuantizeLinear":
            _, scale, zero_point = node.input
            return float(values[scale]), int(values[zero_point])
        name = node.output[0]
    raise StageError("the int8 network does not quantise its input; update onnx and onnxruntime")


def weight_bytes(network: bytes) -> int:
    """Return the bytes of all constants of an ONNX network: weights, biases, scales."""
    return sum(values.nbytes for values in _constants(_graph(network)).values())


def score_tolerance(network: bytes, images: Images, layout: Layout, step: float, seed: int) -> float:
    """Return how far scores move when every level moves by up to half a step of the network's input.

    Two correct runtimes may differ by that much through rounding. ``step`` has the unit of the levels.
    """
    rng = np.random.default_rng(seed)
    scores, largest = window_scores(network, images, layout), 0.0
    for _ in range(N_TRIALS):
        moved = images + step * (rng.random(images.shape, np.float32) - np.float32(0.5))
        largest = max(largest, float(np.abs(window_scores(network, moved, layout) - scores).max()))
    return largest


def _graph(network: bytes) -> Any:  # noqa: ANN401 - onnx types nothing
    import onnx  # noqa: PLC0415 - an extra

    return onnx.load_from_string(network).graph


def _constants(graph: Any) -> dict[str, Any]:  # noqa: ANN401 - onnx types nothing
    from onnx import numpy_helper  # noqa: PLC0415 - an extra

    return {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}


def _reader(graph: Any, name: str) -> Any:  # noqa: ANN401 - onnx types nothing
    """Return the operator that normalises, shapes or quantises a value."""
    passed = {"Sub", "Div", "Reshape", "Unsqueeze", "QuantizeLinear"}
    readers = (node for node in graph.node if node.op_type in passed)
    return next((node for node in readers if node.input[0] == name), None)
