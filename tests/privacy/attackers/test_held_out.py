import dataclasses
from collections import defaultdict
from itertools import pairwise

import pytest

from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.privacy.attackers import held_out

SPEECH = load_speech("demo", (1000,), 16000, skip_bad=False, cache=None)


def with_utterances(*changes):
    kept = [dataclasses.replace(u, **change) for u, change in zip(SPEECH.utterances, changes, strict=False)]
    return dataclasses.replace(SPEECH, utterances=tuple(kept))


def test_every_speaker_is_tested_once_and_never_learnt_from_then():
    folds_of = defaultdict(set)
    for utterance, fold in zip(SPEECH.utterances, held_out.folds_of(SPEECH, 0), strict=True):
        folds_of[utterance.speaker].add(fold)
    assert all(len(folds) == 1 for folds in folds_of.values())
    tested = []
    for fold in range(1, held_out.N_FOLDS + 1):
        learnt, kept = held_out.split(SPEECH, 0, fold)
        assert not {u.speaker for u in learnt} & {u.speaker for u in kept}
        assert len(learnt) + len(kept) == len(SPEECH.utterances)
        tested += kept
    assert sorted(u.clip_id for u in tested) == sorted(u.clip_id for u in SPEECH.utterances)


def test_a_tested_sentence_is_not_learnt_from_another_speaker():
    speech = with_utterances(
        {"speaker": "a", "text": "Call Martin."},
        {"speaker": "b", "text": "call martin"},
        {"speaker": "c", "text": "No."},
    )
    for fold in (1, 2, 3):
        learnt, kept = held_out.split(speech, 0, fold)
        assert len(learnt) == (2 if kept[0].speaker == "c" else 1)


def test_of_one_speaker_sentences_are_held_out_and_the_setup_says_so():
    speech = with_utterances(*[{"speaker": "a"}] * 3)
    assert sorted(held_out.folds_of(speech, 0)) == [1, 2, 3]
    assert "the voice was heard in training" in held_out.held_out_words(speech, 0)
    assert "no tested speaker" in held_out.held_out_words(SPEECH, 0)


@pytest.mark.parametrize("seed", [0, 1])
def test_folds_are_the_same_whenever_asked(seed):
    assert held_out.folds_of(SPEECH, seed) == held_out.folds_of(SPEECH, seed)


def of_speakers(n):
    kept = sorted({u.speaker for u in SPEECH.utterances})[:n]
    return dataclasses.replace(SPEECH, utterances=tuple(u for u in SPEECH.utterances if u.speaker in kept))


def test_a_larger_share_of_speakers_holds_every_smaller_one_whole_and_nobody_who_is_tested():
    shares = (*held_out.growing_shares(SPEECH, 0), 1.0)
    assert [held_out.amount(SPEECH, 0, share) for share in shares] == [1, 2, 3, 6, 12]
    for fold in (1, 2, 3, 4):
        learnt, tested = held_out.split(SPEECH, 0, fold)
        parts = [held_out.part(SPEECH, 0, fold, share) for share in shares]
        speakers = [{u.speaker for u in part} for part in parts]
        assert all(small < large for small, large in pairwise(speakers))
        assert not speakers[-1] & {u.speaker for u in tested}
        # All that a speaker of a share says is in it.
        assert parts == [[u for u in learnt if u.speaker in who] for who in speakers]
        assert parts[-1] == learnt
        assert held_out.part(SPEECH, 1, fold, 1 / 4) != parts[2]


@pytest.mark.parametrize(
    ("n_speakers", "unit"), [(16, "speakers"), (8, "speakers"), (7, "utterances"), (1, "utterances")]
)
def test_of_few_speakers_shares_are_of_utterances(n_speakers, unit):
    # Of 8 speakers 6 are learnt from: 1, 2, 3, 6. Of 7, in one fold 5: 1, 2 and 5 would be no curve.
    assert held_out.counted_in(of_speakers(n_speakers), 0) == unit


def test_shares_of_three_speakers_utterances_grow_and_are_nested():
    speech = of_speakers(3)
    shares = (*held_out.growing_shares(speech, 0), 1.0)
    # Of the 8 utterances of two others.
    assert [held_out.amount(speech, 0, share) for share in shares] == [1, 2, 4, 8]
    parts = [{u.clip_id for u in held_out.part(speech, 0, 2, share)} for share in shares]
    assert all(small < large for small, large in pairwise(parts))
