"""What is shown of a study before its end has three figures a rate, and says what has not run."""

from shutil import copyfile, copytree

import pytest

from lowsr_tradeoff.decision.gate import gate
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.reports.page.html import render
from lowsr_tradeoff.reports.sections.decision.verdict import unusable, warnings
from lowsr_tradeoff.runner.step import with_needs
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.alarms import AlarmSettings
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
    """The control's accuracy, and the power of the network that is trained next."""
    planned, store = begun
    tradeoff = assemble(planned, *without_missing(planned, store))
    whole = small_run[1].tradeoff
    controls = {one.rate_hz: one.accuracy for one in whole.recognition.results if one.arm == "classical"}
    full = {
        (point.rate_hz, point.device): point
        for point in whole.points
        if point.arm == "finetuned" and (point.grid == "native" or point.rate_hz == whole.reference_rate_hz)
    }
    assert {point.rate_hz for point in tradeoff.points} == {500, 1000, 16000}
    for point in tradeoff.points:
        assert (point.arm, point.accuracy) == ("classical", controls[point.rate_hz])
        trained = full[point.rate_hz, point.device]
        assert point.power_mw == trained.power_mw
        assert 0 < point.word_recovery.value <= trained.word_recovery.value
    assert "Sounds are recognised by the classical control; the power is" in " ".join(warnings(tradeoff))


def test_a_network_replaces_the_control_at_its_rate(begun, small_run):
    planned, store = begun
    trained = planned.through[0].classify.trained
    network = next(runs for at, runs in trained.items() if (at.rate_hz, at.arm) == (1000, "finetuned"))
    keys = {step.key for step in with_needs(network)}
    for path in small_run[0].glob("steps/*/*"):
        if path.stem in keys:
            copyfile(path, store.root / path.relative_to(small_run[0]))
    tradeoff = assemble(planned, *without_missing(planned, store))
    found = {point.rate_hz: point.arm for point in tradeoff.points}
    assert found == {500: "classical", 1000: "finetuned", 16000: "classical"}
    assert "Sounds at 500 Hz and 16 kHz are recognised by the classical control" in " ".join(warnings(tradeoff))


def test_where_a_network_is_asked_for_it_is_shown_first(small_study, tmp_path):
    """Nothing but a network raises alarms."""
    config = load_config(small_study)
    raises = config.model_copy(update={"alarms": AlarmSettings(target="high")})
    first = plan(open_study(raises, tmp_path)).through[0].classify.first
    assert {step.settings.arm for step in first if step.stage == "train"} == {"finetuned"}
    assert not any(step.stage == "control" for step in first)


def test_what_has_not_run_is_named_and_is_no_failure(begun):
    planned, store = begun
    tradeoff = assemble(planned, *without_missing(planned, store))
    assert tradeoff.failures == ()
    waiting = [attack for attack in tradeoff.privacy.attacks if attack.value.reason == NOT_YET]
    assert {attack.recovers for attack in waiting} >= {"known words", "presence"}
    assert not any(attack.is_lost for attack in tradeoff.privacy.attacks)
    assert not any("not run yet" in fault for fault in unusable(tradeoff))
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
