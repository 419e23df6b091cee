import jiwer
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.privacy.embedded import KEY, RENT, counts_of, once

from lowsr_tradeoff.privacy.words import count, pooled
from lowsr_tradeoff.statistics.cluster_t import exact_interval
from lowsr_tradeoff.statistics.intervals import resample_weights, resampled_share

SENTENCES = st.lists(
    st.sampled_from(["dog", "bank", "rent", "key", "garage", "lawyer", "sister", "pills"]), max_size=9
).map(" ".join)
PAIRS = st.lists(st.tuples(SENTENCES.filter(bool), SENTENCES), min_size=1, max_size=6)

FIGURES = (
    *(pooled.wer, pooled.word_recovery, pooled.wil, pooled.keyword_recovery),
    *(pooled.insertions, pooled.cer, pooled.word_chance),
)


@pytest.fixture(scope="module", autouse=True)
def _loaded():
    """The normaliser's first use takes seconds and belongs to no test."""
    count.normalise("")


@settings(deadline=None)
@given(PAIRS)
def test_pooled_figures_are_those_of_jiwer_over_the_whole_corpus(pairs):
    rows = [counts_of(*pair) for pair in pairs]
    references, hypotheses = (list(side) for side in zip(*pairs, strict=True))
    assert pooled.wer(rows, once(rows)).value == pytest.approx(jiwer.wer(references, hypotheses))
    assert pooled.cer(rows, once(rows)).value == pytest.approx(jiwer.cer(references, hypotheses))
    assert pooled.wil(rows, once(rows)).value == pytest.approx(jiwer.wil(references, hypotheses))


@settings(deadline=None)
@given(PAIRS)
def test_counts_add_up_and_recovery_is_a_proportion(pairs):
    rows = [counts_of(*pair) for pair in pairs]
    counts = pooled.pooled_counts(rows)
    assert counts.hits + counts.substitutions + counts.deletions == sum(len(text.split()) for text, _ in pairs)
    assert counts.hits + counts.substitutions + counts.insertions == sum(len(text.split()) for _, text in pairs)
    recovery = pooled.word_recovery(rows, once(rows))
    assert recovery.value == counts.hits / counts.reference_words
    kinds = pooled.kind_recoveries(rows, once(rows))
    assert sum(kind.recovery.n for kind in kinds) == counts.reference_words
    assert sum((kind.recovery.value or 0) * kind.recovery.n for kind in kinds) == pytest.approx(counts.hits)
    assert 0 <= recovery.low <= recovery.value <= recovery.high <= 1


def test_utterances_without_a_word_are_counted_in_no_figure():
    rows = [counts_of("rent key", "rent"), counts_of("Mhm.", "the dog"), counts_of("[laughter]", "ha ha")]
    kept, weights = pooled.with_words(rows, once(rows))
    assert kept == rows[:1]
    assert weights.shape == (200, 1)
    assert pooled.wer(kept, weights).value == 1 / 2
    assert pooled.insertions(kept, weights).value == 0
    none, no_weights = pooled.with_words(rows[1:], once(rows[1:]))
    assert all(figure(none, no_weights).value is None for figure in FIGURES)
    assert pooled.word_recovery_draws(none, no_weights) == ()


def test_counts_are_pooled_before_dividing():
    long = "the dog sat by the bank near my garage"
    rows = [counts_of("rent", "dog key bank"), counts_of(long, long)]
    assert pooled.wer(rows, once(rows)).value == pytest.approx(3 / 10)
    assert pooled.word_recovery(rows, once(rows)).value == pytest.approx(9 / 10)
    assert pooled.word_recovery(rows, once(rows)).n == 10


def test_hallucinated_words_raise_the_error_rate_above_one_but_not_the_recovery():
    rows = [counts_of("call my lawyer", "call my lawyer " + "thank you for watching " * 5)]
    assert pooled.wer(rows, once(rows)).value > 1
    assert pooled.word_recovery(rows, once(rows)).value == 1


def test_the_interval_of_information_lost_is_of_jiwer_over_resampled_speakers():
    pairs = [
        ("the dog sat", "the dog"),
        ("my rent is due", "my aunt is blue"),
        ("call the bank", "call the bank now"),
    ]
    rows = [counts_of(*pair, speaker=name) for pair, name in zip(pairs, "abc", strict=True)]
    weights = resample_weights(["a", "b", "c"], 200, 0)
    resampled = [
        [pair for pair, times in zip(pairs, row, strict=True) for _ in range(int(times))] for row in weights
    ]
    draws = [jiwer.wil([text for text, _ in drawn], [text for _, text in drawn]) for drawn in resampled]
    lost = pooled.wil(rows, weights)
    oracle = resampled_share(lost.value, np.array(draws), 3, 10, "words")
    assert (lost.low, lost.high) == pytest.approx((oracle.low, oracle.high))


def test_no_hit_at_all_is_not_certainty():
    rows = [counts_of(KEY, "you"), counts_of(RENT, "", speaker="b")]
    lost = pooled.wil(rows, once(rows))
    assert (lost.value, lost.high) == (1, 1)
    assert lost.low < 0.5


def test_nothing_spoken_has_no_rate():
    rows = [counts_of("[noise]", "you")]
    for measure in FIGURES:
        assert measure(rows, once(rows)).value is None


def test_keyword_recovery_pools_keywords():
    rows = [counts_of(KEY, "the spare key", ("spare key", "blue flower pot")), counts_of(RENT, "rent", ("rent",))]
    recovery = pooled.keyword_recovery(rows, once(rows))
    assert (recovery.value, recovery.n, recovery.n_of) == (pytest.approx(2 / 3), 3, "keywords")


def test_resamples_without_words_are_left_out():
    rows = [counts_of("[noise]", "you"), counts_of(KEY, KEY, speaker="b")]
    assert np.isfinite(pooled.wil(rows, once(rows)).low)


def test_every_utterance_understood_is_not_certainty_either():
    rows = [counts_of(KEY, KEY), counts_of(RENT, RENT, speaker="b")]
    lost = pooled.wil(rows, once(rows))
    assert (lost.value, lost.low) == (0, 0)
    assert lost.high > 0.5


def test_speakers_not_utterances_are_the_trials_of_what_could_hide():
    rows = [counts_of(KEY, "you", speaker=str(i % 12)) for i in range(48)]
    assert pooled.wil(rows, once(rows)).low == pytest.approx(1 - exact_interval(0, 12)[1])


def test_stop_words_alone_are_no_content():
    rows = [counts_of("the doctor is at 42", "the dog is at 7")]
    content, stop, digits = pooled.kind_recoveries(rows, once(rows))
    assert [(found.kind, found.recovery.value, found.recovery.n) for found in (content, stop, digits)] == [
        ("content words", 0, 1),
        ("stop words", 1, 3),
        ("digits", 0, 1),
    ]


def test_chance_is_what_outputs_of_other_utterances_recover():
    texts = ["the dog is here", "the cat is there"]
    others = count.unrelated(texts)
    rows = [
        count.count(text, "a", text, (text.split()[1],), text, [texts[i] for i in places])
        for text, places in zip(texts, others, strict=True)
    ]
    assert pooled.word_recovery(rows, once(rows)).value == 1
    assert pooled.word_chance(rows, once(rows)).value == pytest.approx(0.5)
    assert pooled.keyword_chance(rows, once(rows)).value == 0
    content, stop, _ = pooled.kind_recoveries(rows, once(rows))
    assert (content.chance.value, stop.chance.value) == (0, pytest.approx(4 / 6))


def test_one_utterance_alone_has_no_chance_level():
    rows = [counts_of(KEY, KEY)]
    assert "other utterances" in pooled.word_chance(rows, once(rows)).reason


def test_a_rate_is_compared_over_the_same_words():
    low, high = [counts_of(KEY, "the spare key")], [counts_of(KEY, KEY)]
    found = pooled.rate_difference((500, low), (1000, high), once(low), "whisper")
    assert found.difference.value == pytest.approx(-7 / 10)
    assert (found.rate_hz, found.against_rate_hz, found.difference.n) == (500, 1000, 10)
    alike = pooled.rate_difference((500, low), (1000, low), once(low), "whisper")
    assert (alike.difference.value, alike.is_supported) == (0, False)
