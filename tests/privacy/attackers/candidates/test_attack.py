import dataclasses

import numpy as np
import pytest
from tests.privacy.embedded import SPEECH, with_utterances

from lowsr_tradeoff.privacy.attackers import recognisers
from lowsr_tradeoff.privacy.attackers.attacker import NOT_ASKED
from lowsr_tradeoff.privacy.attackers.candidates import attack, keywords, sentences, step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig

CONFIG = StudyConfig(rates_hz=(1000,), n_resamples=400)
ALL = StudyConfig(rates_hz=(1000,), n_resamples=400, privacy={"attackers": "all"})


def heard(plan, monkeypatch, tmp_path, log_likelihoods):
    """The figures of the lowest rate by a recogniser that is given the utterance for the sound."""
    monkeypatch.setattr(step, "captured_at_16k", lambda utterance, _: Sound(utterance))
    store = Store(tmp_path)
    places = [place for places in plan.lists for place in places]
    for one in plan.steps:
        scores, seconds = step.scored(plan.speech, places, one.settings, log_likelihoods)
        store.write(one, {}, {"scores": scores, "seconds": seconds})
    return attack.results(plan, store)[:2]


@dataclasses.dataclass(frozen=True)
class Sound:
    """An utterance in place of what a microphone records of it, 0.06 s a letter."""

    utterance: object

    def __len__(self):
        return round(16000 * 0.06 * len(self.utterance.text))


def prior(text):
    """Recognisers find some texts likelier than others, whatever they hear."""
    return -float(sum(map(ord, text)) % 97)


def test_a_recogniser_that_hears_the_truth_picks_it_in_spite_of_its_prior(tmp_path, monkeypatch):
    def knows(sound, texts):
        return [prior(text) + 30 * (text == sound.utterance.text) for text in texts]

    found, control = heard(sentences.plan(CONFIG, SPEECH), monkeypatch, tmp_path, knows)
    assert (found.value.value, found.value.n, found.chance.value) == (1, 64, 1 / 8)
    assert (found.recovers, found.measure, found.competes) == ("known words", "known-word recovery", True)
    assert (control.measure, control.competes, control.chance) == (attack.BY_LENGTH, False, found.chance)
    assert "64 sentences of 16 speakers (demo), each out of a list of 8" in found.setup


def test_a_recogniser_that_hears_nothing_guesses(tmp_path, monkeypatch):
    plan = sentences.plan(CONFIG, SPEECH)
    found, _ = heard(plan, monkeypatch, tmp_path, lambda _, texts: [prior(text) for text in texts])
    assert found.value.value == 1 / 8


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
    def knows(sound, texts):
        said = "" if isinstance(sound, np.ndarray) else sound.utterance.text
        return [-float(text.casefold() != said.casefold()) for text in texts]

    found, _ = heard(keywords.plan(ALL, SPEECH), monkeypatch, tmp_path, knows)
    assert found.chance.value < 0.2
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

    def knows_some(sound, texts):
        it = sound.utterance
        return [float((text == it.text) == (it.speaker not in spared)) for text in texts]

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


def test_each_recording_is_heard_once(monkeypatch):
    calls = []
    monkeypatch.setattr(step, "captured_at_16k", lambda utterance, _: Sound(utterance))
    plan = keywords.plan(ALL, SPEECH)
    places = [place for places in plan.lists for place in places]

    def listen(sound, texts):
        calls.append(sound.utterance)
        return [0.0] * len(texts)

    step.scored(SPEECH, places, plan.by_rate[1000].settings, listen)
    assert len(calls) == len(set(calls)) == 64
