"""A trained network as ONNX, in float and in int8: log-mel images in, class scores out.

The host computes the image with its own FFT, which is hard to express as a graph. The graph normalises the image.
"""

import copy
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lowsr_tradeoff.deploy.model.model_settings import ModelSettings
from lowsr_tradeoff.deploy.model.predict import Model
from lowsr_tradeoff.errors import MissingResourceError, StageError
from lowsr_tradeoff.files.writing import write_atomic

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]

INPUT, OUTPUT = "log_mel", "scores"
TOLERANCE = 1e-4
N_COMPARED = 8
BATCH = 32
EXTRA = ("onnx", "onnxruntime", "onnxscript")
# What the host must know to make the image and to read the scores.
METADATA = {"network", "classes", "rate_hz", "grid", "clip_s", "front_end", "arm", "made_by"}

Images = NDArray[np.float32]
Logits = NDArray[np.float32]


class NormalisedNetwork(nn.Module):
    """A network with the normalisation of its input: ``(n, 1, bands, frames)`` → ``(n, n_classes)``."""

    def __init__(self, network: nn.Module, mean: float, std: float) -> None:
        super().__init__()
        self.network, self.mean, self.std = network, mean, std

    def forward(self, images: Tensor) -> Tensor:
        """Return class scores."""
        scores: Tensor = self.network((images - self.mean) / self.std)
        return scores


def export_onnx(model: Model, path: Path, image: tuple[int, int] | None = None) -> float:
    """Write the network as ONNX and return how far its scores are from torch's, relative to the largest.

    Both are computed on random images. The input is ``log_mel``, the output ``scores``, for any number of images of
    (bands, frames), by default those of a whole window.

    Raises:
        MissingResourceError: The extra ``onnx`` is not installed.
        StageError: The scores differ by more than 1e-4.
    """
    require_onnx()
    settings = model.settings
    network = NormalisedNetwork(model.network, settings.scale_mean, settings.scale_std).eval()
    images = _random_images(settings, image or settings.layout.image)
    onnx_bytes = to_onnx(network, images, {"lowsr_tradeoff": settings.model_dump_json(include=METADATA)})
    with torch.inference_mode():
        expected = network(torch.from_numpy(images[:, None])).numpy()
    found = class_scores(open_session(onnx_bytes), images)
    difference = float(np.abs(found - expected).max() / max(1.0, float(np.abs(expected).max())))
    if not difference <= TOLERANCE:
        raise StageError(
            f"{path}: not written: its scores differ from torch's by {difference:.1e}, more than {TOLERANCE:g}; "
            "update onnx and onnxruntime"
        )
    write_atomic(path, onnx_bytes)
    return difference


def quantise(float_model: bytes, images: Images) -> bytes:
    """Return an ONNX network in int8, with its ranges set by calibration images, ``(n, bands, frames)``.

    Weights are per channel, activations per tensor. Operators without an int8 form run in float.
    """
    require_onnx()
    import onnx  # noqa: PLC0415 - an extra
    from onnxruntime import quantization  # noqa: PLC0415 - an extra

    batches = ({INPUT: batch} for batch in _batches(images))
    reader = SimpleNamespace(get_next=lambda: next(batches, None))
    with _quiet(), TemporaryDirectory() as folder:
        target, graph = Path(folder, "int8.onnx"), onnx.load_from_string(float_model)
        pairs = quantization.QuantFormat.QDQ
        quantization.quantize_static(graph, target, reader, quant_format=pairs, per_channel=True)
        return target.read_bytes()


def open_session(onnx_bytes: bytes) -> "InferenceSession":
    """Return a session on one thread for an ONNX network."""
    import onnxruntime  # noqa: PLC0415 - an extra

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(onnx_bytes, options, providers=["CPUExecutionProvider"])


def class_scores(session: "InferenceSession", images: Images) -> Logits:
    """Return the class scores of images. Shape ``(n, bands, frames)`` → ``(n, n_classes)``."""
    return np.concatenate([session.run([OUTPUT], {INPUT: batch})[0] for batch in _batches(images)])


def require_onnx() -> None:
    """Raise a :class:`MissingResourceError`, with the command to install it, where the extra is missing."""
    if absent := [name for name in EXTRA if find_spec(name) is None]:
        raise MissingResourceError(
            f"{', '.join(absent)}: not installed; exports need them: pip install 'lowsr-tradeoff[onnx]'"
        )


def to_onnx(network: NormalisedNetwork, images: Images, metadata: Mapping[str, str]) -> bytes:
    """Return a network, in evaluation mode, as ONNX; ``images`` are two or more of those it takes."""
    from onnxscript import opset18  # noqa: PLC0415 - an extra

    def global_max(maps: Any, output_size: Any) -> tuple[Any, Any]:  # noqa: ANN401, ARG001 - of torch's registry
        """Every such pooling here is to one value. Torch has no translation; nobody reads the second output."""
        pooled = opset18.GlobalMaxPool(maps)
        return pooled, pooled

    # In channels-last layout the pooling becomes gathers by computed shapes, which microcontrollers cannot run.
    contiguous = copy.deepcopy(network).to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    with _quiet():
        program = torch.onnx.export(
            contiguous,
            (torch.from_numpy(images[:2, None].astype(np.float32)),),
            dynamo=True,
            verbose=False,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_shapes=({0: torch.export.Dim("n")},),
            custom_translation_table={torch.ops.aten.adaptive_max_pool2d.default: global_max},
        )
    if program is None:
        raise StageError("torch.onnx.export returned no program")
    graph = program.model_proto
    # Beside every operator and value torch keeps stack traces, with the paths of this machine.
    for part in (*graph.graph.node, *graph.graph.value_info, *graph.graph.initializer, *graph.functions):
        part.ClearField("metadata_props")
    for name, value in metadata.items():
        graph.metadata_props.add(key=name, value=value)
    onnx_bytes: bytes = graph.SerializeToString(deterministic=True)
    return onnx_bytes


def _random_images(settings: ModelSettings, image: tuple[int, int]) -> Images:
    rng = np.random.default_rng(settings.seed)
    values = rng.standard_normal((N_COMPARED, *image))
    return (settings.scale_mean + settings.scale_std * values).astype(np.float32)


def _batches(images: Images) -> Iterator[Images]:
    return (images[i : i + BATCH, None].astype(np.float32) for i in range(0, len(images), BATCH))


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the exporters' warnings about packages that are not used here."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logging.disable(disabled)
