"""A TensorFlow Lite file of one fully connected layer, written value by value."""

from typing import NamedTuple

import flatbuffers
import numpy as np
import tflite

KINDS = {"f": tflite.TensorType.FLOAT32, "b": tflite.TensorType.INT8, "i": tflite.TensorType.INT32}


class Tensor(NamedTuple):
    """Its values, all zero for what is computed; the scale of whole numbers."""

    name: str
    values: np.ndarray
    scale: float | None = None
    is_constant: bool = True


def dense_file(weight, bias, scales=None):
    """Scores of samples, ``weight @ x + bias``; with scales of input, weights and output in int8."""
    shapes = {"sound": (1, weight.shape[1]), "scores": (1, weight.shape[0])}
    if scales is None:
        constants = [Tensor("weight", np.float32(weight)), Tensor("bias", np.float32(bias))]
        ends = [Tensor(name, np.zeros(shape, np.float32), None, False) for name, shape in shapes.items()]
    else:
        read, of_weight, written = scales
        of_bias = read * of_weight
        constants = [
            Tensor("weight", np.rint(weight / of_weight).astype(np.int8), of_weight),
            Tensor("bias", np.rint(np.divide(bias, of_bias)).astype(np.int32), of_bias),
        ]
        ends = [
            Tensor(name, np.zeros(shape, np.int8), scale, False)
            for (name, shape), scale in zip(shapes.items(), (read, written), strict=True)
        ]
    return _file([ends[0], *constants, ends[1]])


def _file(tensors):
    builder = flatbuffers.Builder(1024)
    buffers = [_buffer(builder, b"")]
    buffers += [_buffer(builder, each.values.tobytes() if each.is_constant else b"") for each in tensors]
    written = [_tensor(builder, each, number) for number, each in enumerate(tensors, 1)]
    tflite.FullyConnectedOptionsStart(builder)
    options = tflite.FullyConnectedOptionsEnd(builder)
    reads, writes = builder.CreateNumpyVector(np.int32([0, 1, 2])), builder.CreateNumpyVector(np.int32([3]))
    tflite.OperatorStart(builder)
    tflite.OperatorAddInputs(builder, reads)
    tflite.OperatorAddOutputs(builder, writes)
    tflite.OperatorAddBuiltinOptionsType(builder, tflite.BuiltinOptions.FullyConnectedOptions)
    tflite.OperatorAddBuiltinOptions(builder, options)
    operators = _vector(builder, [tflite.OperatorEnd(builder)])
    held, first, last = _vector(builder, written), builder.CreateNumpyVector(np.int32([0])), writes
    tflite.SubGraphStart(builder)
    tflite.SubGraphAddTensors(builder, held)
    tflite.SubGraphAddInputs(builder, first)
    tflite.SubGraphAddOutputs(builder, last)
    tflite.SubGraphAddOperators(builder, operators)
    graphs = _vector(builder, [tflite.SubGraphEnd(builder)])
    tflite.OperatorCodeStart(builder)
    tflite.OperatorCodeAddDeprecatedBuiltinCode(builder, tflite.BuiltinOperator.FULLY_CONNECTED)
    tflite.OperatorCodeAddBuiltinCode(builder, tflite.BuiltinOperator.FULLY_CONNECTED)
    tflite.OperatorCodeAddVersion(builder, 4)
    codes, stored = _vector(builder, [tflite.OperatorCodeEnd(builder)]), _vector(builder, buffers)
    tflite.ModelStart(builder)
    tflite.ModelAddVersion(builder, 3)
    tflite.ModelAddOperatorCodes(builder, codes)
    tflite.ModelAddSubgraphs(builder, graphs)
    tflite.ModelAddBuffers(builder, stored)
    builder.Finish(tflite.ModelEnd(builder), b"TFL3")
    return bytes(builder.Output())


def _buffer(builder, content):
    data = builder.CreateByteVector(content) if content else None
    tflite.BufferStart(builder)
    if data is not None:
        tflite.BufferAddData(builder, data)
    return tflite.BufferEnd(builder)


def _tensor(builder, tensor, buffer):
    name = builder.CreateString(tensor.name)
    shape = builder.CreateNumpyVector(np.int32(tensor.values.shape))
    scale = None
    if tensor.scale is not None:
        steps = builder.CreateNumpyVector(np.float32([tensor.scale]))
        zeros = builder.CreateNumpyVector(np.int64([0]))
        tflite.QuantizationParametersStart(builder)
        tflite.QuantizationParametersAddScale(builder, steps)
        tflite.QuantizationParametersAddZeroPoint(builder, zeros)
        scale = tflite.QuantizationParametersEnd(builder)
    tflite.TensorStart(builder)
    tflite.TensorAddShape(builder, shape)
    tflite.TensorAddType(builder, KINDS[tensor.values.dtype.kind if tensor.values.itemsize > 1 else "b"])
    tflite.TensorAddBuffer(builder, buffer)
    tflite.TensorAddName(builder, name)
    if scale is not None:
        tflite.TensorAddQuantization(builder, scale)
    return tflite.TensorEnd(builder)


def _vector(builder, offsets):
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return builder.EndVector()
