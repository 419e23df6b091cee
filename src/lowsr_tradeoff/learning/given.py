"""Networks of other makers, as ONNX or TensorFlow Lite files: run as they are, and counted operator by operator."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.errors import ConfigError, DataError, MissingResourceError
from lowsr_tradeoff.learning.log_mel import band_levels
from lowsr_tradeoff.learning.mel import SHARED_RATE_HZ, Layout, fit_length, lay_out, periodic_hann
from lowsr_tradeoff.learning.yamnet_log_mel import yamnet_log_mel
from lowsr_tradeoff.records.network import Grid
from lowsr_tradeoff.settings.given import GivenNetwork, MelNumbers

Values = NDArray[np.float32]

ONNX, TFLITE = ".onnx", ".tflite"
OPEN = "the file leaves the length of its input open; say window_s in its TOML"


@dataclass(frozen=True)
class Counted:
    """What one run of a network computes and holds.

    Attributes:
        macs: Multiply-accumulates by operator, as :func:`lowsr_tradeoff.learning.cost.macs` names them.
        parameters: Constants of convolutions and linear layers.
        activations: Most values that one operator reads and writes.
    """

    macs: Mapping[str, int]
    parameters: int
    activations: int


@dataclass(frozen=True)
class Opened:
    """A network ready to run.

    Attributes:
        shape: Of its input, one window.
        run: From one window, of that shape, to all its outputs.
        counted: What one run computes.
    """

    shape: tuple[int, ...]
    run: Callable[[Values], Sequence[Values]]
    counted: Counted


def open_network(path: Path, said: GivenNetwork) -> Opened:
    """Return a network ready to run on one thread.

    Raises:
        MissingResourceError: It cannot be read, or what reads it is not installed.
        DataError: It is broken, has several inputs, or no output of as many values as there are classes.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MissingResourceError(f"{path}: cannot be read ({error.strerror}); check --network") from error
    n_open = round(said.window_s * said.rate_hz) if said.window_s and said.input == "waveform" else None
    try:
        opened = _onnx(content, n_open) if path.suffix == ONNX else _tflite(content, n_open)
        outputs = opened.run(np.zeros(opened.shape, np.float32))
    except (MissingResourceError, ConfigError) as error:
        raise type(error)(f"{path}: {error}") from error
    except Exception as error:  # what the runtimes raise of a broken file has no class in common
        raise DataError(f"{path}: is no network that runs here ({error}); export it again") from error
    sizes = [output.size for output in outputs]
    if len(said.classes) not in sizes:
        raise DataError(
            f"{path}: gives {' or '.join(map(str, sizes))} values, but its TOML names {len(said.classes)} classes"
        )
    if said.input == "log_mel" and sorted(_sides(opened.shape)) != sorted(_sides(image_of(said))):
        raise DataError(
            f"{path}: takes an input of {opened.shape}, but its TOML describes {image_of(said)} bands and frames"
        )
    return opened


def image_of(said: GivenNetwork) -> tuple[int, int]:
    """Return bands and frames of one log-mel input."""
    match said.front_end:
        case MelNumbers() as numbers:
            n_samples = round((said.window_s or 0) * said.rate_hz)
            reach = 0 if numbers.is_centred else numbers.frame
            return numbers.bands, (n_samples - reach) // numbers.hop + 1
        case _:
            return layout_of(said).image


def layout_of(said: GivenNetwork) -> Layout:
    """Return the layout of an input that a network of this project reads."""
    grid: Grid = "shared" if said.rate_hz == SHARED_RATE_HZ else "native"
    return lay_out(said.rate_hz, grid, said.window_s or 0.0, "yamnet" if said.front_end == "yamnet" else "compact")


def class_scores(opened: Opened, said: GivenNetwork, heard: Samples) -> Values:
    """Return the mean score of a sound's windows, which lie evenly over it. Shape ``(n_classes,)``."""
    n_window = window_samples(opened, said)
    scores = [_one(opened, said, fit_length(heard[at:], n_window)) for at in window_starts(len(heard), n_window)]
    mean: Values = np.stack(scores).mean(axis=0, dtype=np.float64).astype(np.float32)
    return mean


def window_samples(opened: Opened, said: GivenNetwork) -> int:
    """Return the samples that one run hears."""
    return math.prod(opened.shape) if said.input == "waveform" else round((said.window_s or 0) * said.rate_hz)


def window_starts(n_samples: int, n_window: int) -> tuple[int, ...]:
    """Return the first samples of a sound's windows, as many as its length is nearest to.

    >>> window_starts(5, 10), window_starts(25, 10)
    ((0,), (0, 15))
    """
    n = max(1, round(n_samples / n_window))
    last = max(0, n_samples - n_window)
    return tuple(round(i * last / max(1, n - 1)) for i in range(n))


def _one(opened: Opened, said: GivenNetwork, window: Samples) -> Values:
    outputs = opened.run(_shaped(opened.shape, window if said.input == "waveform" else _image(said, window)))
    return next(output.ravel() for output in outputs if output.size == len(said.classes))


def _image(said: GivenNetwork, window: Samples) -> Values:
    match said.front_end:
        case MelNumbers() as numbers:
            return mel_levels(window, said.rate_hz, numbers)
        case "yamnet":
            return yamnet_log_mel(window, layout_of(said))
        case _:
            return band_levels(window, said.rate_hz, layout_of(said))


def mel_levels(x: Samples, rate_hz: int, said: MelNumbers) -> Values:
    """Return log-mel bands as the numbers say. Shape ``(n_samples,)`` → ``(bands, frames)``."""
    from torchaudio.functional import melscale_fbanks  # noqa: PLC0415 - brings torch, which planning does without

    if said.is_centred:
        x = np.pad(x, said.frame // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(x, said.frame)[:: said.hop]
    content = np.abs(rfft(frames * periodic_hann(said.frame), said.fft_size))
    content = np.square(content) if said.of == "power" else content
    norm = "slaney" if said.has_unit_area else None
    n_bins = said.fft_size // 2 + 1
    bank = melscale_fbanks(n_bins, said.low_hz, said.high_hz, said.bands, rate_hz, norm, said.mel).numpy()
    level = np.log(np.maximum(content @ bank + said.offset, said.floor))
    scale = 10 / math.log(10) if said.log == "decibels" else 1.0
    return np.ascontiguousarray((scale * level).T.astype(np.float32))


def _shaped(shape: tuple[int, ...], values: Values) -> Values:
    """Return an input in the file's shape; an image is turned where its sides are the other way round."""
    if values.ndim == 2 and _sides(shape) != _sides(values.shape):
        values = values.T
    return np.ascontiguousarray(values.reshape(shape), np.float32)


def _sides(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(side for side in shape if side != 1)


def _closed(shape: Sequence[int], n_open: int | None) -> tuple[int, ...]:
    """The input of one window: the first open side is the number of inputs, another one the samples."""
    is_batched = len(shape) > 1
    known = [1 if side <= 0 and at == 0 and is_batched else side for at, side in enumerate(shape)]
    if any(side <= 0 for side in known) and n_open is None:
        raise ConfigError(OPEN)
    return tuple(n_open if side <= 0 and n_open else side for side in known)


def _onnx(content: bytes, n_open: int | None) -> Opened:
    import onnxruntime  # type: ignore[import-untyped]  # noqa: PLC0415 - only for networks of others

    if find_spec("onnx") is None:
        raise MissingResourceError(
            "onnx: not installed; its cost is counted by it: pip install 'lowsr-tradeoff[onnx]'"
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    (read,) = session.get_inputs()
    shape = _closed([side if isinstance(side, int) else -1 for side in read.shape], n_open)
    return Opened(shape, lambda x: session.run(None, {read.name: x}), _count_onnx(content, shape))


def _count_onnx(content: bytes, shape: tuple[int, ...]) -> Counted:
    import onnx  # noqa: PLC0415 - an extra

    model = onnx.load_from_string(content)
    for side, value in zip(model.graph.input[0].type.tensor_type.shape.dim, shape, strict=True):
        side.dim_value = value
    graph = onnx.shape_inference.infer_shapes(model).graph
    constants = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    known = {
        one.name: tuple(side.dim_value or 1 for side in one.type.tensor_type.shape.dim)
        for one in (*graph.input, *graph.value_info, *graph.output)
    }
    sources = {node.output[0]: node for node in graph.node}
    counts: Counter[str] = Counter()
    for node in graph.node:
        kernel = next((k for name in node.input[1:2] if (k := _kernel(name, constants, sources))), None)
        if node.op_type in ONNX_OPERATORS and kernel and node.output[0] in known:
            counts.update(_macs_onnx(node, kernel, known[node.output[0]]))
    held = [
        sum(
            math.prod(known[name])
            for name in {*node.input, *node.output}
            if name in known and name not in constants
        )
        for node in graph.node
        if node.op_type not in {"QuantizeLinear", "DequantizeLinear", "Relu", "Clip"}
    ]
    return Counted(dict(counts), sum(math.prod(side) for side in constants.values()), max(held))


ONNX_OPERATORS = ("Conv", "Gemm", "MatMul")


def _kernel(
    name: str, constants: Mapping[str, tuple[int, ...]], sources: Mapping[str, Any]
) -> tuple[int, ...] | None:
    """The shape of a constant, also behind operators that only scale or copy it."""
    while name not in constants and name in sources and sources[name].input:
        name = sources[name].input[0]
    return constants.get(name)


def _macs_onnx(node: Any, kernel: tuple[int, ...], written: tuple[int, ...]) -> dict[str, int]:  # noqa: ANN401 - untyped
    if node.op_type == "Conv":
        groups = next((one.i for one in node.attribute if one.name == "group"), 1)
        return {"conv" if groups == 1 else "depthwise": math.prod(written) * math.prod(kernel[1:])}
    is_turned = any(one.name == "transB" and one.i for one in node.attribute)
    return {"linear": math.prod(written) * kernel[-1 if is_turned else -2]}


def _tflite(content: bytes, n_open: int | None) -> Opened:
    if find_spec("ai_edge_litert") is None:
        raise MissingResourceError(
            "ai-edge-litert: not installed; install it: pip install 'lowsr-tradeoff[tflite]'"
        )
    from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415 - an extra

    interpreter = Interpreter(model_content=content, num_threads=1)
    (read,) = interpreter.get_input_details()
    shape = _closed([int(side) for side in read["shape_signature"]], n_open)
    interpreter.resize_tensor_input(read["index"], shape)
    interpreter.allocate_tensors()

    def run(x: Values) -> list[Values]:
        interpreter.set_tensor(read["index"], _quantised(x, read))
        interpreter.invoke()
        return [_as_float(interpreter.get_tensor(one["index"]), one) for one in interpreter.get_output_details()]

    return Opened(shape, run, _count_tflite(content, interpreter))


def _quantised(x: Values, detail: Mapping[str, Any]) -> NDArray[Any]:
    scale, zero = detail["quantization"]
    if not scale:
        return x.astype(detail["dtype"])
    ends = np.iinfo(detail["dtype"])
    quantised: NDArray[Any] = np.rint(x / scale + zero).clip(ends.min, ends.max).astype(detail["dtype"])
    return quantised


def _as_float(x: NDArray[Any], detail: Mapping[str, Any]) -> Values:
    scale, zero = detail["quantization"]
    return ((x.astype(np.float32) - zero) * scale).astype(np.float32) if scale else x.astype(np.float32)


def _count_tflite(content: bytes, interpreter: Any) -> Counted:  # noqa: ANN401 - untyped
    """Shapes are those of the interpreter, which knows them once the input is of one window."""
    import tflite  # noqa: PLC0415 - only for networks of others

    model = tflite.Model.GetRootAsModel(content, 0)
    graph, kinds = model.Subgraphs(0), tflite.BuiltinOperator
    shapes = {one["index"]: tuple(map(int, one["shape"])) for one in interpreter.get_tensor_details()}
    is_constant = {
        i: model.Buffers(graph.Tensors(i).Buffer()).DataLength() > 0 for i in range(graph.TensorsLength())
    }
    counts: Counter[str] = Counter()
    parameters, held = 0, [0]
    for number in range(graph.OperatorsLength()):
        operator = graph.Operators(number)
        kind = model.OperatorCodes(operator.OpcodeIndex()).BuiltinCode()
        read, written = list(operator.InputsAsNumpy()), list(operator.OutputsAsNumpy())
        held.append(sum(math.prod(shapes[i]) for i in {*read, *written} if i in shapes and not is_constant[i]))
        if kind in {kinds.CONV_2D, kinds.DEPTHWISE_CONV_2D, kinds.FULLY_CONNECTED}:
            kernel, n_out = shapes[read[1]], math.prod(shapes[written[0]])
            parameters += sum(math.prod(shapes[i]) for i in read[1:] if i in shapes)
            inner = {
                kinds.CONV_2D: kernel[1:],
                kinds.DEPTHWISE_CONV_2D: kernel[1:3],
                kinds.FULLY_CONNECTED: kernel[-1:],
            }
            names = {kinds.CONV_2D: "conv", kinds.DEPTHWISE_CONV_2D: "depthwise", kinds.FULLY_CONNECTED: "linear"}
            counts[names[kind]] += n_out * math.prod(inner[kind])
    return Counted(dict(counts), parameters, max(held))
