import numpy as np
import pytest
from tests.privacy.embedded import SPEECH, with_utterances

from lowsr_tradeoff.privacy.attackers import moonshine_step, recognisers
from lowsr_tradeoff.privacy.attackers.attacker import NOT_ASKED
from lowsr_tradeoff.privacy.attackers.candidates import attack, keywords, sentences
from lowsr_tradeoff.privacy.moonshine import model
from lowsr_tradeoff.privacy.written import Written
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.schedule import make_batches
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig

CONFIG = StudyConfig(rates_hz=(1000,), n_resamples=400)
ALL = StudyConfig(rates_hz=(1000,), n_resamples=400, privacy={"attackers": "all"})


def heard(plan, monkeypatch, tmp_path, log_likelihoods):
    """The figures of the lowest rate by a recogniser that is told which utterance it hears, or none."""
    listen(plan.speech, monkeypatch, log_likelihoods)
    store = Store(tmp_path)
    for one in plan.steps:
        moonshine_step.run([one], plan.speech, store)
    return attack.results(plan, store)[:2]


def listen(speech, monkeypatch, log_likelihoods):
    """Recordings of 0.06 s a letter whose samples are the number of the utterance."""
    numbers = {utterance.clip_id: number for number, utterance in enumerate(speech.utterances)}

    def captured(utterance, _):
        return np.full(round(16000 * 0.06 * len(utterance.text)), numbers[utterance.clip_id], np.float32)

    def likely(_, states, texts):
        number = states[0, 0]
        return log_likelihoods(speech.utterances[int(number)] if number.is_integer() else None, texts)

    monkeypatch.setattr(moonshine_step, "captured_at_16k", captured)
    monkeypatch.setattr(model, "load", lambda: None)
    monkeypatch.setattr(model, "heard", lambda _, sound: [sound[::384, None]])
    monkeypatch.setattr(model, "log_likelihoods", likely)


def prior(text):
    """Recognisers find some texts likelier than others, whatever they hear."""
    return -float(sum(map(ord, text)) % 97)


def test_a_recogniser_that_hears_the_truth_picks_it_in_spite_of_its_prior(tmp_path, monkeypatch):
    def knows(said, texts):
        return [prior(text) + 30 * (text == said.text) for text in texts]

    found, control = heard(sentences.plan(CONFIG, SPEECH), monkeypatch, tmp_path, knows)
    assert (found.value.value, found.value.n, found.chance.value) == (1, 64, 1 / 4)
    assert (found.recovers, found.measure, found.competes) == ("known words", "known-word recovery", True)
    assert (control.measure, control.competes, control.chance) == (attack.BY_LENGTH, False, found.chance)
    assert "64 sentences of 16 speakers (demo), each out of a list of 4" in found.setup


def test_a_recogniser_that_hears_nothing_guesses(tmp_path, monkeypatch):
    plan = sentences.plan(CONFIG, SPEECH)
    found, _ = heard(plan, monkeypatch, tmp_path, lambda _, texts: [prior(text) for text in texts])
    assert found.value.value == 1 / 4


def test_length_alone_tells_sentences_of_other_lengths(tmp_path, monkeypatch):
    texts = (
        "No.",
        "Leave the light on.",
        "She keeps the spare key under the pot.",
        "Call Martin before you go home.",
    )
    plan = sentences.plan(CONFIG, with_utterances(*({"text": text} for text in texts)))
    _, control = heard(plan, monkeypatch, tmp_path, lambda _, texts: [0.0] * len(texts))
    assert (control.value.value, control.chance.value) == (1, 1 / 4)


def test_keywords_are_told_apart_in_their_sentence(tmp_path, monkeypatch):
    def knows(said, texts):
        return [float(said is not None and text.casefold() == said.text.casefold()) for text in texts]

    found, _ = heard(keywords.plan(ALL, SPEECH), monkeypatch, tmp_path, knows)
    assert found.chance.value < 0.35
    n_keywords = sum(len(utterance.keywords) for utterance in SPEECH.utterances)
    assert (found.value.n, found.value.n_of) == (n_keywords, "keywords")
    assert found.value.value > 0.95
    assert found.attacker == "moonshine-tiny, list of keywords"


def test_what_the_rest_of_the_sentence_tells_of_a_keyword_is_chance(tmp_path, monkeypatch):
    said = {utterance.text.casefold() for utterance in SPEECH.utterances}
    found, _ = heard(
        keywords.plan(ALL, SPEECH),
        monkeypatch,
        tmp_path,
        lambda _, texts: [float(text.casefold() in said) for text in texts],
    )
    assert found.value.value == found.chance.value > 0.95
    assert (found.chance.low, found.chance.high) == (found.value.low, found.value.high)


def test_draws_resample_speakers_as_every_attacker_on_the_corpus_does(tmp_path, monkeypatch):
    from lowsr_tradeoff.statistics.intervals import resample_weights
    from lowsr_tradeoff.statistics.joint_draws import share_draws

    speakers = [utterance.speaker for utterance in SPEECH.utterances]
    spared = {*sorted(set(speakers))[:5]}

    def knows_some(said, texts):
        return [float((text == said.text) == (said.speaker not in spared)) for text in texts]

    found, _ = heard(sentences.plan(CONFIG, SPEECH), monkeypatch, tmp_path, knows_some)
    is_hit = [speaker not in spared for speaker in speakers]
    assert found.value.value == pytest.approx(np.mean(is_hit))
    expected = share_draws(is_hit, np.ones(64), resample_weights(speakers, 400, 0))
    assert found.value_draws == pytest.approx(expected)


def test_the_chance_of_a_common_candidate_is_its_share(tmp_path, monkeypatch):
    texts = ("Stop.", "Stop.", "Stop.", "Go on.")
    plan = sentences.plan(CONFIG, with_utterances(*({"text": text} for text in texts)))
    found, _ = heard(plan, monkeypatch, tmp_path, lambda _, texts: [0.0] * len(texts))
    assert found.chance.value == 3 / 4


def test_why_it_cannot_be_tried(monkeypatch):
    def reason(plan):
        assert plan.steps == ()
        assert [row.rate_hz for row in plan.results] == [1000, 16000]
        return plan.results[0].value.reason

    untranscribed = with_utterances({"text": None}, {"text": None})
    assert reason(sentences.plan(CONFIG, untranscribed)) == attack.NO_TRANSCRIPTS
    assert "the same" in reason(sentences.plan(CONFIG, with_utterances({"text": "Stop"}, {"text": "stop!"})))
    assert "column keywords" in reason(keywords.plan(ALL, with_utterances({"keywords": ()}, {"keywords": ()})))
    assert reason(keywords.plan(CONFIG, SPEECH)) == NOT_ASKED

    monkeypatch.setattr(recognisers, "why_no_moonshine", lambda: "no wheel")
    assert reason(sentences.plan(CONFIG, SPEECH)) == "no wheel"


def test_a_step_that_failed_leaves_the_strongest_unknown(tmp_path):
    plan = sentences.plan(CONFIG, SPEECH)
    found = attack.results(plan, Store(tmp_path, failed=dict.fromkeys(plan.steps, "no memory")))
    assert all(row.is_lost and "no memory" in row.value.reason for row in found)


def test_a_recording_is_encoded_once_for_transcript_sentences_and_keywords(monkeypatch, tmp_path):
    listen(SPEECH, monkeypatch, lambda _, texts: [0.0] * len(texts))
    encode, calls = model.heard, []
    monkeypatch.setattr(model, "heard", lambda *given: calls.append(given) or encode(*given))
    monkeypatch.setattr(model, "write", lambda _, heard, __: [Written("", 0.0, 1) for _ in heard])
    first = recognisers.moonshine(ALL, SPEECH).transcribed[1000]
    steps = (first, sentences.plan(ALL, SPEECH).by_rate[1000], keywords.plan(ALL, SPEECH).by_rate[1000])
    assert make_batches(steps) == [steps]
    other = StudyConfig(rates_hz=(1000,), front_end={"filter": "none"})
    assert len(make_batches([first, sentences.plan(other, SPEECH).by_rate[1000]])) == 2
    store = Store(tmp_path)
    run_batch({"speech": SPEECH}, store, steps)
    assert len(calls) == 64
    assert all(store.holds(one) for one in steps)
