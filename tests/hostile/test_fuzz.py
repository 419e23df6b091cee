"""A few mutated files of the kinds that are quick to read; ``benchmarks/fuzz.py`` tries hundreds of every kind."""

import os
import signal
import subprocess
import sys
from random import Random

import pytest

from fuzz import GOOD, attempt, fuzz
from fuzz_kinds import checkpoint_kinds, settings_kind, sound_kinds, table_kind
from lowsr_tradeoff.errors import DataError
from mutations import bytewise, jsonwise, tomlwise

# Networks take long to write.
N, N_NETWORKS = 10, 4
NETWORKS = f"""
import sys
from pathlib import Path

from fuzz import GOOD, fuzz
from fuzz_kinds import checkpoint_kinds

outcomes = [outcome for kind in checkpoint_kinds(Path(sys.argv[1])) for outcome in fuzz(kind, {N_NETWORKS})]
assert len({{outcome.kind for outcome in outcomes}}) == 2
print(*(outcome for outcome in outcomes if outcome.what not in GOOD))
"""


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    rooms = [tmp_path_factory.mktemp(name) for name in ("sounds", "tables", "settings", "checkpoints")]
    made = (*sound_kinds(rooms[0]), table_kind(rooms[1]), settings_kind(rooms[2]), *checkpoint_kinds(rooms[3]))
    return {kind.name: kind for kind in made}


QUICK = ["WAV", "FLAC", "OGG", "W64", "RF64", "AIFF", "CAF", "CSV", "TOML"]


@pytest.mark.parametrize("name", QUICK)
def test_a_mutated_file_is_refused_by_name_or_read_right(kinds, name):
    assert [outcome for outcome in fuzz(kinds[name], N) if outcome.what not in GOOD] == []


def test_a_mutated_network_is_refused_by_name_or_read_right(tmp_path):
    # In a process of its own with one thread: a fork of one in which torch has started more may never end.
    env = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", NETWORKS, str(tmp_path)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize(
    "name", ["WAV", "FLAC", "OGG", "W64", "RF64", "AIFF", "CAF", "CSV", "TOML", "safetensors", "torch checkpoint"]
)
def test_every_whole_file_is_read(kinds, name):
    for path, content in kinds[name].files.items():
        path.write_bytes(content)
        kinds[name].read(path)


def refuse(path):
    raise DataError(f"{path}: refused")


def fail(path):
    raise KeyError(path)


def spin(path):
    while True:
        pass


def crash(path):
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize(
    ("read", "what"),
    [(len, "read"), (refuse, "refused"), (fail, "unforeseen"), (crash, "crashed"), (spin, "slow")],
)
def test_the_harness_tells_every_outcome(tmp_path, monkeypatch, read, what):
    monkeypatch.setattr("fuzz.CPU_S", 1)
    assert attempt(lambda path: read(str(path)), tmp_path / "file")[0] == what


def test_the_harness_tells_what_takes_too_much_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("fuzz.MEMORY_BYTES", 1_000_000)
    assert attempt(lambda path: b"x" * 50_000_000, tmp_path / "file")[0] == "large"


@pytest.mark.parametrize("mutate", [bytewise, jsonwise, tomlwise])
def test_equal_draws_make_equal_files(mutate):
    content = b'{"a": [1, {"b": "c"}], "d": 2.5}' if mutate is jsonwise else b'a = [1, 2]\nb = "c"\n[t]\nd = 2.5\n'
    made = {mutate(content, Random(seed)) for seed in range(40)}
    assert made == {mutate(content, Random(seed)) for seed in range(40)}
    assert len(made) > 20
