import dataclasses
from itertools import pairwise

import pytest
from tests.privacy.embedded import SPEECH, with_utterances

from lowsr_tradeoff.privacy.attackers import held_out
from lowsr_tradeoff.privacy.attackers.adapted import learning_curve
from lowsr_tradeoff.privacy.attackers.recogniser_steps import split_in_words


def test_every_speaker_is_tested_once_and_never_learnt_from_then():
    tested = []
    for fold in held_out.folds_of(SPEECH, 0):
        assert not {u.speaker for u in fold.learnt} & {u.speaker for u in fold.tested}
        assert len(fold.learnt) + len(fold.tested) == len(SPEECH.utterances)
        tested += fold.tested
    assert sorted(u.clip_id for u in tested) == sorted(u.clip_id for u in SPEECH.utterances)


def test_a_tested_sentence_is_not_learnt_from_another_speaker():
    speech = with_utterances(
        {"speaker": "a", "text": "Call Martin."},
        {"speaker": "b", "text": "call martin"},
        {"speaker": "c", "text": "No."},
    )
    for fold in held_out.folds_of(speech, 0):
        assert len(fold.learnt) == (2 if fold.tested[0].speaker == "c" else 1)


def test_of_one_speaker_sentences_are_held_out_and_the_setup_says_so():
    speech = with_utterances(*[{"speaker": "a"}] * 3)
    folds = held_out.folds_of(speech, 0)
    assert [(fold.number, len(fold.tested)) for fold in folds] == [(1, 1), (2, 1), (3, 1)]
    assert "the voice was heard in training" in split_in_words(speech, 3)
    assert "no tested speaker" in split_in_words(SPEECH, 4)


@pytest.mark.parametrize("seed", [0, 1])
def test_folds_are_the_same_whenever_asked(seed):
    assert held_out.folds_of(SPEECH, seed) == held_out.folds_of(SPEECH, seed)


def of_speakers(n):
    kept = sorted({u.speaker for u in SPEECH.utterances})[:n]
    return dataclasses.replace(SPEECH, utterances=tuple(u for u in SPEECH.utterances if u.speaker in kept))


def amounts(speech):
    """Of the shares that a learning curve is made of, with their utterances by fold and share."""
    folds = held_out.folds_of(speech, 0)
    unit = learning_curve.unit_of(folds)
    shares = (*learning_curve.growing_shares(folds, unit), 1.0)
    parts = {fold: [held_out.part(fold, share, unit, 0) for share in shares] for fold in folds}
    return [learning_curve.amount(folds, share, unit, 0) for share in shares], parts


def test_a_larger_share_of_speakers_holds_every_smaller_one_whole_and_nobody_who_is_tested():
    found, by_fold = amounts(SPEECH)
    assert found == [1, 2, 3, 6, 12]
    for fold, parts in by_fold.items():
        speakers = [{u.speaker for u in part} for part in parts]
        assert all(small < large for small, large in pairwise(speakers))
        assert not speakers[-1] & {u.speaker for u in fold.tested}
        # All that a speaker of a share says is in it.
        assert [list(part) for part in parts] == [[u for u in fold.learnt if u.speaker in who] for who in speakers]
        assert parts[-1] == fold.learnt
        assert held_out.part(held_out.fold_of(SPEECH, 1, fold.number), 1 / 4, "speakers", 1) != parts[2]


@pytest.mark.parametrize(
    ("n_speakers", "unit"), [(16, "speakers"), (8, "speakers"), (7, "utterances"), (1, "utterances")]
)
def test_of_few_speakers_shares_are_of_utterances(n_speakers, unit):
    # Of 8 speakers 6 are learnt from: 1, 2, 3, 6. Of 7, in one fold 5: 1, 2 and 5 would be no curve.
    assert learning_curve.unit_of(held_out.folds_of(of_speakers(n_speakers), 0)) == unit


def test_shares_of_three_speakers_utterances_grow_and_are_nested():
    found, by_fold = amounts(of_speakers(3))
    # Of the 8 utterances of two others.
    assert found == [1, 2, 4, 8]
    for parts in by_fold.values():
        assert all({u.clip_id for u in small} < {u.clip_id for u in large} for small, large in pairwise(parts))
