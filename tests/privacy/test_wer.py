import jiwer
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy import wer
from lowsr_tradeoff.stats import percentile_interval, resample_weights

SENTENCES = st.lists(
    st.sampled_from(["dog", "bank", "rent", "key", "garage", "lawyer", "sister", "pills"]), max_size=9
).map(" ".join)
PAIRS = st.lists(st.tuples(SENTENCES.filter(bool), SENTENCES), min_size=1, max_size=6)
KEY = "She keeps the spare key under the blue flower pot."
RENT = "The rent is nine hundred and forty dollars this month."


def heard(text, hypothesis, keywords=(), speaker="a"):
    return wer.count("clip", speaker, text, keywords, hypothesis)


def once(rows):
    return resample_weights([row.speaker for row in rows], 200, 0)


@pytest.fixture(scope="module", autouse=True)
def _loaded():
    """The normaliser's first use takes seconds and belongs to no test."""
    wer.normalise("")


@given(PAIRS)
def test_pooled_figures_are_those_of_jiwer_over_the_whole_corpus(pairs):
    rows = [heard(*pair) for pair in pairs]
    references, hypotheses = (list(side) for side in zip(*pairs, strict=True))
    assert wer.wer(rows, once(rows)).value == pytest.approx(jiwer.wer(references, hypotheses))
    assert wer.cer(rows, once(rows)).value == pytest.approx(jiwer.cer(references, hypotheses))
    assert wer.wil(rows, once(rows)).value == pytest.approx(jiwer.wil(references, hypotheses))


@given(PAIRS)
def test_counts_add_up_and_recovery_is_a_proportion(pairs):
    rows = [heard(*pair) for pair in pairs]
    counts = wer.pooled_counts(rows)
    assert counts.hits + counts.substitutions + counts.deletions == sum(len(text.split()) for text, _ in pairs)
    assert counts.hits + counts.substitutions + counts.insertions == sum(len(text.split()) for _, text in pairs)
    recovery = wer.word_recovery(rows, once(rows))
    assert recovery.value == counts.hits / counts.reference_words
    assert 0 <= recovery.low <= recovery.value <= recovery.high <= 1


def test_counts_are_pooled_before_dividing():
    long = "the dog sat by the bank near my garage"
    rows = [heard("rent", "dog key bank"), heard(long, long)]
    assert wer.wer(rows, once(rows)).value == pytest.approx(3 / 10)
    assert wer.word_recovery(rows, once(rows)).value == pytest.approx(9 / 10)
    assert wer.word_recovery(rows, once(rows)).n == 10


def test_hallucinated_words_raise_the_error_rate_above_one_but_not_the_recovery():
    rows = [heard("call my lawyer", "call my lawyer " + "thank you for watching " * 5)]
    assert wer.wer(rows, once(rows)).value > 1
    assert wer.word_recovery(rows, once(rows)).value == 1


def test_spelling_case_and_numbers_are_no_errors():
    row = heard("The colour costs twenty-five dollars, doesn't it?", "the color costs $25 does not it")
    assert row.words.hits == row.words.reference_words


def test_interval_is_that_of_jiwer_over_resampled_speakers():
    pairs = [
        ("the dog sat", "the dog"),
        ("my rent is due", "my aunt is blue"),
        ("call the bank", "call the bank now"),
    ]
    rows = [heard(*pair, speaker=name) for pair, name in zip(pairs, "abc", strict=True)]
    weights = resample_weights(["a", "b", "c"], 200, 0)
    resampled = [
        [pair for pair, times in zip(pairs, row, strict=True) for _ in range(int(times))] for row in weights
    ]
    for measure, oracle in ((wer.wer, jiwer.wer), (wer.wil, jiwer.wil), (wer.cer, jiwer.cer)):
        draws = [oracle([text for text, _ in drawn], [text for _, text in drawn]) for drawn in resampled]
        assert percentile_interval(draws) == pytest.approx(
            (measure(rows, weights).low, measure(rows, weights).high)
        )


def test_no_hit_at_all_is_not_certainty():
    rows = [heard(KEY, "you"), heard(RENT, "", speaker="b")]
    lost = wer.wil(rows, once(rows))
    assert (lost.value, lost.high) == (1, 1)
    assert lost.low < 0.5


def test_nothing_spoken_has_no_rate():
    rows = [heard("[noise]", "you")]
    for measure in (wer.wer, wer.word_recovery, wer.wil, wer.keyword_recovery):
        assert measure(rows, once(rows)).value is None


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
    assert heard(KEY, hypothesis, ("spare key", "Blue flower pot")).keywords_heard == n


@pytest.mark.parametrize("hypothesis", ["the rent is $940 this month", "the rent is 940 this month"])
def test_amount_leaks_with_or_without_its_currency(hypothesis):
    assert heard(RENT, hypothesis, ("nine hundred and forty",)).keywords_heard == 1
    assert heard(RENT, "the rent is $914 this month", ("nine hundred and forty",)).keywords_heard == 0


def test_either_place_of_a_keyword_that_is_said_twice_counts():
    assert heard("Martin, call Martin back", "mister call martin back", ("martin",)).keywords_heard == 1


def test_keyword_recovery_pools_keywords():
    rows = [heard(KEY, "the spare key", ("spare key", "blue flower pot")), heard(RENT, "rent", ("rent",))]
    recovery = wer.keyword_recovery(rows, once(rows))
    assert (recovery.value, recovery.n, recovery.n_of) == (pytest.approx(2 / 3), 3, "keywords")


def test_keyword_outside_its_transcript_is_refused():
    with pytest.raises(DataError, match="'garage' is not in its transcript"):
        heard(KEY, "anything", ("garage",))
    assert wer.keyword_problems("clip", KEY, ("spare key", "garage", "...")) == [
        f"clip: the keyword 'garage' is not in its transcript {KEY!r}",
        f"clip: the keyword '...' is not in its transcript {KEY!r}",
    ]


def test_loops_and_empty_outputs_are_told_apart():
    rows = [heard(KEY, KEY), heard(KEY, "I don't know. " * 20), heard(KEY, "..."), heard(KEY, "")]
    assert [row.is_loop for row in rows] == [False, True, False, False]
    assert [row.is_empty for row in rows] == [False, False, True, True]
    share = wer.share([row.is_empty for row in rows], once(rows))
    assert (share.value, share.n) == (0.5, 4)


def test_loop_threshold_is_that_of_whisper():
    from inspect import signature

    from whisper.transcribe import transcribe
    from whisper.utils import compression_ratio

    assert (
        signature(transcribe).parameters["compression_ratio_threshold"].default == wer.COMPRESSION_RATIO_THRESHOLD
    )
    assert wer.compression_ratio(RENT * 3) == compression_ratio(RENT * 3)


def test_rows_survive_a_file():
    row = heard(KEY, "the spare key", ("spare key",))
    assert wer.HeardUtterance.model_validate_json(row.model_dump_json()) == row


def test_resamples_without_words_are_left_out():
    rows = [heard("[noise]", "you"), heard(KEY, KEY, speaker="b")]
    assert np.isfinite(wer.wil(rows, once(rows)).low)
