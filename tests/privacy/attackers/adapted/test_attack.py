import dataclasses
import subprocess
import sys

import pytest

from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.privacy.attackers import held_out, recogniser_steps
from lowsr_tradeoff.privacy.attackers.adapted import attack as adapted
from lowsr_tradeoff.privacy.attackers.extension import attack as extension
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.settings.toml import load_config

SPEECH = load_speech("demo", (1000,), 16000, skip_bad=False, cache=None)
CONFIG = StudyConfig(rates_hz=(1000,), n_resamples=200)
SILENT = dataclasses.replace(
    SPEECH, utterances=tuple(dataclasses.replace(u, text=None) for u in SPEECH.utterances[:4])
)
BOTH = pytest.mark.parametrize("room", [adapted, extension])


@BOTH
def test_every_rate_and_fold_is_a_step(room):
    counted = room.plan(CONFIG, SPEECH)
    steps = [need for step in counted for need in step.needs]
    assert [(step.settings.captures.rate_hz, step.settings.fold) for step in steps] == [
        (rate_hz, fold) for rate_hz in (1000, 16000) for fold in (1, 2, 3, 4)
    ]
    assert {step.stage for step in counted} == {recogniser_steps.COUNT}
    assert {step.stage for step in steps} == {room.STAGE}
    assert len({step.key for step in (*steps, *counted)}) == 2 * len(steps) == 2 * len(counted)


@BOTH
@pytest.mark.parametrize(("name", "value"), [("pad_s", 3.0), ("batch_size", 4), ("policy", "default")])
def test_the_key_knows_how_the_recogniser_is_used(room, name, value):
    other = load_config(None, {"rates_hz": (1000,), "privacy": {name: value}})
    assert not {step.key for step in room.plan(CONFIG, SPEECH)} & {step.key for step in room.plan(other, SPEECH)}


def keys(room, speech):
    """Of training and of counting, by fold of the lower rate."""
    steps = room.plan(CONFIG, speech)[: held_out.N_FOLDS]
    return [step.needs[0].key for step in steps], [step.key for step in steps]


def with_first(**changes):
    first, *others = SPEECH.utterances
    return dataclasses.replace(SPEECH, utterances=(dataclasses.replace(first, **changes), *others))


def n_changed(before, after):
    return sum(a != b for a, b in zip(before, after, strict=True))


@pytest.mark.parametrize(
    ("changes", "room", "n_trained", "n_counted"),
    [
        # A mended transcript teaches all folds but its own, which counts again as the others do after training.
        ({"text": "My doctor moved it."}, adapted, 3, 4),
        ({"text": "My doctor moved it."}, extension, 0, 1),
        ({"keywords": ()}, adapted, 0, 1),
        ({"sex": None}, adapted, 0, 0),
        ({"digest": "another sound"}, extension, 4, 4),
    ],
)
def test_keys_hold_what_training_hears_and_no_more(changes, room, n_trained, n_counted):
    trained, counted = keys(room, SPEECH)
    trained_then, counted_then = keys(room, with_first(**changes))
    assert (n_changed(trained, trained_then), n_changed(counted, counted_then)) == (n_trained, n_counted)


@BOTH
def test_results_pool_the_folds(room, tmp_path):
    store = Store(tmp_path)
    for step in room.plan(CONFIG, SPEECH):
        _, tested = held_out.split(SPEECH, 0, step.settings.fold)
        # Two folds of four are understood.
        heard = [u.text if step.settings.fold < 3 else "" for u in tested]
        store.write(step, {"utterances": recogniser_steps.count_words(tested, heard)})
    low, full = room.results(CONFIG, SPEECH, store)
    assert (low.rate_hz, full.rate_hz, low.recovers, low.measure) == (1000, 16000, "words", "word recovery")
    assert low.value.value == pytest.approx(0.5, abs=0.05)
    assert low.value.low < low.value.value < low.value.high
    assert low.chance.value < 0.1
    assert "64 utterances of 16 speakers in 4 folds" in low.setup
    assert "greedy" in low.setup


@BOTH
def test_without_transcripts_it_is_not_tested_and_says_why(room, tmp_path):
    assert room.plan(CONFIG, SILENT) == ()
    found = room.results(CONFIG, SILENT, Store(tmp_path))
    assert [result.value.value for result in found] == [None, None]
    assert "transcripts" in found[0].value.reason


def test_the_setup_states_the_budget_in_steps(tmp_path):
    # 48 utterances in batches of 8, five times.
    assert "at most 30 steps of 8 utterances" in adapted.setup_of(CONFIG, SPEECH)


def test_an_attack_learns_and_writes_counts(tmp_path, monkeypatch):
    quick = adapted.RECIPE.model_copy(update={"epochs": 1, "batch_size": 2})
    monkeypatch.setattr(adapted, "RECIPE", quick)
    speech = dataclasses.replace(SPEECH, utterances=SPEECH.utterances[:3])
    (step, *_), store = adapted.plan(CONFIG, speech), Store(tmp_path)
    adapted.run(step.needs, speech, store)
    recogniser_steps.run_counts([step], speech, store)
    assert len(store.meta(step.needs[0])["losses"]) == 1
    assert [row["clip_id"] for row in store.meta(step)["utterances"]] == [
        u.clip_id for u in held_out.split(speech, 0, step.settings.fold)[1]
    ]


@BOTH
def test_planning_and_results_do_without_torch(room):
    code = f"import sys; import {room.__name__}; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
