import pytest
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from lowsr_tradeoff.privacy.words import count
from lowsr_tradeoff.privacy.words.kinds import STOP_WORDS, kind_of


def test_most_closed_class_words_are_on_the_list_of_the_glasgow_group_too():
    shared = STOP_WORDS & ENGLISH_STOP_WORDS
    assert len(shared) > 0.8 * len(STOP_WORDS)


@pytest.mark.parametrize("word", ["doctor", "thursday", "money", "pin", "garage", "lawyer", "sister", "hundred"])
def test_words_that_hurt_are_content(word):
    assert kind_of(word) == "content words"


def test_kinds_are_those_of_normalised_words():
    words = count.normalise("It's the nine hundred dollars that she'll pay on the 3rd.").split()
    assert [kind_of(word) for word in words] == [
        *("stop words", "stop words", "stop words", "digits", "stop words", "stop words", "stop words"),
        *("content words", "stop words", "stop words", "digits"),
    ]
