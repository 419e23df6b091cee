import dataclasses

import pytest
from tests.privacy.embedded import SPEECH, with_utterances

from lowsr_tradeoff.privacy.attackers.candidates import lists

KEYWORDS = with_utterances(
    {"text": "Call Martin tonight.", "keywords": ("martin",)},
    {"text": "anna left, anna's key stays.", "keywords": ("anna", "key")},
)


def test_every_sentence_is_in_one_list_of_sentences_of_about_its_length():
    found = lists.lists_of(SPEECH, "sentences")
    assert [len(places[0].texts) for places in found] == [4] * 16
    assert sorted(place.utterance for places in found for place in places) == list(range(64))
    for places in found:
        assert {place.texts for place in places} == {places[0].texts}
        for place in places:
            assert place.texts[place.truth] == SPEECH.utterances[place.utterance].text
    spans = [[len(text) for text in places[0].texts] for places in found]
    assert all(max(span) <= 1.25 * min(span) for span in spans)


def test_a_sentence_said_twice_is_one_candidate():
    texts = ("Stop.", "stop", "Go on then.", "Nobody is here.")
    (places,) = lists.lists_of(with_utterances(*({"text": text} for text in texts)), "sentences")
    assert [(place.utterance, place.truth) for place in places] == [(0, 0), (1, 0), (2, 1), (3, 2)]
    assert len(places[0].texts) == 3


@pytest.mark.parametrize("of", ["sentences", "keywords"])
def test_there_is_no_list_of_one(of):
    once = {"text": "Call Martin.", "keywords": ("martin",)}
    same = with_utterances(once, {**once, "text": "call martin"})
    assert lists.lists_of(same, of) == ()


def test_keywords_are_put_wherever_one_of_them_stands():
    (places,) = lists.lists_of(KEYWORDS, "keywords")
    assert [place.texts for place in places] == [
        ("Call key tonight.", "Call anna tonight.", "Call martin tonight."),
        ("Key left, key's key stays.", "Anna left, anna's key stays.", "Martin left, martin's key stays."),
        ("Anna left, anna's key stays.", "Anna left, anna's anna stays.", "Anna left, anna's martin stays."),
    ]
    assert [place.truth for place in places] == [2, 1, 0]


def test_a_keyword_is_found_whatever_its_case_and_punctuation():
    speech = with_utterances(
        {"text": "Leave at three-fifteen, SPARE KEYS too.", "keywords": ("Three fifteen",)},
        {"text": "My spare key.", "keywords": ("spare key",)},
    )
    (places,) = lists.lists_of(speech, "keywords")
    assert places[0].texts == ("Leave at spare key, SPARE KEYS too.", "Leave at Three fifteen, SPARE KEYS too.")


def test_lists_are_of_about_equal_size():
    assert [len(each) for each in lists.cut([f"{i:02}" for i in range(17)], most=8)] == [6, 5, 6]
    assert lists.cut([], most=8) == []


def test_the_order_of_the_corpus_does_not_change_who_is_compared():
    turned = dataclasses.replace(SPEECH, utterances=SPEECH.utterances[::-1])
    texts = [{places[0].texts for places in lists.lists_of(speech, "sentences")} for speech in (SPEECH, turned)]
    assert texts[0] == texts[1]
