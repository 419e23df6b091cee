"""Weights of YAMNet as Google and STMicroelectronics publish them, read as tensors only.

Neither file holds code that runs: the TFLite file is a table of operators and constants, the HDF5 file of arrays.
Kernels lie as (frames, bands) there and as (bands, frames) here.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import tflite
import torch
from numpy.typing import NDArray
from torch import Tensor

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.learning.networks.yamnet import BLOCKS, SMALL_BLOCKS

Values = NDArray[np.float32]

# A file of either is at most 4 MB.
MOST_BYTES = 64 << 20
CONVOLUTION, DEPTHWISE = tflite.BuiltinOperator.CONV_2D, tflite.BuiltinOperator.DEPTHWISE_CONV_2D
LINEAR = tflite.BuiltinOperator.FULLY_CONNECTED
NORMALISATION_EPS = 1e-4  # of yamnet_256
TYPES = {
    tflite.TensorType.FLOAT32: np.float32,
    tflite.TensorType.INT8: np.int8,
    tflite.TensorType.UINT8: np.uint8,
    tflite.TensorType.INT32: np.int32,
}


def read_yamnet(path: Path) -> dict[str, Tensor]:
    """Return the weights of Google's TFLite file, int8 per channel there, as float32.

    Raises:
        DataError: The file is broken or holds another network.
    """
    try:
        layers = list(_layers(tflite.Model.GetRootAsModel(_content(path, b"TFL3"), 0)))
    # What damage does to a FlatBuffer has no class in common.
    except (IndexError, ValueError, TypeError, struct.error, AttributeError, OverflowError, KeyError) as error:
        raise DataError(f"{path}: broken or cut off ({error}); fetch it again") from error
    # The first linear layer is the mel bank, which learning/yamnet_log_mel.py computes.
    names = ("mel", "stem.0", *_block_names(len(BLOCKS)), "head")
    if len(layers) != len(names):
        raise DataError(f"{path}: has {len(layers)} layers with weights, YAMNet {len(names)}; give Google's file")
    return {
        f"{name}.{part}": torch.from_numpy(values)
        for name, layer in zip(names[1:], layers[1:], strict=True)
        for part, values in zip(("weight", "bias"), layer, strict=True)
    }


def read_yamnet_256(path: Path) -> dict[str, Tensor]:
    """Return the weights of STMicroelectronics' Keras file, which holds no head.

    Raises:
        DataError: The file is broken or holds another network.
    """
    _content(path, b"\x89HDF\r\n\x1a\n")
    weights: dict[str, Tensor] = {}
    try:
        with h5py.File(path, "r") as file:
            for number, name in enumerate(("stem.0", *_block_names(len(SMALL_BLOCKS)))):
                weights |= _folded(name, file[f"model_weights/model_2/{_keras_group(number)}"])
    except (OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise DataError(f"{path}: not the Keras file of yamnet_256 ({error}); fetch it again") from error
    return weights


def _content(path: Path, mark: bytes) -> bytes:
    """Return a file's bytes, after a check of its kind."""
    if path.stat().st_size > MOST_BYTES:
        raise DataError(f"{path}: larger than {MOST_BYTES >> 20} MB, which neither YAMNet is; fetch it again")
    content = path.read_bytes()
    if mark not in content[:8]:
        raise DataError(f"{path}: not a file of YAMNet's weights; give Google's .tflite, for yamnet_256 ST's .h5")
    return content


def _layers(model: tflite.Model) -> Iterator[tuple[Values, Values]]:
    """Yield kernel and bias of each layer with weights, in order."""
    graph = model.Subgraphs(0)
    for number in range(graph.OperatorsLength()):
        operator = graph.Operators(number)
        kind = model.OperatorCodes(operator.OpcodeIndex()).BuiltinCode()
        if kind in {CONVOLUTION, DEPTHWISE, LINEAR}:
            kernel, bias = (_constant(model, graph.Tensors(operator.Inputs(at))) for at in (1, 2))
            yield np.ascontiguousarray(_turned(kernel, kind)), bias


def _turned(kernel: Values, kind: int) -> Values:
    if kind == CONVOLUTION:
        return kernel.transpose(0, 3, 2, 1)
    return kernel.transpose(3, 0, 2, 1) if kind == DEPTHWISE else kernel


def _constant(model: tflite.Model, tensor: tflite.Tensor) -> Values:
    """Return a constant; ``scale * (q - zero_point)`` where it is quantised, per channel or as a whole."""
    raw = model.Buffers(tensor.Buffer()).DataAsNumpy().tobytes()
    stored = np.frombuffer(raw, TYPES[tensor.Type()]).reshape(tensor.ShapeAsNumpy())
    quantised = tensor.Quantization()
    if quantised is None or not quantised.ScaleLength():
        return stored.astype(np.float32)
    shape = [1] * stored.ndim
    shape[quantised.QuantizedDimension()] = quantised.ScaleLength()
    scale, zero = quantised.ScaleAsNumpy().reshape(shape), quantised.ZeroPointAsNumpy().reshape(shape)
    values: Values = ((stored.astype(np.float64) - zero) * scale).astype(np.float32)
    return values


def _block_names(n_blocks: int) -> list[str]:
    return [f"blocks.{number}.{at}" for number in range(n_blocks) for at in (0, 2)]


def _keras_group(number: int) -> str:
    """Return the group of a convolution, counted from the stem.

    >>> _keras_group(0), _keras_group(1), _keras_group(2), _keras_group(3)
    ('layer1/conv', 'layer2/depthwise_conv', 'layer2/pointwise_conv', 'layer3/depthwise_conv')
    """
    if number == 0:
        return "layer1/conv"
    return f"layer{2 + (number - 1) // 2}/{'depthwise' if number % 2 else 'pointwise'}_conv"


def _folded(name: str, group: h5py.Group) -> dict[str, Tensor]:
    """Return a convolution with its normalisation, which has no gain, folded in."""
    is_depthwise = "depthwise_kernel:0" in group
    kernel = np.asarray(group["depthwise_kernel:0" if is_depthwise else "kernel:0"], np.float64)
    beta, mean, variance = (
        np.asarray(group["bn"][f"{key}:0"], np.float64) for key in ("beta", "moving_mean", "moving_variance")
    )
    gain = (variance + NORMALISATION_EPS) ** -0.5
    weight = kernel.transpose((2, 3, 1, 0) if is_depthwise else (3, 2, 1, 0)) * gain[:, None, None, None]
    folded = {"weight": weight, "bias": beta - mean * gain}
    return {f"{name}.{key}": torch.from_numpy(np.array(values, np.float32)) for key, values in folded.items()}
