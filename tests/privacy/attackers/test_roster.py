import dataclasses
from importlib import import_module

from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.privacy.attackers import roster
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig

CONFIG = StudyConfig(rates_hz=(1000,), n_resamples=200)
EMBEDDED = load_speech("demo", (1000,), 16000, skip_bad=False, cache=None)
SPEECH = dataclasses.replace(EMBEDDED, utterances=EMBEDDED.utterances[:2])


def test_every_planned_step_names_a_function_that_runs_it():
    for step in roster.plan(CONFIG, EMBEDDED):
        module, _, function = step.run.partition(":")
        assert callable(getattr(import_module(f"lowsr_tradeoff.{module}"), function))


def test_what_was_not_asked_for_is_listed_with_the_way_to_ask(tmp_path, monkeypatch):
    for room in (roster.attack, roster.speakers, roster.sex, roster.activity):
        monkeypatch.setattr(room, "results", lambda *_: ())
    found = roster.results(CONFIG, SPEECH, Store(tmp_path))
    assert [(row.attacker, row.rate_hz) for row in found] == [
        ("bandwidth extension before whisper-tiny.en", 1000),
        ("bandwidth extension before whisper-tiny.en", 16000),
        ("whisper-tiny.en adapted to the rate", 1000),
        ("whisper-tiny.en adapted to the rate", 16000),
    ]
    assert {row.value.reason for row in found} == {roster.NOT_ASKED}


def test_all_attackers_are_planned_when_asked_for():
    every = StudyConfig(rates_hz=(1000,), privacy={"attackers": "all"})
    more = set(roster.plan(every, EMBEDDED)) - set(roster.plan(CONFIG, EMBEDDED))
    assert {step.stage for step in more} == {"attack-words", "attack-learning"}
    assert {need.stage for step in more for need in step.needs} == {"attack-adapted", "attack-extension"}
    assert set(roster.plan(CONFIG, EMBEDDED)) <= set(roster.plan(every, EMBEDDED))


def test_curves_are_planned_and_read_of_whom_they_are_asked_for(tmp_path, monkeypatch):
    def asked(curves):
        return StudyConfig(rates_hz=(1000,), privacy={"attackers": "all", "learning_curves": curves})

    n_steps = {curves: len(roster.plan(asked(curves), EMBEDDED)) for curves in ("none", "vocabulary", "all")}
    # Two rates: four shares of the vocabulary and the whole, which is there; five shares of four folds.
    assert n_steps["vocabulary"] - n_steps["none"] == 2 * 5
    assert n_steps["all"] - n_steps["vocabulary"] == 2 * 5 * 4
    monkeypatch.setattr(roster.learning_curve, "results", lambda *_: ("vocabulary",))
    monkeypatch.setattr(roster.growing_speech, "results", lambda *_: ("adapted",))
    read = {curves: roster.curves(asked(curves), EMBEDDED, Store(tmp_path), ()) for curves in n_steps}
    assert read == {"none": (), "vocabulary": ("vocabulary",), "all": ("vocabulary", "adapted")}
    assert roster.curves(CONFIG, EMBEDDED, Store(tmp_path), ()) == ()
