"""TOML and JSON that mean harm: what is too deep, too long or too large is named, and costs next to nothing."""

import json
import os
import time

import pytest

from lowsr_tradeoff.deploy.model.package import read_package
from lowsr_tradeoff.errors import ConfigError, DataError, LowsrError
from lowsr_tradeoff.files import reading
from lowsr_tradeoff.listening_test.key import read_key
from lowsr_tradeoff.listening_test.score import read_answers
from lowsr_tradeoff.power.profiles.devices import load_device
from lowsr_tradeoff.reports.exports import run_files
from lowsr_tradeoff.settings.front_end import Scene
from lowsr_tradeoff.settings.toml import load_config

DEEP = "[" * 100_000
BOMBS = {
    "deep array": f"a = {DEEP}",
    "deep table": "a = " + "{a = " * 100_000,
    "deep name": ".".join("a" * 200_000) + " = 1",
    "deep header": f"[{'.'.join('a' * 1000)}]\n" + "".join(f"a{i} = 1\n" for i in range(60_000)),
    "deep within": f"a = {'[' * 90}{']' * 90}",
    "endless number": f"seed = {'9' * 5000}",
    "large": "#" * reading.MOST_TOML_BYTES + "\nseed = 1",
    "zero byte": '[events]\nsource = "a\\u0000b"',
    "long name": f'[events]\nsource = "{"a" * 10_000}"',
    "long path": f'[events]\nsource = "{"a/" * 10_000}"',
    "group is a value": "power = 3",
    "not UTF-8": b"\xff\xfe",
}


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("read", [load_config, lambda path: load_device(str(path))], ids=["study", "device"])
@pytest.mark.parametrize("content", BOMBS.values(), ids=BOMBS)
def test_toml_bombs_are_refused_with_the_file_and_soon(tmp_path, read, content):
    start = time.process_time()
    with pytest.raises(ConfigError, match=r"bomb\.toml"):
        read(write(tmp_path / "bomb.toml", content))
    assert time.process_time() - start < 2


def test_a_flag_below_what_is_no_table_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"power: is a table of settings, so write \[power\]"):
        load_config(write(tmp_path / "a.toml", "power = 3"), {"power": {"devices": ["nrf52840"]}})


@pytest.mark.parametrize("name", ["events.source", "speech.source", "privacy.weights", "classify.checkpoint"])
@pytest.mark.parametrize("path", ["a\0b", "a" * 10_000, "\udcff"])
def test_a_path_that_no_system_has_is_refused_as_a_flag_too(name, path):
    group, _, setting = name.partition(".")
    with pytest.raises(ConfigError, match="is no usable path"):
        load_config(None, {group: {setting: path}})


def test_many_problems_are_counted_not_listed(tmp_path):
    with pytest.raises(ConfigError, match="and 9950 more") as caught:
        load_config(write(tmp_path / "a.toml", f"rates_hz = {['x'] * 10_000}"))
    assert len(str(caught.value)) < 10_000


READERS = {
    "tradeoff.json": run_files.load,
    "settings.json": lambda path: read_package(path.parent),
    "key.json": lambda path: read_key(path.parent),
    "answers.json": read_answers,
    "answers.csv": read_answers,
}
CONTENTS = [DEEP, '{"a":' * 100_000, f'{{"a": {"9" * 5000}}}', '{"a": NaN, "b": 1e999}', '"\\ud800"', "\0", ""]


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("content", CONTENTS)
def test_json_bombs_are_refused_with_the_file(tmp_path, name, content):
    with pytest.raises(DataError, match=str(tmp_path)):
        READERS[name](write(tmp_path / name, content))


@pytest.mark.parametrize("name", READERS)
def test_a_device_or_a_pipe_is_not_waited_for(tmp_path, name):
    for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero")):
        make(tmp_path / name)
        with pytest.raises(LowsrError, match="is not a file"):
            READERS[name](tmp_path / name)
        (tmp_path / name).unlink()


@pytest.mark.parametrize("field", ["impulse_response", "environment"])
def test_a_scene_in_a_foreign_record_reads_no_device(field):
    """Settings of models and keys of listening tests hold scenes, which hash the files that they name."""
    with pytest.raises(ValueError, match="is not a file"):
        Scene.model_validate({field: "/dev/zero", "environment_snr_db": 10})


def test_a_file_beyond_the_limit_is_not_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MOST_BYTES", 10)
    with pytest.raises(OSError, match="is larger than 10 bytes"):
        reading.read_file(write(tmp_path / "a", b"x" * 11), 10)
    assert reading.read_file(write(tmp_path / "b", b"x" * 10), 10) == b"x" * 10


def test_what_is_as_deep_as_records_are_is_read():
    tree = json.loads("[" * 50 + "1" + "]" * 50)
    assert reading.parse_json(json.dumps(tree)) == tree
    with pytest.raises(ValueError, match="it is nested more than 60 deep"):
        reading.parse_json(DEEP)
