"""The store answers with exactly what was written, or not at all."""

import json

import numpy as np
import pytest

from lowsr_tradeoff.errors import ConfigError, StageError
from lowsr_tradeoff.run_folder import locked
from lowsr_tradeoff.settings import Settings
from lowsr_tradeoff.store import Step, Store, write_atomic


class Wish(Settings):
    x: int = 0


def step(x=0, *, stage="features", code="c", needs=()):
    return Step(stage, Wish(x=x), code, f"{stage} {x}", needs)


@pytest.mark.parametrize(
    "other",
    [step(1), step(stage="train"), step(code="d"), step(needs=(step(5),))],
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


def test_arrays_without_their_json_are_not_a_result(tmp_path):
    store = Store(tmp_path)
    store.write(step(), {}, {"a": np.ones(2)})
    next(tmp_path.rglob("*.json")).unlink()
    assert not store.holds(step())
    with pytest.raises(StageError, match=r"features 0: .*run again"):
        store.meta(step())


def test_a_write_that_fails_leaves_the_old_content(tmp_path):
    file = tmp_path / "report.html"
    write_atomic(file, b"old")
    with pytest.raises(TypeError):
        write_atomic(file, "not bytes")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_written_file_is_as_readable_as_any_other(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    write_atomic(tmp_path / "report.html", b"")
    assert (tmp_path / "report.html").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StageError, match=r"cannot be written .*--out"):
        write_atomic(tmp_path / "file" / "x.json", b"")


def test_a_folder_takes_one_run_at_a_time(tmp_path):
    with locked(tmp_path), pytest.raises(ConfigError, match="another run"), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass
