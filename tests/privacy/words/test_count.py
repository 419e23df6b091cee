import subprocess
import sys
import warnings

import pytest
from tests.privacy.embedded import KEY, RENT, SPEECH, counted, counts_of, once

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.words import count, pooled


def test_whispers_normaliser_is_had_without_what_its_package_loads():
    """Half a gigabyte in every process that counts words."""
    program = """
import sys
from lowsr_tradeoff.privacy.words import count
count.normalise("Mr. Smith")
assert not {"torch", "numba", "whisper", "whisper.normalizers"} & sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_whispers_package_is_whole_after_its_normaliser_was_taken_from_it(monkeypatch):
    """Whatever was imported before."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "whisper"]:
        monkeypatch.delitem(sys.modules, name)
    count._normaliser.cache_clear()
    said = "Mr. Smith's colour is twenty-five"
    written = count.normalise(said)
    assert "whisper.normalizers" not in sys.modules
    import whisper
    import whisper.normalizers

    assert whisper.available_models()
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        assert whisper.normalizers.EnglishTextNormalizer()(said) == written


def test_spelling_case_and_numbers_are_no_errors():
    row = counts_of("The colour costs twenty-five dollars, doesn't it?", "the color costs $25 does not it")
    assert row.words.hits == row.words.reference_words


@pytest.mark.parametrize(
    ("hypothesis", "n"),
    [
        ("she keeps the spare key under the blue flower pot", 2),
        ("she keeps a spare key under the blue power pot", 1),
        ("key spare pot flower blue", 0),
        ("", 0),
    ],
)
def test_keyword_counts_when_every_word_of_it_is_a_hit(hypothesis, n):
    assert counts_of(KEY, hypothesis, ("spare key", "Blue flower pot")).recovered.keywords == n


@pytest.mark.parametrize("hypothesis", ["the rent is $940 this month", "the rent is 940 this month"])
def test_amount_leaks_with_or_without_its_currency(hypothesis):
    assert counts_of(RENT, hypothesis, ("nine hundred and forty",)).recovered.keywords == 1
    assert counts_of(RENT, "the rent is $914 this month", ("nine hundred and forty",)).recovered.keywords == 0


def test_either_place_of_a_keyword_that_is_said_twice_counts():
    assert counts_of("Martin, call Martin back", "mister call martin back", ("martin",)).recovered.keywords == 1


def test_keyword_outside_its_transcript_is_refused():
    with pytest.raises(DataError, match="'garage' is not in its transcript"):
        counts_of(KEY, "anything", ("garage",))
    assert count.keyword_problems("clip", KEY, ("spare key", "garage", "...")) == [
        f"clip: the keyword 'garage' is not in its transcript {KEY!r}",
        f"clip: the keyword '...' is not in its transcript {KEY!r}",
    ]


def test_loops_and_empty_outputs_are_told_apart():
    rows = [counts_of(KEY, KEY), counts_of(KEY, "I don't know. " * 20), counts_of(KEY, "..."), counts_of(KEY, "")]
    assert [row.is_loop for row in rows] == [False, True, False, False]
    assert [row.is_empty for row in rows] == [False, False, True, True]
    share = pooled.share([row.is_empty for row in rows], once(rows))
    assert (share.value, share.n) == (0.5, 4)


def test_loop_threshold_is_that_of_whisper():
    from inspect import signature

    from whisper.transcribe import transcribe
    from whisper.utils import compression_ratio

    assert (
        signature(transcribe).parameters["compression_ratio_threshold"].default == count.COMPRESSION_RATIO_THRESHOLD
    )
    assert count.compression_ratio(RENT * 3) == compression_ratio(RENT * 3)


def test_rows_survive_a_file():
    row = counts_of(KEY, "the spare key", ("spare key",))
    assert count.UtteranceCounts.model_validate_json(row.model_dump_json()) == row


def test_counts_hold_no_words():
    tested = SPEECH.utterances[:2]
    rows = counted(tested, [tested[0].text, "nothing of it"])
    assert rows[0]["words"]["hits"] == rows[0]["words"]["reference_words"] > 0
    assert rows[1]["words"]["hits"] <= 1
    assert not any("nothing" in str(row) or "appointment" in str(row) for row in rows)
