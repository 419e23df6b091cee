"""Nothing that finished is lost or misread, whatever happens to the process, the disk or the files."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from lowsr_tradeoff.errors import ConfigError, MissingResourceError, StageError
from lowsr_tradeoff.files.writing import canonical_json, seal
from lowsr_tradeoff.runner.lock import locked
from lowsr_tradeoff.runner.schedule import Resources, execute, run_missing
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.groups import Settings

JOB = """
import sys
from pathlib import Path
from tests.faults.test_faults import chain, compute
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.runner.lock import locked
from functools import partial
with locked(Path(sys.argv[1])):
    store = Store(Path(sys.argv[1]))
    execute(chain(), store, partial(compute, store), 1, lambda at: print(at.n_done, flush=True))
"""


class Place(Settings):
    i: int


def chain(n=40):
    """Steps that each need the one before and three that need none."""
    made = []
    for i in range(n):
        made.append(
            Step("chain", "errors:run", Place(i=i), f"link {i}", "events", tuple(made[-1:]) if i % 4 else ())
        )
    return made


def compute(store, steps):
    for step in steps:
        before = sum(float(store.arrays(need)["x"].sum()) for need in step.needs)
        time.sleep(0.002)
        store.write(step, {"i": step.settings.i}, {"x": np.arange(2000.0) + before})


def contents(root):
    return {p.relative_to(root): p.read_bytes() for p in (root / "steps").rglob("*.*") if p.name[0] != "."}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("whole"))
    execute(chain(), store, partial(compute, store), 1, lambda _: None)
    return contents(store.root)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_job_killed_at_random_goes_on_to_the_same_bytes(tmp_path, undisturbed, how):
    drawn = random.Random(f"{how}")
    root = Path(__file__).parents[2]
    with subprocess.Popen([sys.executable, "-c", JOB, tmp_path], stdout=subprocess.PIPE, cwd=root) as process:
        for _ in range(drawn.randrange(1, 30)):
            process.stdout.readline()
        time.sleep(drawn.random() * 0.01)
        process.send_signal(how)
    assert process.returncode == -how
    found = contents(tmp_path)
    assert found.items() <= undisturbed.items()
    store = Store(tmp_path)
    outcome = execute(chain(), store, partial(compute, store), 1, lambda _: None)
    assert contents(tmp_path) == undisturbed
    assert outcome.n_reused > 0
    assert outcome.damaged == ()


def test_every_artefact_with_a_changed_byte_is_noticed_told_and_made_again(tmp_path, undisturbed):
    store, drawn = Store(tmp_path), random.Random(5)
    execute(chain(), store, partial(compute, store), 1, lambda _: None)
    for path in list(contents(tmp_path)):
        content = bytearray((tmp_path / path).read_bytes())
        content[drawn.randrange(len(content))] ^= drawn.randrange(1, 256)
        (tmp_path / path).write_bytes(content)
    outcome = run_missing(chain(), store, partial(compute, store), Resources(), lambda _: None)
    assert set(outcome.damaged) == set(chain())
    assert contents(tmp_path) == undisturbed


def test_an_artefact_of_another_version_is_made_again(tmp_path, undisturbed):
    """Such as that of the first versions, which ended with the checksum of the canonical form."""
    store, step = Store(tmp_path), chain()[0]
    record = {"stage": "chain", "meta": {"i": 77}, "has_arrays": False, "arrays_sha256": "", "key": step.key}
    path = tmp_path / "steps" / "chain" / f"{step.key}.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({**record, "sha256": canonical_json(record).hex()}, indent=1))
    outcome = run_missing([step], store, partial(compute, store), Resources(), lambda _: None)
    assert [one.label for one in outcome.damaged] == ["link 0"]
    assert store.meta(step) == {"i": 0}


def test_a_result_that_nests_without_end_is_made_again_although_its_checksum_is_right(tmp_path):
    store, step = Store(tmp_path), chain()[0]
    path = tmp_path / "steps" / "chain" / f"{step.key}.json"
    path.parent.mkdir(parents=True)
    path.write_bytes(seal(b'{"meta":' + b"[" * 100_000))
    outcome = run_missing([step], store, partial(compute, store), Resources(), lambda _: None)
    assert [one.label for one in outcome.damaged] == ["link 0"]
    assert store.meta(step) == {"i": 0}


def test_a_full_disk_is_named_and_loses_nothing(tmp_path):
    """A limit on the size of files stands in for the end of the disk."""
    store, first, second = Store(tmp_path), *chain()[:2]
    execute([first], store, partial(compute, store), 1, lambda _: None)
    before, limits = contents(tmp_path), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8000, limits[1]))
    try:
        with pytest.raises(StageError, match=r"cannot be written \(File too large\); choose another"):
            run_missing([second], store, partial(compute, store), Resources(), lambda _: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert contents(tmp_path) == before
    execute([second], store, partial(compute, store), 1, lambda _: None)


def test_a_folder_that_cannot_be_written_is_named():
    refused = pytest.raises(MissingResourceError, match=r"/proc/run: cannot be written .*--out")
    with refused, locked(Path("/proc/run")):
        pass


def test_two_runs_never_share_a_folder_and_a_killed_one_leaves_it_free(tmp_path):
    hold = "\n".join(
        (
            "from pathlib import Path",
            "from lowsr_tradeoff.runner.lock import locked",
            f"with locked(Path({str(tmp_path)!r})): print(1, flush=True); input()",
        )
    )
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"1\n"
        with pytest.raises(ConfigError, match="another run is using this folder"), locked(tmp_path):
            pass
        process.kill()
    with locked(tmp_path):
        pass


def test_the_clock_decides_nothing(tmp_path):
    store = Store(tmp_path)
    execute(chain(4), store, partial(compute, store), 1, lambda _: None)
    for path in tmp_path.rglob("*.*"):
        os.utime(path, (2e9, 2e9))
    outcome = execute(chain(8), store, partial(compute, store), 1, lambda _: None)
    assert (outcome.n_run, outcome.n_reused) == (4, 4)


def test_what_a_killed_run_was_writing_is_swept_away(tmp_path):
    left = tmp_path / "steps" / "chain" / ".0123.json.89abcdef"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    with locked(tmp_path):
        assert not left.exists()
