import dataclasses

import pytest
from tests.privacy.embedded import SPEECH, counted

from lowsr_tradeoff.privacy.attackers import fold_counts, held_out, recogniser_steps
from lowsr_tradeoff.privacy.attackers.adapted import attack as adapted
from lowsr_tradeoff.privacy.attackers.adapted import training
from lowsr_tradeoff.privacy.attackers.extension import attack as extension
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.settings.toml import load_config

CONFIG = StudyConfig(front_end=FrontEnd(), rates_hz=(1000,), n_resamples=200, privacy={"attackers": "all"})
SILENT = dataclasses.replace(
    SPEECH, utterances=tuple(dataclasses.replace(u, text=None) for u in SPEECH.utterances[:4])
)
BOTH = pytest.mark.parametrize("room", [adapted, extension])


@BOTH
def test_every_rate_and_fold_is_a_step(room):
    counts = room.plan(CONFIG, SPEECH).steps
    steps = [need for step in counts for need in step.needs]
    assert [(step.settings.captures.rate_hz, step.settings.fold) for step in steps] == [
        (rate_hz, fold) for rate_hz in (1000, 16000) for fold in (1, 2, 3, 4)
    ]
    assert {step.stage for step in counts} == {recogniser_steps.COUNT}
    assert {step.stage for step in steps} == {room.STAGE}
    assert len({step.key for step in (*steps, *counts)}) == 2 * len(steps) == 2 * len(counts)


@BOTH
@pytest.mark.parametrize(("name", "value"), [("pad_s", 3.0), ("batch_size", 4), ("policy", "default")])
def test_the_key_knows_how_the_recogniser_is_used(room, name, value):
    other = load_config(None, {"rates_hz": (1000,), "privacy": {"attackers": "all", name: value}})
    assert not set(room.plan(CONFIG, SPEECH).steps) & set(room.plan(other, SPEECH).steps)


def keys(room, speech):
    """Of training and of counting, by fold of the lower rate."""
    steps = room.plan(CONFIG, speech).steps[: held_out.N_FOLDS]
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
    before, after = keys(room, SPEECH), keys(room, with_first(**changes))
    assert tuple(map(n_changed, before, after)) == (n_trained, n_counted)


@BOTH
def test_results_pool_the_folds(room, tmp_path):
    store, plan = Store(tmp_path), room.plan(CONFIG, SPEECH)
    for step in plan.steps:
        tested = held_out.fold_of(SPEECH, 0, step.settings.fold).tested
        # Two folds of four are understood.
        written = [u.text if step.settings.fold < 3 else "" for u in tested]
        store.write(step, {"utterances": counted(tested, written)})
    low, full = room.results(plan, store)
    assert (low.rate_hz, full.rate_hz, low.recovers, low.measure) == (1000, 16000, "words", "word recovery")
    assert low.value.value == pytest.approx(0.5, abs=0.05)
    assert low.value.low < low.value.value < low.value.high
    assert low.chance.value < 0.1
    assert "64 utterances of 16 speakers in 4 folds" in low.setup
    assert "greedy" in low.setup


@BOTH
def test_without_transcripts_it_is_not_tested_and_says_why(room):
    plan = room.plan(CONFIG, SILENT)
    assert plan.steps == ()
    found = plan.results
    assert [result.value.value for result in found] == [None, None]
    assert "transcripts" in found[0].value.reason


def test_the_setup_states_the_budget_in_steps():
    # 48 utterances in batches of 8, five times.
    assert "at most 30 steps of 8 utterances" in adapted.plan(CONFIG, SPEECH).setup


def test_an_attack_learns_and_writes_counts(tmp_path, monkeypatch):
    quick = adapted.RECIPE.model_copy(update={"epochs": 1, "batch_size": 2})
    monkeypatch.setattr(adapted, "RECIPE", quick)
    speech = dataclasses.replace(SPEECH, utterances=SPEECH.utterances[:3])
    (step, *_), store = adapted.plan(CONFIG, speech).steps, Store(tmp_path)
    training.run(step.needs, speech, store)
    fold_counts.run([step], speech, store)
    assert len(store.meta(step.needs[0])["losses"]) == 1
    assert [row["clip_id"] for row in store.meta(step)["utterances"]] == [
        u.clip_id for u in held_out.fold_of(speech, 0, step.settings.fold).tested
    ]
