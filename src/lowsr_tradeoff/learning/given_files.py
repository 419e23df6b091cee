"""Networks of other makers as ONNX or TensorFlow Lite: opened, and counted operator by operator."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.errors import ConfigError, MissingResourceError

Values = NDArray[np.float32]

ONNX_OPERATORS = ("Conv", "Gemm", "MatMul")
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


def open_onnx(content: bytes, n_open: int | None) -> Opened:
    """Return a network in ONNX; ``n_open`` is the length of an input that the file leaves open."""
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


def open_tflite(content: bytes, n_open: int | None) -> Opened:
    """Return a network in TensorFlow Lite, as :func:`open_onnx` does."""
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


def _closed(shape: Sequence[int], n_open: int | None) -> tuple[int, ...]:
    """The input of one window: the first open side is the number of inputs, another one the samples."""
    is_batched = len(shape) > 1
    known = [1 if side <= 0 and at == 0 and is_batched else side for at, side in enumerate(shape)]
    if any(side <= 0 for side in known) and n_open is None:
        raise ConfigError(OPEN)
    return tuple(n_open if side <= 0 and n_open else side for side in known)
