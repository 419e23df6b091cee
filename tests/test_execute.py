"""The scheduler runs what is missing, once, in order, and loses nothing to a failure."""

import os
from functools import partial
from pathlib import Path

import pytest

from lowsr_tradeoff.errors import DataError, StageError
from lowsr_tradeoff.execute import execute, make_batches, missing_steps
from lowsr_tradeoff.settings import Settings
from lowsr_tradeoff.store import Step, Store


class Named(Settings):
    name: str


def step(name, *needs, together=None):
    return Step("test", Named(name=name), "code", name, needs, together)


def run(store, log, steps):
    """Write each step's name after its needs' results; fail or die on command."""
    for one in steps:
        if one.label == "bad":
            raise DataError("clip 7 is silent")
        if one.label == "dies":
            os._exit(9)
        made_of = [store.meta(need)["text"] for need in one.needs]
        store.write(one, {"text": f"{one.label}({','.join(made_of)})"})
        with Path(log).open("a") as file:
            file.write(one.label + "\n")


def go(tmp_path, wanted, jobs):
    store, log, seen = Store(tmp_path), tmp_path / "log", []
    outcome = execute(wanted, store, partial(run, store, log), jobs, seen.append)
    return outcome, store, log.read_text().split() if log.exists() else [], seen


@pytest.mark.parametrize("jobs", [1, 2])
def test_needs_run_first_and_once(tmp_path, jobs):
    base = step("a")
    left, right = step("b", base), step("c", base)
    outcome, store, log, seen = go(tmp_path, [step("d", left, right), left], jobs)
    assert store.meta(step("d", left, right))["text"] == "d(b(a()),c(a()))"
    assert sorted(log) == ["a", "b", "c", "d"]
    assert log[0] == "a"
    assert log[-1] == "d"
    assert (outcome.n_run, outcome.n_reused) == (4, 0)
    assert [(at.n_done, at.n_total) for at in seen] == [(n, 4) for n in range(1, 5)]


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


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failure_costs_only_what_needs_it(tmp_path, jobs):
    bad = step("bad")
    wanted = [step("after", bad), step("fine"), step("also", step("fine"))]
    with pytest.raises(StageError) as error:
        go(tmp_path, wanted, jobs)
    text = str(error.value)
    assert "bad: clip 7 is silent" in text
    assert "after: needs bad, which failed" in text
    assert "2 steps failed; 2 steps finished and are kept" in text
    assert Store(tmp_path).holds(step("also", step("fine")))


def test_a_process_that_dies_is_reported(tmp_path):
    with pytest.raises(StageError, match="dies: its process ended"):
        go(tmp_path, [step("dies"), step("fine", step("dies"))], 2)
