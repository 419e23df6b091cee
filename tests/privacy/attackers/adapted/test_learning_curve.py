import dataclasses

import numpy as np
import pytest
from tests.privacy.embedded import SPEECH, counted

from lowsr_tradeoff.privacy.attackers import held_out
from lowsr_tradeoff.privacy.attackers.adapted import attack, learning_curve, training
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

CONFIG = StudyConfig(
    rates_hz=(1000,),
    n_resamples=200,
    front_end=FrontEnd(),
    privacy={"attackers": "all", "learning_curves": "all"},
)
# Of 12 speakers, by 0.9 - 0.8 / (1 + n / 3).
RISING = {1 / 16: 0.3, 1 / 8: 0.42, 1 / 4: 0.5, 1 / 2: 0.63, 1.0: 0.74}


def few(n_speakers, n_each):
    who = sorted({u.speaker for u in SPEECH.utterances})[:n_speakers]
    kept = [u for name in who for u in [u for u in SPEECH.utterances if u.speaker == name][:n_each]]
    return dataclasses.replace(SPEECH, utterances=tuple(kept))


def write(store, step, rng):
    """What a recogniser writes that drops words, the fewer the more it learnt."""
    share, tested = step.needs[0].settings.share, held_out.fold_of(SPEECH, 0, step.settings.fold).tested
    written = [" ".join(word for word in u.text.split() if rng.uniform() < RISING[share]) for u in tested]
    store.write(step, {"utterances": counted(tested, written)})
    store.write(step.needs[0], {"transcripts": written, "losses": [], "minutes": 4 * share})


def learnt(settings):
    """The utterances that a step learns from."""
    return held_out.part(held_out.fold_of(SPEECH, 0, settings.fold), settings.share, settings.unit, 0)


def test_every_rate_share_and_fold_is_a_step_and_the_whole_is_the_attackers_own():
    counts = learning_curve.plan(CONFIG, SPEECH).steps
    trained = [step.needs[0] for step in counts]
    assert [(t.settings.captures.rate_hz, t.settings.share, t.settings.fold) for t in trained] == [
        (rate_hz, share, fold) for rate_hz in (1000, 16000) for share in RISING for fold in (1, 2, 3, 4)
    ]
    assert len({step.key for step in (*trained, *counts)}) == 80
    assert set(attack.plan(CONFIG, SPEECH).steps) <= set(counts)
    assert trained[0].label == "Whisper adapted to 1000 Hz, fold 1, 1/16 of the speakers"


def test_a_share_is_trained_in_as_many_steps_as_the_whole():
    for step in learning_curve.plan(CONFIG, SPEECH).steps[:20]:
        settings = step.needs[0].settings
        n_learnt = len(learnt(settings))
        assert settings.recipe.epochs * -(-n_learnt // settings.recipe.batch_size) == 30


def test_the_key_holds_what_the_share_learns_and_no_more():
    first, *others = SPEECH.utterances
    first_mended = dataclasses.replace(first, text="My doctor moved it.")
    mended = dataclasses.replace(SPEECH, utterances=(first_mended, *others))
    steps = (learning_curve.plan(CONFIG, speech).steps[:20] for speech in (SPEECH, mended))
    for before, after in zip(*steps, strict=True):
        is_learnt = first in learnt(before.needs[0].settings)
        assert (before.needs[0].key != after.needs[0].key) == is_learnt


def test_recovery_by_speakers_becomes_a_curve_from_the_recogniser_as_published(tmp_path):
    store, rng, plan = Store(tmp_path), np.random.default_rng(0), learning_curve.plan(CONFIG, SPEECH)
    for step in plan.steps[:20]:
        write(store, step, rng)
    (curve,) = learning_curve.results(plan, store, {1000: 0.1})
    assert (curve.rate_hz, curve.front_end, curve.amount_of) == (1000, "ideal", "speakers")
    assert curve.attacker == "whisper-tiny.en adapted to the rate"
    assert [point.amount for point in curve.points] == [1, 2, 3, 6, 12]
    assert [point.minutes for point in curve.points] == pytest.approx([4 * share for share in RISING])
    assert [point.value.value for point in curve.points] == pytest.approx(list(RISING.values()), abs=0.06)
    assert curve.points[0].value.n_of == "words"
    assert curve.law.chance == 0.1
    for more in curve.extrapolations:
        assert 0.7 < more.value.low < more.value.value < more.value.high <= 1
        assert more.value.low < 0.9 - 0.8 / (1 + 4 * more.times) < more.value.high


def test_a_rate_whose_recogniser_or_step_failed_has_no_curve(tmp_path):
    plan = learning_curve.plan(CONFIG, SPEECH)
    store = Store(tmp_path, failed={plan.steps[0]: "disk full"})
    assert learning_curve.results(plan, store, {1000: 0.1}) == ()
    assert learning_curve.results(plan, store, {}) == ()


def test_without_transcripts_there_is_no_curve():
    utterances = tuple(dataclasses.replace(u, text=None) for u in SPEECH.utterances)
    silent = dataclasses.replace(SPEECH, utterances=utterances)
    assert learning_curve.plan(CONFIG, silent) is None


def test_of_one_speaker_utterances_are_counted_and_drawn_and_too_few_make_no_law(tmp_path):
    speech, store = few(1, 4), Store(tmp_path)
    plan = learning_curve.plan(CONFIG, speech)
    for step in plan.steps:
        tested = held_out.fold_of(speech, 0, step.settings.fold).tested
        store.write(step, {"utterances": counted(tested, [u.text for u in tested])})
        store.write(step.needs[0], {"minutes": 1})
    (curve,) = learning_curve.results(plan, store, {1000: 0.1})
    # Of three other utterances: one, two, all.
    assert (curve.amount_of, [point.amount for point in curve.points]) == ("utterances", [1, 2, 3])
    assert curve.extrapolations[0].value.reason == "3 amounts of data are too few for a law of three numbers"


def test_a_share_is_learnt_from_alone(tmp_path, monkeypatch):
    quick = attack.RECIPE.model_copy(update={"epochs": 1, "batch_size": 2})
    monkeypatch.setattr(attack, "RECIPE", quick)
    speech, store = few(3, 1), Store(tmp_path)
    folds = held_out.folds_of(speech, 0)
    part, whole = (
        attack.steps_of(CONFIG, speech, folds, share, "utterances")[1000][0].needs[0] for share in (0.5, 1.0)
    )
    training.run([part], speech, store)
    meta = store.meta(part)
    # Of two utterances one, of a few seconds.
    assert part.key != whole.key
    assert len(meta["losses"]) == len(meta["transcripts"]) == 1
    assert 0 < meta["minutes"] < 0.2
