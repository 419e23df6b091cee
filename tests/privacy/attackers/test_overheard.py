import dataclasses
from collections import defaultdict

import pytest

from lowsr_tradeoff.config import StudyConfig
from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.privacy.attackers import overheard

SPEECH = load_speech("demo", (1000,), 16000, skip_bad=False, cache=None)


def with_utterances(*changes):
    kept = [dataclasses.replace(u, **change) for u, change in zip(SPEECH.utterances, changes, strict=False)]
    return dataclasses.replace(SPEECH, utterances=tuple(kept))


def test_every_speaker_is_tested_once_and_never_learnt_from_then():
    folds_of = defaultdict(set)
    for utterance, fold in zip(SPEECH.utterances, overheard.folds_of(SPEECH, 0), strict=True):
        folds_of[utterance.speaker].add(fold)
    assert all(len(folds) == 1 for folds in folds_of.values())
    tested = []
    for fold in range(1, overheard.N_FOLDS + 1):
        learnt, held_out = overheard.split(SPEECH, 0, fold)
        assert not {u.speaker for u in learnt} & {u.speaker for u in held_out}
        assert len(learnt) + len(held_out) == len(SPEECH.utterances)
        tested += held_out
    assert sorted(u.clip_id for u in tested) == sorted(u.clip_id for u in SPEECH.utterances)


def test_a_tested_sentence_is_not_learnt_from_another_speaker():
    speech = with_utterances(
        {"speaker": "a", "text": "Call Martin."},
        {"speaker": "b", "text": "call martin"},
        {"speaker": "c", "text": "No."},
    )
    for fold in (1, 2, 3):
        learnt, held_out = overheard.split(speech, 0, fold)
        assert len(learnt) == (2 if held_out[0].speaker == "c" else 1)


def test_of_one_speaker_sentences_are_held_out_and_the_setup_says_so():
    speech = with_utterances(*[{"speaker": "a"}] * 3)
    assert sorted(overheard.folds_of(speech, 0)) == [1, 2, 3]
    assert "the voice was heard in training" in overheard.held_out_words(speech, 0)
    assert "no tested speaker" in overheard.held_out_words(SPEECH, 0)


def test_what_cannot_be_attacked_says_why():
    assert overheard.why_not(SPEECH) is None
    assert "transcripts" in overheard.why_not(with_utterances({"text": None}, {"text": None}))
    assert "record more" in overheard.why_not(with_utterances({}))
    (first, *_) = overheard.not_tested(StudyConfig(), "somebody", "no time")
    assert (first.value.value, first.value.reason, first.chance) == (None, "no time", None)


def test_counts_hold_no_words():
    tested = list(SPEECH.utterances[:2])
    rows = overheard.count_words(tested, [tested[0].text, "nothing of it"])
    assert rows[0]["words"]["hits"] == rows[0]["words"]["reference_words"] > 0
    assert rows[1]["words"]["hits"] <= 1
    assert not any("nothing" in str(row) or "appointment" in str(row) for row in rows)


@pytest.mark.parametrize("seed", [0, 1])
def test_folds_are_the_same_whenever_asked(seed):
    assert overheard.folds_of(SPEECH, seed) == overheard.folds_of(SPEECH, seed)
