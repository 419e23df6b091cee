import dataclasses

from tests.privacy.embedded import SPEECH

from lowsr_tradeoff.privacy.words.step import reference_of, references

UNTOLD = dataclasses.replace(
    SPEECH, utterances=tuple(dataclasses.replace(said, text=None, keywords=()) for said in SPEECH.utterances)
)


def test_transcripts_are_what_words_are_compared_with_where_there_are_any():
    assert reference_of(SPEECH) == "transcripts"
    assert references(SPEECH, ["heard"] * 64) == [said.text for said in SPEECH.utterances]


def test_without_them_it_is_what_was_heard_at_the_full_rate():
    assert reference_of(UNTOLD) == "its own words at the full rate"
    assert references(UNTOLD, [str(i) for i in range(64)]) == [str(i) for i in range(64)]
