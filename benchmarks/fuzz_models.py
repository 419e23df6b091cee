"""Models to fuzz, as small as their formats allow: Whisper in two forms, a model folder, an ONNX export."""

import io
import struct
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from shutil import copy

import numpy as np
import torch
from numpy.typing import NDArray

from fuzz_kinds import Kind, ends
from lowsr_tradeoff.deploy.model.onnx_export import export_onnx
from lowsr_tradeoff.deploy.model.package import read_package, write_package
from lowsr_tradeoff.deploy.model.predict import load_model
from lowsr_tradeoff.deploy.model.workload import workload
from lowsr_tradeoff.privacy.whisper import ctranslate, openai
from lowsr_tradeoff.privacy.whisper.convert import read_tensors
from lowsr_tradeoff.privacy.whisper.weights import folder_of
from lowsr_tradeoff.settings.groups import PrivacySettings
from mutations import bytewise, jsonwise

WIDTH, N_HEADS, TYPES = 16, 2, {"int8": 1, "int16": 2, "int32": 3, "float16": 4}
OTHER_LAYERS = {f"layer_{n}" for n in range(1, 4)}
# Widths of the bundled model: of states, and of what is a multiple of them.
BUNDLED_WIDTH, MULTIPLES = 384, (1, 2, 3, 4)


def whisper_kinds(folder: Path) -> Iterator[Kind]:
    """Yield a Whisper model in CTranslate2 form, weights and other files apart, and one as torch saves it."""
    bundled = folder_of(None)
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        copy(bundled / name, folder)
    model = folder / "model.bin"
    model.write_bytes(_packed(_narrow(read_tensors(bundled / model.name))))
    yield Kind("CTranslate2 weights", {model: model.read_bytes()}, bytewise, _read_converted)
    named = {folder / name: (folder / name).read_bytes() for name in ("config.json", "tokenizer.json")}
    yield Kind("CTranslate2 settings", named, jsonwise, _read_converted)
    saved = folder / "tiny.pt"
    saved.write_bytes(_reference())
    yield Kind("Whisper checkpoint", {saved: saved.read_bytes()}, ends, lambda path: openai.load(str(path)))


def model_kinds(folder: Path) -> Iterator[Kind]:
    """Yield a model folder and its ONNX export."""
    package = import_module("tests.deploy.small_model").package()
    write_package(folder, package)
    exported = folder / "model.onnx"
    export_onnx(load_model(package), exported)
    files = {folder / name: (folder / name).read_bytes() for name in ("settings.json", "model.safetensors")}
    yield Kind("model folder", files, bytewise, lambda path: load_model(read_package(path.parent)))
    yield Kind("ONNX", {exported: exported.read_bytes()}, bytewise, lambda path: workload(str(path))[0]())


def _read_converted(path: Path) -> None:
    recogniser = ctranslate.load(str(path.parent))
    sound = 0.1 * np.random.default_rng(0).standard_normal(8000).astype(np.float32)
    ctranslate.transcribe(recogniser, [sound], PrivacySettings())


def _narrow(tensors: dict[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
    """One layer of each kind, and states of another width."""
    widths = {BUNDLED_WIDTH * times: WIDTH * times for times in MULTIPLES}
    kept = {name: tensor for name, tensor in tensors.items() if name.split("/")[1] not in OTHER_LAYERS}
    narrow = {name: tensor[tuple(slice(widths.get(n, n)) for n in tensor.shape)] for name, tensor in kept.items()}
    heads = {name: np.array(N_HEADS, np.int16) for name in ("encoder/num_heads", "decoder/num_heads")}
    return {**narrow, **heads}


def _packed(tensors: dict[str, NDArray[np.generic]]) -> bytes:
    """As ``privacy/whisper/convert.py`` reads it, and at its end the one tensor that has two names."""
    out = [struct.pack("<I", 6), _string("WhisperSpec"), struct.pack("<II", 3, len(tensors))]
    for name, tensor in tensors.items():
        shape = struct.pack(f"<B{tensor.ndim}I", tensor.ndim, *tensor.shape)
        content = np.ascontiguousarray(tensor).tobytes()
        out += [_string(name), shape, struct.pack("<BI", TYPES[tensor.dtype.name], len(content)), content]
    alias = (_string("decoder/projection/weight"), _string("decoder/embeddings/weight"))
    return b"".join([*out, struct.pack("<I", 1), *alias])


def _string(text: str) -> bytes:
    return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"


def _reference() -> bytes:
    from whisper.model import ModelDimensions, Whisper

    part = {"state": WIDTH, "head": N_HEADS, "layer": 1}
    dims = {f"n_{whose}_{name}": value for whose in ("audio", "text") for name, value in part.items()}
    dims |= {"n_mels": 80, "n_audio_ctx": 1500, "n_vocab": 51864, "n_text_ctx": 448}
    out = io.BytesIO()
    torch.save({"dims": dims, "model_state_dict": Whisper(ModelDimensions(**dims)).state_dict()}, out)
    return out.getvalue()
