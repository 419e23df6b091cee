"""What is shown of a study before its end has three figures a rate, and says what has not run."""

from shutil import copytree

import pytest

from lowsr_tradeoff.decision.gate import gate
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.reports.page.html import render
from lowsr_tradeoff.runner.step import with_needs
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.limits import GateRules
from lowsr_tradeoff.settings.toml import load_config
from lowsr_tradeoff.study import so_far
from lowsr_tradeoff.study.assemble import NOT_YET, assemble, without_missing
from lowsr_tradeoff.study.plan import open_study, plan
from lowsr_tradeoff.study.run import run_study


@pytest.fixture
def nearly_done(small_study, small_run, tmp_path):
    """The run folder of the small study, which lacks one attacker's steps."""
    out = tmp_path / "run"
    copytree(small_run[0], out)
    for path in (out / "steps" / "attack-presence").iterdir():
        path.unlink()
    return out


@pytest.fixture
def begun(small_study, small_run, tmp_path):
    """The plan of the small study, and its store with the first steps alone."""
    out = tmp_path / "run"
    copytree(small_run[0], out)
    planned = plan(open_study(load_config(small_study), out))
    first = {step.key for step in with_needs(planned.first)}
    for path in (out / "steps").rglob("*.json"):
        if path.stem not in first:
            path.unlink()
    return planned, Store(out)


def test_the_first_steps_give_every_rate_its_three_figures(begun, small_run):
    planned, store = begun
    tradeoff = assemble(planned, *without_missing(planned, store))
    full = {point.point_id: point for point in small_run[1].tradeoff.points}
    assert {point.rate_hz for point in tradeoff.points} == {500, 1000, 16000}
    for point in tradeoff.points:
        assert point.arm == "finetuned"
        assert (point.accuracy, point.power_mw) == (full[point.point_id].accuracy, full[point.point_id].power_mw)
        assert 0 < point.word_recovery.value <= full[point.point_id].word_recovery.value


def test_what_has_not_run_is_named_and_is_no_failure(begun):
    planned, store = begun
    tradeoff = assemble(planned, *without_missing(planned, store))
    assert tradeoff.failures == ()
    waiting = [attack for attack in tradeoff.privacy.attacks if attack.value.reason == NOT_YET]
    assert {attack.recovers for attack in waiting} >= {"known words", "presence"}
    assert not any(attack.is_lost for attack in tradeoff.privacy.attacks)
    n_done, n_steps = len(with_needs(planned.first)), len(with_needs(planned.steps))
    assert (tradeoff.unfinished.n_done, tradeoff.unfinished.n_steps) == (n_done, n_steps)
    with pytest.raises(DataError, match="not finished decides no release"):
        gate(tradeoff, GateRules(min_accuracy=0.0))


def test_the_first_steps_run_first(begun):
    planned, _ = begun
    assert set(planned.steps[: len(planned.first)]) == set(planned.first)


def test_a_long_run_is_shown_before_its_end_and_then_whole(nearly_done, small_study, small_run, monkeypatch):
    monkeypatch.setattr(so_far, "FIRST_S", 0.0)
    shown = []
    finished = run_study(load_config(small_study), nearly_done, 1, lambda _: None, show=shown.append)
    counts = [run.tradeoff.unfinished.n_done for run in shown]
    assert counts
    assert counts == sorted(counts)
    assert f"Provisional: {counts[0]} of " in render(shown[0].tradeoff, shown[0].manifest, shown[0].listen)
    assert finished.tradeoff == small_run[1].tradeoff


def test_a_short_run_is_not_shown_before_its_end(nearly_done, small_study, monkeypatch):
    monkeypatch.setattr(so_far, "FIRST_S", 1e6)
    shown = []
    run_study(load_config(small_study), nearly_done, 1, lambda _: None, show=shown.append)
    assert shown == []
