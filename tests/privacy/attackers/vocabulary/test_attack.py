from dataclasses import replace

import numpy as np
import pytest
from tests.privacy.digits import SPEECH, TRUTH, WORDS

from lowsr_tradeoff.corpora.words import words_of
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.privacy.attackers.vocabulary import attack, spotter
from lowsr_tradeoff.privacy.attackers.vocabulary.step_settings import names_speakers
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.toml import load_config

IDEAL = {"front_end": {"filter": "ideal"}}


def config_of(**overrides):
    settings = {"rates_hz": (500, 2000), "reference_rate_hz": 4000, "n_resamples": 200, **IDEAL}
    return load_config(None, {**settings, **overrides})


CONFIG = config_of()


def write(store, step, is_right):
    answers = np.where(is_right, TRUTH, (TRUTH + 1) % 10)
    store.write(step, {}, {"scores": np.eye(10, dtype=np.float32)[answers]})


def test_every_rate_is_attacked_and_low_ones_without_a_filter_too():
    steps = attack.plan(CONFIG, SPEECH).steps
    assert [(step.settings.captures.rate_hz, step.settings.captures.front_end.filter) for step in steps] == [
        (500, "ideal"),
        (500, "none"),
        (2000, "ideal"),
        (4000, "ideal"),
    ]
    assert {step.stage for step in steps} == {"attack-digits"}
    assert len({step.key for step in steps}) == 4


def test_a_microphone_without_a_filter_is_attacked_once():
    assert len(attack.plan(config_of(front_end={"filter": "none"}), SPEECH).steps) == 3


def test_the_key_knows_the_words():
    (step, *_) = attack.plan(CONFIG, SPEECH).steps
    other = step.settings.captures.model_copy(update={"corpus": "other"})
    assert replace(step, settings=step.settings.model_copy(update={"captures": other})).key != step.key


def test_results_pool_words_and_derive_numbers(tmp_path):
    store, plan = Store(tmp_path), attack.plan(CONFIG, SPEECH)
    speaker = np.array([clip.source for clip in WORDS.clips])
    known = np.isin(speaker, np.unique(speaker)[:9])
    for step in plan.steps:
        write(store, step, known)
    words, pin, telephone = attack.results(plan, store)[:3]
    # 9 of 27 speakers are recovered whole, so a third of the words and a third of the numbers, of any length.
    assert [result.value.value for result in (words, pin, telephone)] == pytest.approx([1 / 3] * 3)
    assert [result.chance.value for result in (words, pin, telephone)] == pytest.approx([0.1, 1e-4, 1e-10])
    assert (words.measure, pin.measure) == ("known-word recovery", "recovery of a 4-digit PIN")
    assert (words.recovers, words.competes, pin.competes) == ("known words", True, False)
    assert (words.rate_hz, words.front_end, words.value.n) == (500, "ideal", 540)
    # By speaker: 540 independent words would have an interval of less than ±.05.
    assert words.value.low < 0.25
    assert words.value.high > 0.42
    assert "no tested one was heard in training" in words.setup
    assert "C(k, 4) / C(n, 4)" in pin.setup


def test_another_vocabulary_has_no_numbers_and_says_when_speakers_are_unknown(tmp_path):
    from tests.conftest import write_tones

    write_tones(tmp_path / "words", {"yes": 150, "no": 300}, n_clips=5)
    config = config_of(privacy={"words_source": str(tmp_path / "words")})
    store, corpus = Store(tmp_path), words_of(config, None)
    plan = attack.plan(config, replace(SPEECH, words=corpus))
    assert not names_speakers(corpus)
    assert names_speakers(WORDS)
    for step in plan.steps:
        store.write(step, {}, {"scores": np.tile(np.array([1, 0], np.float32), (10, 1))})
    (first, *_), measures = (found := attack.results(plan, store)), {row.measure for row in found}
    assert measures == {"known-word recovery"}
    assert (first.value.value, first.chance.value) == (0.5, 0.5)
    assert "may have been heard in training" in first.setup


def test_own_speech_is_attacked_without_digits_unless_they_are_asked_for():
    own = config_of(speech={"source": "my-speech"})
    plan = attack.plan(own, replace(SPEECH, words=words_of(own, None)))
    assert plan.steps == ()
    assert [row.rate_hz for row in plan.results] == [500, 2000, 4000]
    assert {row.value.reason for row in plan.results} == {attack.NO_WORDS}
    asked = config_of(speech={"source": "my-speech"}, privacy={"words_source": "digits"})
    with_words = replace(SPEECH, words=words_of(asked, None))
    assert [step.key for step in attack.plan(asked, with_words).steps] == [
        step.key for step in attack.plan(CONFIG, SPEECH).steps
    ]


def test_words_that_changed_after_planning_are_refused(tmp_path):
    (step, *_) = attack.plan(CONFIG, SPEECH).steps
    stale = step.settings.captures.model_copy(update={"corpus": "0"})
    with pytest.raises(StageError, match="has changed"):
        spotter.run(
            [replace(step, settings=step.settings.model_copy(update={"captures": stale}))], SPEECH, Store(tmp_path)
        )


@pytest.mark.parametrize("change", [lambda path: path.write_bytes(b"RIFF"), lambda path: path.unlink()])
def test_a_recording_that_changed_after_planning_is_refused_by_name(tmp_path, change):
    from tests.conftest import write_tones

    write_tones(tmp_path / "words", {"yes": 150, "no": 300}, n_clips=5)
    config = config_of(privacy={"words_source": str(tmp_path / "words")})
    speech = replace(SPEECH, words=words_of(config, None))
    (step, *_) = attack.plan(config, speech).steps
    change(speech.words.clips[3].audio)
    with pytest.raises(
        StageError, match=f"^{speech.words.clips[3].clip_id}: .* has changed since the run was planned; run again$"
    ):
        spotter.run([step], speech, Store(tmp_path))
