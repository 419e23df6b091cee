import dataclasses
from importlib import import_module

import pytest
from tests.privacy.digits import WORDS
from tests.privacy.embedded import SPEECH as SENTENCES

from lowsr_tradeoff.privacy import attackers, stage
from lowsr_tradeoff.privacy.attackers import attacker, roster
from lowsr_tradeoff.runner import fingerprint
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

CONFIG = StudyConfig(rates_hz=(1000,), n_resamples=200, front_end=FrontEnd())
EMBEDDED = dataclasses.replace(SENTENCES, words=WORDS)
SPEECH = dataclasses.replace(EMBEDDED, utterances=EMBEDDED.utterances[:2])

# An attacker in one file: how loud an utterance is tells who speaks.
LOUDNESS = '''
"""Loudness."""

import numpy as np

from lowsr_tradeoff.privacy.attackers.attacker import RatePlan
from lowsr_tradeoff.privacy.captures import captured, captures_of
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.step import Step


def plan(config, speech):
    run = "privacy.attackers.loudness:run"
    return RatePlan(config, speech, {
        hz: Step("attack-loudness", run, captures_of(config, speech, hz), f"loudness at {hz} Hz", "speech")
        for hz in config.all_rates_hz()
    })


def run(steps, speech, store):
    for step in steps:
        sounds = [captured(utterance, step.settings) for utterance in speech.utterances]
        store.write(step, {"rms": [float(np.sqrt(np.mean(sound**2))) for sound in sounds]})


def results(plan, store):
    return tuple(
        AttackResult(
            rate_hz=rate_hz, front_end="ideal", attacker="loudness", recovers="who", measure="RMS",
            value=Measurement(value=max(store.meta(step)["rms"]), n=2, n_of="utterances", basis="counted"),
            chance=None, is_leak=True, setup="none",
        )
        for rate_hz, step in plan.by_rate.items()
    )
'''


def asked(curves="none"):
    asked_for = {"attackers": "all", "learning_curves": curves}
    return StudyConfig(rates_hz=(1000,), privacy=asked_for, front_end=FrontEnd())


def steps_of(config):
    """Of the roster alone."""
    plan = stage.plan(config, EMBEDDED)
    return [step for one in (*plan.attackers, *filter(None, plan.curves)) for step in one.steps]


@pytest.fixture
def loudness(tmp_path, monkeypatch):
    """The module, as if its file lay among the attackers."""
    (tmp_path / "loudness.py").write_text(LOUDNESS)
    monkeypatch.setattr(attackers, "__path__", [*attackers.__path__, str(tmp_path)])
    path_of = fingerprint._file
    here = "privacy.attackers.loudness"
    monkeypatch.setattr(fingerprint, "_file", lambda m: tmp_path / "loudness.py" if m == here else path_of(m))
    return import_module(f"lowsr_tradeoff.{here}")


def test_an_attacker_is_one_file_and_one_line_of_the_roster(loudness, tmp_path, monkeypatch):
    monkeypatch.setattr(roster, "ATTACKERS", (loudness,))
    plan, store = stage.plan(CONFIG, SPEECH), Store(tmp_path)
    steps = [step for step in plan.steps if step.stage == "attack-loudness"]
    assert [step.label for step in steps] == ["loudness at 1000 Hz", "loudness at 16000 Hz"]
    run_batch({"speech": SPEECH}, store, steps)
    others = {step: "not run" for step in plan.steps if step not in steps}
    found = stage.results(plan, dataclasses.replace(store, failed=others)).attacks[-2:]
    assert [(result.attacker, result.rate_hz) for result in found] == [("loudness", 1000), ("loudness", 16000)]
    assert all(0 < result.value.value < 1 for result in found)


@pytest.fixture(scope="module")
def functions():
    """What runs the steps of every attacker, learning curve and measure of the signal."""
    plan = stage.plan(asked("all"), EMBEDDED)
    return {one.run for step in plan.steps for one in (step, *step.needs)}


def test_every_planned_step_names_a_function_that_runs_it(functions):
    assert len(functions) == 14
    for name in functions:
        module, _, function = name.partition(":")
        assert callable(getattr(import_module(f"lowsr_tradeoff.{module}"), function))


def test_what_computes_reaches_neither_what_plans_nor_statistics(functions):
    for name in functions:
        for module in fingerprint.reached(name):
            assert module.partition(".")[0] != "statistics", name
            assert not hasattr(import_module(f"lowsr_tradeoff.{module}"), "results"), (name, module)


def test_what_was_not_asked_for_is_listed_with_the_way_to_ask():
    plans = stage.plan(CONFIG, EMBEDDED).attackers
    found = [row for plan in plans if isinstance(plan, attacker.NotTested) for row in plan.results]
    found = [row for row in found if row.attacker != roster.published_figures.ATTACKER]
    assert {(row.attacker, row.rate_hz) for row in found} == {
        (name, rate_hz)
        for name in (
            "bandwidth extension before whisper-tiny.en",
            "closed vocabulary, network and support vectors",
            "moonshine-tiny, list of keywords",
            "whisper-tiny.en adapted to the rate",
            "speaker verification, ignorant, CAM++",
            "speaker verification, lazy-informed, CAM++",
        )
        for rate_hz in (1000, 16000)
    }
    assert {row.value.reason for row in found} == {attacker.NOT_ASKED}


def test_all_attackers_are_planned_when_asked_for():
    few, every = set(steps_of(CONFIG)), set(steps_of(asked("vocabulary")))
    assert {step.stage for step in every - few} == {
        "attack-candidates",
        "attack-digits-machine",
        "attack-learning",
        "attack-speakers-campplus",
        "attack-words",
    }
    needs = {need.stage for step in every - few for need in step.needs}
    assert needs == {"attack-adapted", "attack-extension"}
    assert few <= every


def test_curves_are_planned_of_whom_they_are_asked_for():
    n_steps = {curves: len(steps_of(asked(curves))) for curves in ("none", "vocabulary", "all")}
    # Two rates: four shares of the vocabulary and the whole, which is there; five shares of four folds.
    assert n_steps["vocabulary"] - n_steps["none"] == 2 * 5
    assert n_steps["all"] - n_steps["vocabulary"] == 2 * 5 * 4
    assert stage.plan(CONFIG, EMBEDDED).curves == (None, None)


def test_curves_are_read_in_the_order_of_the_roster(tmp_path, monkeypatch):
    vocabulary, adapted = roster.LEARNING_CURVES
    monkeypatch.setattr(vocabulary, "results", lambda *_: ("vocabulary",))
    monkeypatch.setattr(adapted, "results", lambda *_: ("adapted",))
    monkeypatch.setattr(stage, "Privacy", lambda **found: found["learning_curves"])
    monkeypatch.setattr(roster, "ATTACKERS", ())
    for curves, read in (("none", ()), ("vocabulary", ("vocabulary",)), ("all", ("vocabulary", "adapted"))):
        plan = stage.plan(asked(curves), EMBEDDED)
        store = Store(tmp_path, failed=dict.fromkeys(plan.steps, "not run"))
        assert stage.results(plan, store) == read
