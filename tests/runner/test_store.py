"""The store answers with exactly what was written, or not at all."""

import json

import numpy as np
import pytest

from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.files.writing import canonical_json, seal, sha256_of
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.groups import Settings


class Wish(Settings):
    x: int = 0


def step(x=0, *, stage="features", run="errors:run", needs=()):
    return Step(stage, run, Wish(x=x), f"{stage} {x}", "events", needs)


RECORD = {"stage": "features", "key": step().key, "meta": {}, "arrays_sha256": sha256_of(b""), "has_arrays": False}


@pytest.mark.parametrize(
    "other",
    [step(1), step(stage="train"), step(run="files.safe_text:run"), step(needs=(step(5),))],
    ids=["settings", "stage", "code", "need"],
)
def test_the_key_changes_with_everything_the_result_depends_on(other):
    assert step().key != other.key


def test_the_key_reaches_through_needs():
    assert step(needs=(step(1, needs=(step(2),)),)).key != step(needs=(step(1, needs=(step(3),)),)).key
    assert step(needs=(step(1),)) == step(needs=(step(1),))


def test_what_was_written_comes_back(tmp_path):
    store, arrays = Store(tmp_path), {"a": np.arange(6, dtype=np.float16).reshape(2, 3), "b": np.array(2.0)}
    assert not store.holds(step())
    store.write(step(), {"n": 3, "names": ["x"]}, arrays)
    assert store.holds(step())
    assert store.meta(step()) == {"n": 3, "names": ["x"]}
    back = store.arrays(step())
    assert back.keys() == arrays.keys()
    assert all(np.array_equal(back[name], arrays[name]) and back[name].dtype == arrays[name].dtype for name in back)


def test_equal_results_are_equal_bytes(tmp_path):
    for name in ("one", "two"):
        Store(tmp_path / name).write(step(), {"b": 1, "a": 2.5}, {"z": np.ones(3), "y": np.zeros(2)})
    files = [sorted((tmp_path / name).rglob("*.*")) for name in ("one", "two")]
    assert [f.read_bytes() for f in files[0]] == [f.read_bytes() for f in files[1]]


def test_any_damaged_byte_makes_the_step_missing(tmp_path):
    store = Store(tmp_path)
    store.write(step(), {"value": 0.25}, {"a": np.arange(4.0)})
    for file in [f for f in tmp_path.rglob("*") if f.is_file()]:
        whole = file.read_bytes()
        for at in range(0, len(whole), 7):
            file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert not store.holds(step()) or json.loads(file.read_bytes()) == json.loads(whole)
        file.write_bytes(whole[: len(whole) // 2])
        assert not store.holds(step())
        file.write_bytes(whole)
    assert store.holds(step())


@pytest.mark.parametrize(
    "body",
    [
        b'{"meta":' + b"[" * 100_000,
        b'{"meta":' + b"[" * 100 + b"]" * 100 + b"}",
        b"{no json",
        b'{"n":' + b"9" * 5000 + b"}",
        b"{}",
        canonical_json({**RECORD, "meta": [1]}),
        canonical_json({**RECORD, "key": step(1).key}),
        canonical_json({**RECORD, "stage": "train"}),
    ],
    ids=["depth", "depth that ends", "no JSON", "digits", "fields", "a list", "another key", "another stage"],
)
def test_what_no_step_has_written_is_no_result_whatever_its_checksum(tmp_path, body):
    store = Store(tmp_path)
    store.write(step(), {"value": 0.25})
    next(tmp_path.rglob("*.json")).write_bytes(seal(body))
    assert not store.holds(step())
    assert store.is_damaged(step())
    with pytest.raises(StageError, match="missing or damaged; run again"):
        store.meta(step())


@pytest.mark.parametrize(
    "header",
    [
        b"[" * 100_000,
        b"{}",
        b"[]",
        b'{"a":{}}',
        *(
            b'{"a":{"dtype":"F64","data_offsets":[0,8],"shape":[%s]}}' % shape
            for shape in (b"9e9", b"9", b"-1", b"9" * 30, b"4611686018427387904,4", b'"a"')
        ),
    ],
)
@pytest.mark.parametrize("size", [None, 2**63, 2**40])
def test_arrays_whose_header_is_none_are_named(tmp_path, header, size):
    store = Store(tmp_path)
    store.write(step(), {}, {"a": np.ones(2)})
    packed = (len(header) if size is None else size).to_bytes(8, "little") + header
    next(tmp_path.rglob("*.safetensors")).write_bytes(packed)
    with pytest.raises(StageError, match="missing or damaged; run again"):
        store.mapped(step(), "a")


def test_a_record_too_large_to_be_read_is_not_written(tmp_path, monkeypatch):
    monkeypatch.setattr("lowsr_tradeoff.runner.store.MOST_RECORD_BYTES", 1000)
    with pytest.raises(StageError, match=r"features 0: .* more than 1000 bytes"):
        Store(tmp_path).write(step(), {"said": "x" * 1000})


def test_arrays_without_their_json_are_not_a_result(tmp_path):
    store = Store(tmp_path)
    store.write(step(), {}, {"a": np.ones(2)})
    next(tmp_path.rglob("*.json")).unlink()
    assert not store.holds(step())
    with pytest.raises(StageError, match=r"features 0: .*run again"):
        store.meta(step())
