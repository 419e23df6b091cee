"""A Whisper model in CTranslate2 form as an openai-whisper model, to compare both engines on the same weights.

It renames the tensors. The layout of ``model.bin`` is that of ``ctranslate2/specs/model_spec.py`` (``_serialize``),
binary version 6; the names are those of ``ctranslate2/specs/whisper_spec.py`` and ``whisper/model.py``.
"""

import struct
from collections.abc import Iterator, Mapping
from functools import reduce
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.errors import DataError

if TYPE_CHECKING:
    from torch import Tensor
    from whisper.model import Whisper

Tensors = dict[str, NDArray[Any]]

BINARY_VERSION = 6
# A type's place in this list is its number in the file.
DTYPES = ("<f4", "<i1", "<i2", "<i4", "<f2")
PARTS = (("audio", "encoder"), ("text", "decoder"))
# CTranslate2 has query, key and value in one layer: their rows, one below the other.
STACKED = (
    ("/self_attention/linear_0", ("/attn/query", "/attn/key", "/attn/value")),
    ("/attention/linear_0", ("/cross_attn/query",)),
    ("/attention/linear_1", ("/cross_attn/key", "/cross_attn/value")),
)
# The order matters: "layer_norm" begins with "layer_".
RENAMED = (
    ("/self_attention/layer_norm", "/attn_ln"),
    ("/self_attention/linear_1", "/attn/out"),
    ("/attention/layer_norm", "/cross_attn_ln"),
    ("/attention/linear_2", "/cross_attn/out"),
    ("ffn/layer_norm", "mlp_ln"),
    ("ffn/linear_0", "mlp/0"),
    ("ffn/linear_1", "mlp/2"),
    ("encoder/layer_norm", "encoder/ln_post"),
    ("decoder/layer_norm", "decoder/ln"),
    ("position_encodings/encodings", "positional_embedding"),
    ("embeddings/weight", "token_embedding/weight"),
    ("gamma", "weight"),
    ("beta", "bias"),
    ("layer_", "blocks/"),
    ("/", "."),
)


def reference_model(model_bin: Path) -> "Whisper":
    """Return the openai-whisper model, float32 on the CPU, with the weights of a CTranslate2 ``model.bin``.

    Raises:
        DataError: The file is not a Whisper model of the known layout, or its weights are quantised.
    """
    import torch  # noqa: PLC0415 - only a comparison needs torch
    from whisper.model import ModelDimensions, Whisper  # noqa: PLC0415 - imports torch

    tensors = read_tensors(model_bin)
    try:
        state = {name: torch.from_numpy(array) for name, array in _state(tensors)}
        heads = {f"n_{short}_head": int(tensors[f"{part}/num_heads"]) for short, part in PARTS}
        model = Whisper(ModelDimensions(**dimensions_of(state), **heads))
        model.load_state_dict(state)
    except (KeyError, RuntimeError, ValueError) as error:
        raise DataError(f"{model_bin}: is not a Whisper model with floating-point weights") from error
    return model.eval()


def dimensions_of(state: Mapping[str, "Tensor"]) -> dict[str, int]:
    """Return everything but the heads, which change no tensor. A tensor that is not whole could claim any shape."""
    if not all(weight.is_contiguous() for weight in state.values()):
        raise ValueError("its tensors are views")
    n_audio_state, n_mels, _ = state["encoder.conv1.weight"].shape
    n_vocab, n_text_state = state["decoder.token_embedding.weight"].shape
    return {
        "n_mels": n_mels,
        "n_audio_state": n_audio_state,
        "n_audio_ctx": len(state["encoder.positional_embedding"]),
        "n_audio_layer": sum(name.startswith("encoder.blocks.") and name.endswith(".mlp.0.bias") for name in state),
        "n_vocab": n_vocab,
        "n_text_state": n_text_state,
        "n_text_ctx": len(state["decoder.positional_embedding"]),
        "n_text_layer": sum(name.startswith("decoder.blocks.") and name.endswith(".mlp.0.bias") for name in state),
    }


def read_tensors(model_bin: Path) -> Tensors:
    """Return the tensors of a CTranslate2 ``model.bin`` by their names there."""
    try:
        return dict(_tensors(BytesIO(model_bin.read_bytes())))
    except (struct.error, ValueError, IndexError) as error:
        raise DataError(f"{model_bin}: is not a Whisper model in CTranslate2 form ({error})") from error


def _tensors(file: BytesIO) -> Iterator[tuple[str, NDArray[Any]]]:
    version, kind, _revision, n_tensors = _number(file, "I"), _string(file), _number(file, "I"), _number(file, "I")
    if (version, kind) != (BINARY_VERSION, "WhisperSpec"):
        raise ValueError(f"binary version {version} of {kind!r}, not {BINARY_VERSION} of 'WhisperSpec'")
    for _ in range(n_tensors):
        name = _string(file)
        shape = [_number(file, "I") for _ in range(_number(file, "B"))]
        dtype = DTYPES[_number(file, "B")]
        yield name, np.frombuffer(file.read(_number(file, "I")), dtype).reshape(shape)


def _number(file: BytesIO, kind: str) -> int:
    (value,) = struct.unpack(f"<{kind}", file.read(struct.calcsize(f"<{kind}")))
    return int(value)


def _string(file: BytesIO) -> str:
    """The length counts a closing zero byte."""
    return file.read(_number(file, "H"))[:-1].decode()


def _state(tensors: Tensors) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Integers, settings of the other engine, are left out; so is the bias of keys, which is zero."""
    for name, array in tensors.items():
        if array.dtype.kind != "f":
            continue
        targets = _unstack(name)
        for target, rows in zip(targets, np.split(array, len(targets)), strict=True):
            if not target.endswith("key/bias"):
                yield reduce(lambda name, pair: name.replace(*pair), RENAMED, target), rows.astype(np.float32)


def _unstack(name: str) -> list[str]:
    for stacked, parts in STACKED:
        if stacked in name:
            return [name.replace(stacked, part) for part in parts]
    return [name]
