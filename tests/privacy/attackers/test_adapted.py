import dataclasses
import subprocess
import sys

import pytest

from lowsr_tradeoff.config import StudyConfig, load_config
from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.privacy.attackers import adapted, extension, overheard
from lowsr_tradeoff.store import Store

SPEECH = load_speech("demo", (1000,), 16000, skip_bad=False, cache=None)
CONFIG = StudyConfig(rates_hz=(1000,), n_resamples=200)
SILENT = dataclasses.replace(
    SPEECH, utterances=tuple(dataclasses.replace(u, text=None) for u in SPEECH.utterances[:4])
)
BOTH = pytest.mark.parametrize("room", [adapted, extension])


@BOTH
def test_every_rate_and_fold_is_a_step(room):
    steps = room.plan(CONFIG, SPEECH)
    assert [(step.settings.captures.rate_hz, step.settings.fold) for step in steps] == [
        (rate_hz, fold) for rate_hz in (1000, 16000) for fold in (1, 2, 3, 4)
    ]
    assert {step.stage for step in steps} == {room.STAGE}
    assert len({step.key for step in steps}) == len(steps)


@BOTH
@pytest.mark.parametrize(("name", "value"), [("pad_s", 3.0), ("batch_size", 4), ("policy", "default")])
def test_the_key_knows_how_the_recogniser_is_used(room, name, value):
    other = load_config(None, {"rates_hz": (1000,), f"privacy.{name}": value})
    assert not {step.key for step in room.plan(CONFIG, SPEECH)} & {step.key for step in room.plan(other, SPEECH)}


@BOTH
def test_results_pool_the_folds(room, tmp_path):
    store = Store(tmp_path)
    for step in room.plan(CONFIG, SPEECH):
        _, tested = overheard.split(SPEECH, 0, step.settings.fold)
        # Two folds of four are understood.
        heard = [u.text if step.settings.fold < 3 else "" for u in tested]
        store.write(step, {"utterances": overheard.count_words(tested, heard)})
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
    assert "at most 30 steps of 8 utterances" in adapted._setup(CONFIG, SPEECH)


def test_an_attack_learns_and_writes_counts(tmp_path, monkeypatch):
    quick = adapted.RECIPE.model_copy(update={"epochs": 1, "batch_size": 2})
    monkeypatch.setattr(adapted, "RECIPE", quick)
    speech = dataclasses.replace(SPEECH, utterances=SPEECH.utterances[:3])
    (step, *_), store = adapted.plan(CONFIG, speech), Store(tmp_path)
    adapted.run([step], speech, store)
    meta = store.meta(step)
    assert len(meta["losses"]) == 1
    assert [row["clip_id"] for row in meta["utterances"]] == [
        u.clip_id for u in overheard.split(speech, 0, step.settings.fold)[1]
    ]


@BOTH
def test_planning_and_results_do_without_torch(room):
    code = f"import sys; import {room.__name__}; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
