"""Weights that mean harm: no code in them runs, and what they promise takes no memory."""

import os
import pickle
import resource
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from whisper.model import ModelDimensions, Whisper

from lowsr_tradeoff.errors import DataError, MissingResourceError
from lowsr_tradeoff.files.reading import check_archive, sha256_of
from lowsr_tradeoff.learning.networks.checkpoint import load_panns, misfits
from lowsr_tradeoff.privacy.whisper import ctranslate, openai
from lowsr_tradeoff.privacy.whisper.weights import folder_of

DIMS = {
    "n_mels": 80, "n_audio_ctx": 1500, "n_audio_state": 8, "n_audio_head": 2, "n_audio_layer": 1,
    "n_vocab": 60, "n_text_ctx": 448, "n_text_state": 8, "n_text_head": 2, "n_text_layer": 1,
}  # fmt: skip


class Touch:
    """Makes a file where it is unpickled as objects are."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return Path.touch, (Path(self.path),)


def load_whisper(path):
    return openai.load(str(path))


def load_checkpoint(path):
    return load_panns(path, "mobilenetv2")


READERS = [load_whisper, load_checkpoint]


def refused_cheaply(read, path, match):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DataError, match=match):
        read(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("suffix", ["pt", "pth", "safetensors", "bin"])
@pytest.mark.parametrize("save", [torch.save, lambda content, path: path.write_bytes(pickle.dumps(content))])
def test_code_in_weights_is_not_run(tmp_path, read, suffix, save):
    path, sign = tmp_path / f"w.{suffix}", tmp_path / "code ran"
    save({"model": Touch(sign), "dims": DIMS, "model_state_dict": Touch(sign)}, path)
    with pytest.raises(DataError, match=str(path)):
        read(path)
    assert not sign.exists()


@pytest.mark.parametrize("read", READERS)
def test_an_archive_that_unpacks_to_more_than_itself_is_refused(tmp_path, read):
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb/data.pkl", pickle.dumps({"model": {}}))
        with archive.open("bomb/data/0", "w") as member:
            for _ in range(64):
                member.write(bytes(1 << 20))
    refused_cheaply(read, path, r"bomb\.pth")
    with pytest.raises(ValueError, match="would unpack to"):
        check_archive(path)


@pytest.mark.parametrize("n_header", [1 << 21, 1 << 40, (1 << 64) - 1])
def test_a_header_of_gigabytes_is_refused(tmp_path, n_header):
    path = tmp_path / "w.safetensors"
    path.write_bytes(n_header.to_bytes(8, "little") + b"{}" + bytes(1000))
    refused_cheaply(load_checkpoint, path, f"promises a header of {n_header} bytes")


def test_weights_are_those_that_were_hashed(tmp_path):
    path = tmp_path / "w.safetensors"
    save_file({"a": torch.zeros(1)}, path)
    sha256 = sha256_of(path)
    save_file({"a": torch.ones(1)}, path)
    with pytest.raises(DataError, match="was changed since the study was planned"):
        load_panns(path, "mobilenetv2", sha256)


def test_weights_that_are_no_numbers_are_named():
    expected = {"a": torch.zeros(2), "b": torch.zeros(2), "c": torch.zeros(2)}
    given = {"a": torch.tensor([0, torch.nan]), "b": torch.zeros(2, dtype=torch.int8), "c": torch.zeros(2)}
    assert list(misfits(given, expected)) == [
        "a: holds values that are not finite",
        "b: torch.int8 instead of torch.float32",
    ]


def test_a_pipe_is_no_checkpoint(tmp_path):
    os.mkfifo(tmp_path / "w.pth")
    with pytest.raises(MissingResourceError, match="is not a file"):
        load_checkpoint(tmp_path / "w.pth")


def saved_whisper(path, dims=(), **tensors):
    state = Whisper(ModelDimensions(**DIMS)).state_dict()
    torch.save({"dims": {**DIMS, **dict(dims)}, "model_state_dict": {**state, **tensors}}, path)
    return path


def test_a_whisper_model_is_as_large_as_its_tensors(tmp_path):
    assert load_whisper(saved_whisper(tmp_path / "whole.pt")).dims == ModelDimensions(**DIMS)
    claims = (
        {"n_vocab": 2**31},
        {"n_text_layer": 10**6},
        {"n_audio_head": 3},
        {"n_audio_head": 0},
        {"n_mels": "80"},
    )
    for n, dims in enumerate(claims):
        refused_cheaply(load_whisper, saved_whisper(tmp_path / f"{n}.pt", dims), "is no Whisper model")


def test_a_view_does_not_pass_for_a_tensor_of_gigabytes(tmp_path):
    wide = torch.zeros(1, 1).expand(2**31, 8)
    path = saved_whisper(tmp_path / "a.pt", {"n_vocab": 2**31}, **{"decoder.token_embedding.weight": wide})
    assert path.stat().st_size < 1_000_000
    refused_cheaply(load_whisper, path, "is no Whisper model")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.bin", b"\x06\0\0\0\xff\xff" + b"x" * 100),
        ("tokenizer.json", b"[" * 100_000),
        ("config.json", b"\xff"),
    ],
)
def test_a_damaged_folder_is_refused_with_its_path(tmp_path, name, content):
    for file in folder_of(None).iterdir():
        (tmp_path / file.name).symlink_to(file)
    (tmp_path / name).unlink()
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=str(tmp_path)):
        ctranslate.load(str(tmp_path))
