"""Files as Google and STMicroelectronics publish them, small or whole, with weights that a test knows."""

from dataclasses import dataclass

import flatbuffers
import h5py
import numpy as np
import tflite

CONVOLUTION, DEPTHWISE = tflite.BuiltinOperator.CONV_2D, tflite.BuiltinOperator.DEPTHWISE_CONV_2D
LINEAR = tflite.BuiltinOperator.FULLY_CONNECTED


@dataclass(frozen=True)
class Stored:
    """A layer of a TFLite file: its operator, int8 kernel with the axis of its channels, and the scale of each."""

    kind: int
    kernel: np.ndarray
    axis: int
    scale: np.ndarray
    bias: np.ndarray

    @property
    def values(self):
        """The kernel in float, by the format's definition: scale times number, the zero point being zero."""
        shape = [1] * self.kernel.ndim
        shape[self.axis] = -1
        return self.kernel.astype(np.float64) * self.scale.reshape(shape)


def stored_layer(kind, shape, rng):
    """Shapes as TFLite has them: (out, h, w, in), depthwise (1, h, w, channels), linear (out, in)."""
    axis = len(shape) - 1 if kind == DEPTHWISE else 0
    n = shape[axis]
    kernel = rng.integers(-127, 128, shape).astype(np.int8)
    scale = rng.uniform(1e-3, 1e-2, n).astype(np.float32)
    return Stored(kind, kernel, axis, scale, rng.integers(-999, 1000, n).astype(np.int32))


def yamnet_layers(blocks, n_classes, rng):
    """All layers of YAMNet in the file's order: mel bank, stem, blocks, head."""
    yield stored_layer(LINEAR, (64, 257), rng)
    yield stored_layer(CONVOLUTION, (32, 3, 3, 1), rng)
    n_in = 32
    for n_out, _ in blocks:
        yield stored_layer(DEPTHWISE, (1, 3, 3, n_in), rng)
        yield stored_layer(CONVOLUTION, (n_out, 1, 1, n_in), rng)
        n_in = n_out
    yield stored_layer(LINEAR, (n_classes, n_in), rng)


def tflite_file(layers):
    """Return the bytes of a TFLite file of layers, int8 per channel, biases int32 with a scale of 1e-4."""
    builder = flatbuffers.Builder(1 << 20)
    buffers, tensors, operators = [_buffer(builder, b"")], [], []
    kinds = sorted({layer.kind for layer in layers})
    for layer in layers:
        inputs = [0, len(tensors) + 1, len(tensors) + 2]
        tensors.append(_tensor(builder, (1, 1), 0, tflite.TensorType.INT8, None))
        for values, kind, scale, axis in (
            (layer.kernel, tflite.TensorType.INT8, layer.scale, layer.axis),
            (layer.bias, tflite.TensorType.INT32, np.full(len(layer.bias), 1e-4), 0),
        ):
            buffers.append(_buffer(builder, values.tobytes()))
            tensors.append(_tensor(builder, values.shape, len(buffers) - 1, kind, (scale, axis)))
        operators.append(_operator(builder, kinds.index(layer.kind), inputs, [0]))
    return _finish(builder, buffers, tensors, operators, kinds)


def _buffer(builder, content):
    data = builder.CreateByteVector(content) if content else None
    tflite.BufferStart(builder)
    if data is not None:
        tflite.BufferAddData(builder, data)
    return tflite.BufferEnd(builder)


def _tensor(builder, shape, buffer, kind, quantised):
    quantisation = None if quantised is None else _quantisation(builder, *quantised)
    sides = builder.CreateNumpyVector(np.array(shape, np.int32))
    tflite.TensorStart(builder)
    tflite.TensorAddShape(builder, sides)
    tflite.TensorAddType(builder, kind)
    tflite.TensorAddBuffer(builder, buffer)
    if quantisation is not None:
        tflite.TensorAddQuantization(builder, quantisation)
    return tflite.TensorEnd(builder)


def _quantisation(builder, scale, axis):
    scales = builder.CreateNumpyVector(scale.astype(np.float32))
    zeros = builder.CreateNumpyVector(np.zeros(len(scale), np.int64))
    tflite.QuantizationParametersStart(builder)
    tflite.QuantizationParametersAddScale(builder, scales)
    tflite.QuantizationParametersAddZeroPoint(builder, zeros)
    tflite.QuantizationParametersAddQuantizedDimension(builder, axis)
    return tflite.QuantizationParametersEnd(builder)


def _operator(builder, code, inputs, outputs):
    read = builder.CreateNumpyVector(np.array(inputs, np.int32))
    written = builder.CreateNumpyVector(np.array(outputs, np.int32))
    tflite.OperatorStart(builder)
    tflite.OperatorAddOpcodeIndex(builder, code)
    tflite.OperatorAddInputs(builder, read)
    tflite.OperatorAddOutputs(builder, written)
    return tflite.OperatorEnd(builder)


def _finish(builder, buffers, tensors, operators, kinds):
    codes = []
    for kind in kinds:
        tflite.OperatorCodeStart(builder)
        tflite.OperatorCodeAddDeprecatedBuiltinCode(builder, kind)
        tflite.OperatorCodeAddBuiltinCode(builder, kind)
        codes.append(tflite.OperatorCodeEnd(builder))
    tensor_list, operator_list = _offsets(builder, tensors), _offsets(builder, operators)
    tflite.SubGraphStart(builder)
    tflite.SubGraphAddTensors(builder, tensor_list)
    tflite.SubGraphAddOperators(builder, operator_list)
    graph = tflite.SubGraphEnd(builder)
    parts = [_offsets(builder, part) for part in (codes, [graph], buffers)]
    tflite.ModelStart(builder)
    tflite.ModelAddVersion(builder, 3)
    tflite.ModelAddOperatorCodes(builder, parts[0])
    tflite.ModelAddSubgraphs(builder, parts[1])
    tflite.ModelAddBuffers(builder, parts[2])
    builder.Finish(tflite.ModelEnd(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _offsets(builder, offsets):
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return builder.EndVector()


def keras_file(path, blocks, rng):
    """Write an HDF5 file as Keras does and return its kernels and statistics by the names of groups."""
    kept = {}
    with h5py.File(path, "w") as file:
        n_in = 32
        _keras_layer(file, kept, "layer1/conv", "kernel", (3, 3, 1, 32), rng)
        for number, (n_out, _) in enumerate(blocks, start=2):
            _keras_layer(file, kept, f"layer{number}/depthwise_conv", "depthwise_kernel", (3, 3, n_in, 1), rng)
            _keras_layer(file, kept, f"layer{number}/pointwise_conv", "kernel", (1, 1, n_in, n_out), rng)
            n_in = n_out
    return kept


def _keras_layer(file, kept, group, kernel, shape, rng):
    is_depthwise = kernel == "depthwise_kernel"
    n_channels = shape[2] if is_depthwise else shape[3]
    # So that maps stay of one size from layer to layer, as of a network that was trained.
    n_read = shape[0] * shape[1] * (1 if is_depthwise else shape[2])
    stored = {f"{kernel}:0": (rng.standard_normal(shape) * np.sqrt(2 / n_read)).astype(np.float32)}
    for name in ("beta", "moving_mean"):
        stored[f"bn/{name}:0"] = rng.standard_normal(n_channels).astype(np.float32)
    stored["bn/moving_variance:0"] = rng.uniform(0.5, 2, n_channels).astype(np.float32)
    for name, values in stored.items():
        file[f"model_weights/model_2/{group}/{name}"] = values
    kept[group] = stored
