"""A trained network for other runtimes: from log-mel image to class scores, in float and in int8.

The log-mel image stays the host's work: an FFT is a library call everywhere and an awkward graph. The level of the
training images is removed inside the graph, so the host needs no constants of the model.
"""

import copy
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lowsr_tradeoff.deploy.model.model_settings import ModelSettings
from lowsr_tradeoff.deploy.model.predict import Model
from lowsr_tradeoff.errors import MissingResourceError, StageError
from lowsr_tradeoff.files.writing import write_atomic
from lowsr_tradeoff.learning.mel import lay_out

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]

INPUT, OUTPUT = "log_mel", "scores"
TOLERANCE = 1e-4
N_COMPARED = 8
BATCH = 32
EXTRA = ("onnx", "onnxruntime", "onnxscript")

Images = NDArray[np.float32]
Logits = NDArray[np.float32]


class Body(nn.Module):
    """A network that takes images as the front end makes them."""

    def __init__(self, network: nn.Module, mean: float, std: float) -> None:
        super().__init__()
        self.network, self.mean, self.std = network, mean, std

    def forward(self, images: Tensor) -> Tensor:
        """Return class scores.

        Shape:
            ``(n, 1, bands, frames)`` → ``(n, n_classes)``.
        """
        scores: Tensor = self.network((images - self.mean) / self.std)
        return scores


def export_onnx(model: Model, path: Path) -> float:
    """Write the network as ONNX and return how far its scores are from torch's, relative to the largest.

    Compared on drawn images of the level that it was trained at.

    Args:
        model: From :func:`predict.load_model`.
        path: The file to write. Its input is ``log_mel``, its output ``scores``, for any number of images.

    Raises:
        MissingResourceError: The extra ``onnx`` is not installed.
        StageError: The scores differ by more than 1e-4.
    """
    require_onnx()
    settings = model.settings
    body = Body(model.network, settings.scale_mean, settings.scale_std).eval()
    compared = _drawn_images(settings)
    packed = pack(body, compared, _facts(settings))
    with torch.inference_mode():
        expected = body(torch.from_numpy(compared[:, None].astype(np.float32))).numpy()
    found = scores(open_session(packed), compared)
    difference = float(np.abs(found - expected).max() / max(1.0, float(np.abs(expected).max())))
    if not difference <= TOLERANCE:
        raise StageError(
            f"{path}: not written: its scores differ from torch's by {difference:.1e}, more than {TOLERANCE:g}; "
            "update onnx and onnxruntime"
        )
    write_atomic(path, packed)
    return difference


def quantise(float_model: bytes, images: Images) -> bytes:
    """Return an ONNX network in int8, its ranges set by some images.

    Weights per channel, activations per tensor, quantise/dequantise pairs around every operator that has an int8
    form: the rest runs in float.

    Args:
        float_model: An ONNX network, from :func:`pack`.
        images: What the network hears in use. Shape ``(n, bands, frames)``.

    Raises:
        MissingResourceError: The extra ``onnx`` is not installed.
    """
    require_onnx()
    import onnx  # noqa: PLC0415 - an extra
    from onnxruntime import quantization  # noqa: PLC0415 - an extra

    class Reader(quantization.CalibrationDataReader):  # type: ignore[misc] # the library types nothing
        """Hands out the images, batch by batch."""

        def __init__(self) -> None:
            self.batches = _batches(images)

        def get_next(self) -> dict[str, Images] | None:
            batch = next(self.batches, None)
            return None if batch is None else {INPUT: batch}

    with _quiet(), TemporaryDirectory() as folder:
        target, graph = Path(folder, "int8.onnx"), onnx.load_from_string(float_model)
        pairs = quantization.QuantFormat.QDQ
        quantization.quantize_static(graph, target, Reader(), quant_format=pairs, per_channel=True)
        return target.read_bytes()


def open_session(packed: bytes) -> "InferenceSession":
    """Return a session on one thread for an ONNX network."""
    import onnxruntime  # noqa: PLC0415 - an extra

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(packed, options, providers=["CPUExecutionProvider"])


def scores(session: "InferenceSession", images: Images) -> Logits:
    """Return the class scores of images. Shape ``(n, bands, frames)`` → ``(n, n_classes)``."""
    return np.concatenate([session.run([OUTPUT], {INPUT: batch})[0] for batch in _batches(images)])


def require_onnx() -> None:
    """Do nothing where the extra is installed.

    Raises:
        MissingResourceError: It is not; the message has the command that installs it.
    """
    if absent := [name for name in EXTRA if find_spec(name) is None]:
        raise MissingResourceError(
            f"{', '.join(absent)}: not installed; exports need them: pip install 'lowsr-tradeoff[onnx]'"
        )


def pack(body: Body, images: Images, facts: Mapping[str, str]) -> bytes:
    """Return a network as ONNX.

    Args:
        body: In evaluation.
        images: Two or more, whose shape it will take. Shape ``(n, bands, frames)``.
        facts: Put into the file for whoever opens it.
    """
    from onnxscript import opset18  # noqa: PLC0415 - an extra

    def global_max(maps: Any, output_size: Any) -> tuple[Any, Any]:  # noqa: ANN401, ARG001 - of torch's registry
        """Every such pooling here is to one value. Torch has no translation; nobody reads the second output."""
        pooled = opset18.GlobalMaxPool(maps)
        return pooled, pooled

    # Laid out for training, the pooling becomes gathers by computed shapes, which microcontrollers cannot take.
    plain = copy.deepcopy(body).to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    with _quiet():
        program = torch.onnx.export(
            plain,
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
    for name, value in facts.items():
        graph.metadata_props.add(key=name, value=value)
    packed: bytes = graph.SerializeToString(deterministic=True)
    return packed


def _facts(settings: ModelSettings) -> dict[str, str]:
    """What the host must know to make the image and read the scores."""
    kept = {"network", "classes", "rate_hz", "grid", "clip_s", "front_end", "arm", "made_by"}
    return {"lowsr_tradeoff": settings.model_dump_json(include=kept)}


def _drawn_images(settings: ModelSettings) -> Images:
    features = settings.features
    image = lay_out(
        settings.rate_hz, settings.grid, settings.clip_s, features.front, as_published=settings.as_published
    ).image
    rng = np.random.default_rng(settings.seed)
    drawn = settings.scale_mean + settings.scale_std * rng.standard_normal((N_COMPARED, *image))
    return drawn.astype(np.float32)


def _batches(images: Images) -> Iterator[Images]:
    return (images[i : i + BATCH, None].astype(np.float32) for i in range(0, len(images), BATCH))


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporters warn of packages that play no part here."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx._internal.exporter._registration", "root")]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
