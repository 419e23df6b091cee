"""The scheduler runs what is missing, once, in order, and loses nothing to a failure."""

import multiprocessing
import os
import signal
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.runner.steps import step

from lowsr_tradeoff.errors import DataError, MissingResourceError, StageError
from lowsr_tradeoff.runner.executor import is_on_gpu, n_more
from lowsr_tradeoff.runner.machine import ONE_THREAD
from lowsr_tradeoff.runner.schedule import Resources, execute, make_batches, missing_steps, run_missing
from lowsr_tradeoff.runner.store import Store


def run(store, log, steps):
    """Write each step's name after its needs' results; fail on command."""
    for one in steps:
        if one.label == "bad":
            raise DataError("clip 7 is silent")
        made_of = [store.meta(need)["text"] for need in one.needs]
        store.write(one, {"text": f"{one.label}({','.join(made_of)})"})
        with Path(log).open("a") as file:
            file.write(one.label + "\n")


def go(tmp_path, wanted, jobs):
    store, log, seen = Store(tmp_path), tmp_path / "log", []
    outcome = execute(wanted, store, partial(run, store, log), jobs, seen.append)
    return outcome, store, log.read_text().split() if log.exists() else [], seen


def test_needs_run_first_and_once(tmp_path):
    base = step("a")
    left, right = step("b", base), step("c", base)
    outcome, store, log, seen = go(tmp_path, [step("d", left, right), left], 1)
    assert store.meta(step("d", left, right))["text"] == "d(b(a()),c(a()))"
    assert sorted(log) == ["a", "b", "c", "d"]
    assert log[0] == "a"
    assert log[-1] == "d"
    assert (outcome.n_run, outcome.n_reused) == (4, 0)
    finished = [at for at in seen if at.label]
    assert [(at.n_done, at.n_total) for at in finished] == [(n, 4) for n in range(1, 5)]
    assert [at.n_left for at in finished] == [{"test": 3}, {"test": 2}, {"test": 1}, {}]
    assert all(at.stage == "test" and 0 < at.took_s < 5 for at in finished)


def test_what_is_wanted_first_runs_first_even_where_it_waits_for_others(tmp_path):
    """Steps that can begin from the start must not all go before a step that had to wait for its need."""
    wanted = [step("a", step("its need")), step("b"), step("c")]
    *_, log, _ = go(tmp_path, wanted, 1)
    assert log == ["its", "need", "a", "b", "c"]


def test_what_runs_is_told_before_it_finishes(tmp_path):
    *_, seen = go(tmp_path, [step("b", step("a"))], 1)
    assert [(at.label, at.running, at.n_done) for at in seen] == [
        ("", ("a",), 0),
        ("a", (), 1),
        ("", ("b",), 1),
        ("b", (), 2),
    ]


def test_a_second_run_runs_nothing(tmp_path):
    wanted = [step("b", step("a"))]
    go(tmp_path, wanted, 1)
    (tmp_path / "log").unlink()
    outcome, _, log, _ = go(tmp_path, wanted, 1)
    assert log == []
    assert (outcome.n_run, outcome.n_reused) == (0, 1)


def test_a_lost_intermediate_is_not_made_again_for_nothing(tmp_path):
    base = step("a")
    _, store, _, _ = go(tmp_path, [step("b", base)], 1)
    next(tmp_path.rglob(f"{base.key}.json")).unlink()
    assert missing_steps([step("b", base)], store) == []
    assert missing_steps([step("b", base), step("c", base)], store) == [base, step("c", base)]


def test_steps_that_share_work_run_in_one_call(tmp_path):
    batches = make_batches([step("a", together="x"), step("b"), step("c", together="x")])
    assert [[one.label for one in batch] for batch in batches] == [["a", "c"], ["b"]]


def test_a_failure_costs_only_what_needs_it(tmp_path):
    bad = step("bad")
    wanted = [step("after", bad), step("fine"), step("also", step("fine"))]
    with pytest.raises(StageError) as error:
        go(tmp_path, wanted, 1)
    text = str(error.value)
    assert "bad: clip 7 is silent" in text
    assert "after: needs bad, which failed" in text
    assert "2 steps failed; 2 steps finished and are kept" in text
    assert Store(tmp_path).holds(step("also", step("fine")))


def out_of_the_ordinary(store, log, steps):
    """Fail where one step of several is asked for; hang, or die the first few times, as the label says."""
    for one in steps:
        with Path(log).open("a") as file:
            file.write(one.label + "\n")
        match one.label.split():
            case ["hangs"]:
                time.sleep(600)
            case ["dies", "once"] if Path(log).read_text().count("dies once") == 1:
                os.kill(os.getpid(), signal.SIGKILL)
            case ["dies"]:
                os.kill(os.getpid(), signal.SIGKILL)
            case ["quits"]:
                os._exit(0)
            case ["raises"]:
                raise DataError("clip 7 is silent")
        store.write(one, {})


def test_a_step_that_dies_hangs_or_raises_costs_itself_alone(tmp_path, monkeypatch):
    """Two processes: every fault at once, and everything else is done."""
    monkeypatch.setattr("lowsr_tradeoff.runner.schedule.TRIES", 2)
    labels = ["dies", "dies once", "quits", "raises", *(f"fine {i}" for i in range(6))]
    shared = [step(label, together="decode") for label in ("raises", "fine a", "fine b")]
    needs_half = [step("after fine", step("fine a", together="decode"), together="both")]
    wanted = [*map(step, labels), *shared, *needs_half, step("after", step("dies")), step("hangs")]
    store, log = Store(tmp_path), tmp_path / "log"
    run = partial(out_of_the_ordinary, store, log)
    outcome = run_missing(wanted, store, run, Resources(2, step_timeout_s=1.0), lambda _: None)
    why = {failed.label: reason for failed, reason in outcome.failures.items()}
    assert why.keys() == {"dies", "quits", "raises", "hangs", "after"}
    assert "killed by signal 9, 2 times" in why["dies"]
    assert "ended with code 0, 2 times" in why["quits"]
    assert why["raises"] == "clip 7 is silent"
    assert "more than 1 s" in why["hangs"]
    assert why["after"] == "needs dies, which failed"
    assert log.read_text().splitlines().count("dies") == 2
    assert all(store.holds(one) for one in (*needs_half, step("fine 5"), step("dies once")))
    again = run_missing(wanted, store, partial(run_quietly, store), Resources(2), lambda _: None)
    assert {one.label for one in missing_steps(wanted, store)} == set()
    assert again.n_run == len(set(outcome.failures))


def write_threads(store, steps):
    for one in steps:
        store.write(one, {"threads": {name: os.environ.get(name) for name in ONE_THREAD}})


def test_workers_of_a_program_that_says_nothing_run_one_thread_each(tmp_path, monkeypatch):
    """And the program's own environment is left as it was; what it does say before its first run holds."""
    for name in ONE_THREAD:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "3")
    program = multiprocessing.get_context("spawn").Process(target=run_and_compare_environment, args=(tmp_path,))
    program.start()
    program.join()
    assert program.exitcode == 0
    assert Store(tmp_path).meta(step("a"))["threads"] == ONE_THREAD | {"MKL_NUM_THREADS": "3"}


def test_a_long_path_of_the_folder_for_temporary_files_stops_nothing(tmp_path, monkeypatch):
    """Of a socket's path Linux takes 107 bytes."""
    long = tmp_path / ("t" * 120)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    program = multiprocessing.get_context("spawn").Process(target=run_and_compare_environment, args=(tmp_path,))
    program.start()
    program.join()
    assert program.exitcode == 0
    assert Store(tmp_path).holds(step("b"))


def run_and_compare_environment(folder):
    before, store = dict(os.environ), Store(folder)
    execute([step("a"), step("b")], store, partial(write_threads, store), 2, lambda _: None)
    sys.exit(dict(os.environ) != before)


def test_many_steps_in_one_call_may_take_longer_than_a_system_can_wait_at_once(tmp_path):
    """A day each of 30 steps is more than poll(2) takes, 2**31 ms."""
    wanted = [step(f"step {i}", together="all") for i in range(30)]
    store = Store(tmp_path)
    outcome = run_missing(
        wanted, store, partial(run_quietly, store), Resources(2, step_timeout_s=86400.0), lambda _: None
    )
    assert outcome.n_run == 30


def run_quietly(store, steps):
    for one in steps:
        store.write(one, {})


def test_a_folder_that_cannot_be_written_ends_the_run(tmp_path, monkeypatch):
    """No step after the one that met the full disk is begun."""
    store, begun = Store(tmp_path), []

    def full(self, step, meta, arrays=None):
        begun.append(step.label)
        raise StageError("no space left on device")

    monkeypatch.setattr(Store, "write", full)
    monkeypatch.setattr(
        "lowsr_tradeoff.files.writing.copyfileobj", lambda *_: (_ for _ in ()).throw(OSError(28, "No space"))
    )
    with pytest.raises(StageError, match=r"cannot be written \(No space"):
        run_missing([step("a"), step("b")], store, partial(run_quietly, store), Resources(), lambda _: None)
    assert begun == ["a"]


def test_what_is_damaged_is_told(tmp_path):
    store = Store(tmp_path)
    store.write(step("a"), {})
    path = next(tmp_path.rglob("*.json"))
    path.write_bytes(path.read_bytes() + b" ")
    outcome = run_missing([step("a"), step("b")], store, partial(run_quietly, store), Resources(), lambda _: None)
    assert [one.label for one in outcome.damaged] == ["a"]
    assert outcome.n_run == 2


def overlapping(store, log, steps):
    """Log when a step begins and ends; one on the GPU ends when another has begun beside it."""
    with log.open("a") as file:
        file.write(f"+{steps[0].label}\n")
    limit_s = time.monotonic() + 60
    while steps[0].is_on_gpu and "+cpu" not in log.read_text() and time.monotonic() < limit_s:
        time.sleep(0.01)
    time.sleep(0.1)
    with log.open("a") as file:
        file.write(f"-{steps[0].label}\n")
    store.write(steps[0], {})


def test_steps_on_a_gpu_wait_for_it_and_let_the_others_pass(tmp_path, monkeypatch):
    """With one GPU and two processes, the first steps being those on the GPU."""
    monkeypatch.setattr("lowsr_tradeoff.runner.executor.why_no_gpu", lambda: None)
    wanted = [replace(step(f"gpu{i}"), is_on_gpu=True) for i in range(4)] + [step(f"cpu{i}") for i in range(4)]
    store, log = Store(tmp_path), tmp_path / "log"
    outcome = run_missing(wanted, store, partial(overlapping, store, log), Resources(2), lambda _: None)
    assert outcome.n_run == len(wanted)
    at_once, seen = {"gpu": 0, "cpu": 0}, []
    for line in log.read_text().split():
        at_once[line[1:4]] += 1 if line[0] == "+" else -1
        seen.append(dict(at_once))
    assert max(now["gpu"] for now in seen) == 1
    assert any(now["gpu"] and now["cpu"] for now in seen)


@pytest.mark.parametrize(
    ("busy", "n_on_gpu", "n_cpu_more", "n_gpu_more"),
    [([], 2, 4, 2), ([(1,)], 2, 3, 1), ([(0, 1), (0,)], 2, 2, 1), ([(0,)] * 3, 2, 1, 1), ([(1,), (1,)], 2, 2, 0)],
)
def test_room_is_for_all_and_less_on_the_gpu(busy, n_on_gpu, n_cpu_more, n_gpu_more):
    """Step 1 computes on the GPU, step 0 does not; four calls at once."""
    steps = [step("a"), replace(step("b"), is_on_gpu=True)]
    running = [is_on_gpu(steps, call) for call in busy]
    assert n_more(running, 4, n_on_gpu, on_gpu=False) == n_cpu_more
    assert n_more(running, 4, n_on_gpu, on_gpu=True) == n_gpu_more


def test_a_machine_without_a_gpu_begins_nothing_that_needs_one(tmp_path, monkeypatch):
    monkeypatch.setattr("lowsr_tradeoff.runner.executor.why_no_gpu", lambda: "there is none")
    with pytest.raises(MissingResourceError, match="there is none"):
        go(tmp_path, [step("a"), replace(step("b"), is_on_gpu=True)], 1)
    assert not (tmp_path / "log").exists()
    go(tmp_path, [step("a"), step("b")], 1)
    # What has finished elsewhere needs none to be read.
    outcome, *_ = go(tmp_path, [replace(step("b"), is_on_gpu=True)], 1)
    assert outcome.n_reused == 1
