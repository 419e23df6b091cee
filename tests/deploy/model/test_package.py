"""A model folder comes back as it went, or says why it cannot be trusted."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from tests.deploy.small_model import package

from lowsr_tradeoff.deploy.model.package import Package, read_package, write_package
from lowsr_tradeoff.errors import DataError, MissingResourceError


@pytest.fixture
def folder(tmp_path):
    write_package(tmp_path / "model", package())
    return tmp_path / "model"


def test_a_folder_comes_back_as_it_went(folder):
    read, written = read_package(folder), package()
    assert read.settings == written.settings
    assert set(read.weights) == set(written.weights)
    for name, weight in written.weights.items():
        np.testing.assert_array_equal(read.weights[name], weight)
        assert read.weights[name].dtype == weight.dtype
        assert read.weights[name].shape == weight.shape
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "model.safetensors", "settings.json"]


def test_the_same_model_gives_the_same_bytes(folder, tmp_path):
    write_package(tmp_path / "again", package())
    for file in folder.iterdir():
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes()


@pytest.mark.parametrize("name", ["model.safetensors", "settings.json"])
def test_one_changed_byte_is_noticed(folder, name):
    content = bytearray((folder / name).read_bytes())
    at = content.index(b"1000") if name == "settings.json" else len(content) - 1
    content[at] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=r"settings\.json"):
        read_package(folder)


def test_weights_of_another_training_are_noticed(folder):
    before = (folder / "settings.json").read_bytes()
    other = package()
    write_package(folder, Package(other.settings, {n: w + 1 for n, w in other.weights.items()}))
    (folder / "settings.json").write_bytes(before)
    with pytest.raises(DataError, match="copy or train the model again"):
        read_package(folder)


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_version_is_named(folder, version):
    record = json.loads((folder / "settings.json").read_bytes())
    (folder / "settings.json").write_text(json.dumps(record | {"schema_version": version}))
    with pytest.raises(DataError, match=rf"version {version}, and this release reads 1"):
        read_package(folder)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema_version": 1}', "\x00", '"text"'])
def test_what_is_no_settings_file_is_told(folder, content):
    (folder / "settings.json").write_text(content)
    with pytest.raises(DataError, match="is not the settings of a model"):
        read_package(folder)


class Harm:
    """What a pickle could do."""

    def __reduce__(self):
        return Path.touch, (Path("harm"),)


def test_a_pickle_is_never_read(folder, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (folder / "model.safetensors").write_bytes(pickle.dumps(Harm()))
    with pytest.raises(DataError):
        read_package(folder)
    (folder / "model.safetensors").rename(folder / "model.pth")
    with pytest.raises(MissingResourceError, match=r"model\.pth may run code when read"):
        read_package(folder)
    assert not (tmp_path / "harm").exists()


def test_a_pickle_with_the_right_hash_is_never_read(folder, monkeypatch, tmp_path):
    from lowsr_tradeoff.deploy.model import package as module

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "save", lambda _: pickle.dumps(Harm()))
    write_package(folder, package())
    with pytest.raises(DataError, match="cannot be read as a model"):
        read_package(folder)
    assert not (tmp_path / "harm").exists()


def test_no_folder_says_who_makes_one(tmp_path):
    with pytest.raises(MissingResourceError, match="lowsr-tradeoff train"):
        read_package(tmp_path / "none")
