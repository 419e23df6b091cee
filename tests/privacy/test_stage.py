import dataclasses
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
import soundfile
from tests.privacy.embedded import SPEECH as EMBEDDED

from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance
from lowsr_tradeoff.errors import DataError, MissingResourceError
from lowsr_tradeoff.files.reading import sha256_of
from lowsr_tradeoff.privacy import stage
from lowsr_tradeoff.privacy.words import count
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.settings.toml import load_config

CONFIG = StudyConfig(front_end=FrontEnd(), rates_hz=(1000,), n_resamples=200)


def corpus_of(utterances) -> SpeechCorpus:
    return dataclasses.replace(EMBEDDED, utterances=tuple(utterances))


SPEECH = corpus_of(EMBEDDED.utterances[:3])


def changed(**overrides) -> StudyConfig:
    return load_config(None, {"front_end": {"filter": "ideal"}, "rates_hz": (1000,), **overrides})


@pytest.fixture(autouse=True)
def _recogniser_alone(monkeypatch):
    """The other attackers have tests of their own."""
    monkeypatch.setattr(stage.roster, "ATTACKERS", ())
    monkeypatch.setattr(stage.roster, "LEARNING_CURVES", ())


@pytest.fixture
def plan():
    return stage.plan(CONFIG, SPEECH)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("run"))
    run_all(stage.plan(CONFIG, SPEECH).steps, SPEECH, store)
    return store


def run_all(steps, speech, store):
    execute(steps, store, partial(run_batch, {"speech": speech}, store), 1, lambda _: None)


def test_every_rate_and_the_reference_rate_is_heard_and_scored(plan):
    steps = plan.steps
    assert [(step.stage, step.label) for step in steps] == [
        ("words", "words by whisper-tiny.en at 1000 Hz"),
        ("words", "words by whisper-tiny.en at 16000 Hz"),
        ("recognise", "whisper-tiny.en at 1000 Hz"),
        ("recognise", "whisper-tiny.en at 16000 Hz"),
        ("words", "words by moonshine-tiny at 1000 Hz"),
        ("words", "words by moonshine-tiny at 16000 Hz"),
        ("recognise", "moonshine-tiny at 1000 Hz"),
        ("recognise", "moonshine-tiny at 16000 Hz"),
        ("intelligibility", "STOI, ESTOI and PESQ at 1000 Hz"),
        ("intelligibility", "STOI, ESTOI and PESQ at 16000 Hz"),
    ]
    assert [need.label for step in steps[:2] for need in step.needs] == [
        "whisper-tiny.en at 1000 Hz",
        "whisper-tiny.en at 16000 Hz",
    ]


def test_results_hold_what_was_counted(plan, finished):
    found = stage.results(plan, finished)
    heard, signals = found.words, found.intelligibility
    assert [(result.rate_hz, result.attacker) for result in heard] == [
        (rate_hz, name) for rate_hz in (1000, 16000) for name in ("whisper-tiny.en", "moonshine-tiny")
    ]
    assert [result.rate_hz for result in signals] == [1000, 16000]
    low, full = heard[::2]
    assert heard[3].word_recovery.value > 0.9
    assert low.word_recovery.value < 0.5
    assert full.word_recovery.value > 0.9
    assert full.counts.reference_words == sum(len(count.normalise(said.text).split()) for said in SPEECH.utterances)
    assert (full.attacker, full.n_utterances, full.n_speakers) == ("whisper-tiny.en", 3, 3)
    assert full.keyword_recovery.n == sum(len(said.keywords) for said in SPEECH.utterances)
    assert "greedy" in full.policy
    assert "1 s of silence" in full.policy
    assert signals[0].estoi.value < signals[1].estoi.value
    assert signals[1].pesq_wb.unit == signals[1].pesq_nb.unit == "MOS"
    assert signals[0].sii.value == pytest.approx(0.134, abs=0.01)
    difference, of_moonshine = found.rate_differences
    assert (difference.attacker, of_moonshine.attacker) == ("whisper-tiny.en", "moonshine-tiny")
    assert difference.difference.value == pytest.approx(low.word_recovery.value - full.word_recovery.value)
    assert full.word_chance.value < 0.2
    assert [kind.kind for kind in full.kinds] == ["content words", "stop words", "digits"]


def test_utterances_without_a_word_are_left_out_and_counted(tmp_path):
    changes = ({}, {"text": "Mhm."}, {"text": "[laughter]"})
    utterances = [
        dataclasses.replace(said, keywords=(), **change)
        for said, change in zip(SPEECH.utterances, changes, strict=True)
    ]
    speech = corpus_of(utterances)
    plan, store = stage.plan(CONFIG, speech), Store(tmp_path)
    for step in plan.steps:
        if step.stage == "recognise":
            store.write(
                step, {"transcripts": [said.text for said in SPEECH.utterances], "mean_logprobs": [0.0] * 3}
            )
    run_all([step for step in plan.steps if step.stage == "words"], speech, store)
    for step in plan.signal.steps:
        store.failed[step] = "not run"
    found = stage.results(plan, store)
    assert {(one.n_utterances, one.n_wordless, one.n_speakers) for one in found.words} == {(1, 2, 1)}
    for one in found.words:
        assert (one.wer.value, one.insertions.value, one.word_recovery.value) == (0, 0, 1)
        assert one.empty_outputs.n == 1
    assert {one.difference.value for one in found.rate_differences} == {0}


def test_both_recognisers_compete_with_joint_draws(plan, finished):
    attacks = [attack for attack in stage.results(plan, finished).attacks if attack.value.value is not None]
    assert {attack.attacker for attack in attacks} == {
        "whisper-tiny.en as published",
        "moonshine-tiny as published",
    }
    assert all(attack.competes and attack.recovers == "words" and attack.value_draws for attack in attacks)


def test_transcripts_are_those_of_the_recogniser_that_hits_most(plan, finished):
    written = stage.transcripts(plan, finished)
    assert list(written) == [1000, 16000]
    said = SPEECH.utterances[0]
    assert count.normalise(written[16000].texts[said.clip_id]) == count.normalise(said.text)
    recovered = {}
    for found in stage.results(plan, finished).words:
        recovered.setdefault(found.rate_hz, {})[found.attacker] = found.word_recovery.value
    for rate_hz, by_attacker in recovered.items():
        assert by_attacker[written[rate_hz].attacker] == max(by_attacker.values())


def test_without_moonshine_a_study_goes_on_and_lists_it(monkeypatch, finished):
    def absent():
        raise MissingResourceError("moonshine_voice: is not installed")

    monkeypatch.setattr(stage.recognisers.bundled_weights, "moonshine", absent)
    plan = stage.plan(CONFIG, SPEECH)
    found = stage.results(plan, finished)
    assert {result.attacker for result in found.words} == {"whisper-tiny.en"}
    missing = [attack for attack in found.attacks if attack.attacker == "moonshine-tiny as published"]
    assert [attack.rate_hz for attack in missing] == [1000, 16000]
    assert all("install that version" in attack.value.reason for attack in missing)
    assert not any(name.startswith("moonshine") for name in stage.weights(CONFIG))
    assert {heard.attacker for heard in stage.transcripts(plan, finished).values()} == {"whisper-tiny.en"}


def test_same_settings_same_bytes(plan, finished, tmp_path):
    again = Store(tmp_path)
    run_all(plan.steps, SPEECH, again)
    for step in plan.steps:
        assert again.meta(step) == finished.meta(step)


@pytest.mark.parametrize(
    ("config", "n_changed"),
    [
        (changed(privacy={"pad_s": 3.0}), 4),
        (changed(privacy={"batch_size": 4}), 8),
        (changed(seed=1), 10),
        (changed(front_end={"bits": 8}), 10),
        (changed(constraints={"min_accuracy": 0.5}, n_resamples=500), 0),
    ],
)
def test_steps_depend_on_what_changes_their_results(plan, config, n_changed):
    assert len(set(stage.plan(config, SPEECH).steps) - set(plan.steps)) == n_changed


def test_steps_depend_on_the_weights_but_not_on_where_they_lie(tmp_path):
    def keys(folder, content):
        folder.mkdir()
        for name in ("model.bin", "tokenizer.json"):
            (folder / name).write_bytes(content)
        return [step.key for step in stage.plan(changed(privacy={"weights": str(folder)}), SPEECH).steps][:2]

    first = keys(tmp_path / "a", b"one")
    assert keys(tmp_path / "b", b"one") == first
    assert set(keys(tmp_path / "c", b"two")).isdisjoint(first)
    assert list(stage.weights(changed(privacy={"weights": str(tmp_path / "c")}))) == [
        "whisper:c/model.bin",
        "whisper:c/tokenizer.json",
        "moonshine-tiny/encoder_model.ort",
        "moonshine-tiny/decoder_model_merged.ort",
        "moonshine-tiny/tokenizer.bin",
    ]


def test_keywords_outside_their_transcripts_are_all_named_before_anything_is_heard(tmp_path):
    wrong = [dataclasses.replace(said, keywords=("zebra",)) for said in SPEECH.utterances]
    store, corpus = Store(tmp_path), corpus_of(wrong)
    for step in (step for step in stage.plan(CONFIG, corpus).steps if step.stage == "recognise"):
        with pytest.raises(DataError) as error:
            run_batch({"speech": corpus}, store, [step])
        assert str(error.value).count("'zebra' is not in its transcript") == 3
        assert not store.holds(step)


def test_original_at_low_rate_has_reasons_instead_of_scores(tmp_path):
    rng = np.random.default_rng(0)
    soundfile.write(tmp_path / "low.wav", 0.1 * rng.standard_normal(16000), 8000)
    corpus = corpus_of(
        [Utterance("low", "hello", "a", None, (), sha256_of(tmp_path / "low.wav"), tmp_path / "low.wav")]
    )
    config = StudyConfig(rates_hz=(1000,), reference_rate_hz=8000, front_end=FrontEnd())
    store = Store(tmp_path)
    steps = [step for step in stage.plan(config, corpus).steps if step.stage == "intelligibility"]
    run_batch({"speech": corpus}, store, steps)
    rows = store.meta(steps[0])["utterances"]
    assert rows[0]["stoi"] is None
    assert (
        rows[0]["stoi_reason"]
        == rows[0]["pesq_reason"]
        == (
            "its file has 8000 Hz, and STOI and PESQ compare with an original of 16000 Hz or more; "
            "take a recording at full rate"
        )
    )


def test_one_voice_alone_still_has_an_interval():
    alone = [dataclasses.replace(said, speaker="one") for said in SPEECH.utterances]
    assert np.ptp(stage.draws(CONFIG, corpus_of(alone)), axis=1).any()


def test_a_mended_transcript_costs_no_recognition(plan):
    mended = corpus_of(
        [dataclasses.replace(said, text="something else", keywords=()) for said in SPEECH.utterances]
    )
    mended = dataclasses.replace(mended, summary=mended.summary.model_copy(update={"digest": "other"}))
    new, old = stage.plan(CONFIG, mended).steps[0], plan.steps[0]
    assert new != old
    assert new.needs == old.needs


def test_without_transcripts_the_words_at_the_full_rate_stand_in(finished):
    untold = corpus_of([dataclasses.replace(said, text=None, keywords=()) for said in SPEECH.utterances])
    store = Store(finished.root)
    plan = stage.plan(CONFIG, untold)
    steps = [step for step in plan.steps if step.stage == "words"]
    assert [need.label for need in steps[0].needs] == ["whisper-tiny.en at 1000 Hz", "whisper-tiny.en at 16000 Hz"]
    run_all(steps, untold, store)
    low, _, full, _ = stage.results(plan, store).words
    assert low.reference == full.reference == "its own words at the full rate"
    assert full.word_recovery.value == 1
    assert low.word_recovery.value < 0.5
    assert low.keyword_recovery.value is None


def test_planning_and_results_do_without_torch():
    code = "import sys; import lowsr_tradeoff.privacy.stage; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
