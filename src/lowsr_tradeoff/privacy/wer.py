"""Words: what a transcript shares with what was said, counted per utterance and pooled.

Reference and hypothesis go through Whisper's English normaliser, then jiwer aligns them at the least edit distance.
Counts are kept per utterance; every rate of errors is a ratio of sums, and utterances of one speaker are resampled
together.

Word recovery, hits / reference words, is bounded and cannot be lowered by hallucinated insertions; the word error
rate, (S + D + I) / N, is not bounded (Morris et al., Interspeech 2004, compare it with word information lost).
"""

import warnings
import zlib
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import jiwer
import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.records import Measurement, Record, WordCounts, missing
from lowsr_tradeoff.stats import exact_interval, percentile_interval, pooled_ratio

if TYPE_CHECKING:
    from whisper.normalizers import EnglishTextNormalizer

# openai/whisper, whisper/transcribe.py: above this the decoder is taken to repeat itself.
COMPRESSION_RATIO_THRESHOLD = 2.4
CURRENCY = str.maketrans("", "", "$£€¢")

Weights = NDArray[np.float64]


class HeardUtterance(Record):
    """One utterance as the recogniser wrote it down, with its counts.

    Attributes:
        clip_id: The utterance.
        speaker: Who said it.
        hypothesis: What was written down.
        words: Word alignment counts.
        character_errors: Edits of characters.
        reference_characters: Characters of the normalised transcript.
        keywords: Phrases of the transcript that would hurt.
        keywords_heard: Those of them whose every word is a hit.
        is_loop: Whether the recogniser repeats itself.
        is_empty: Whether no word was written down.
    """

    clip_id: str
    speaker: str
    hypothesis: str
    words: WordCounts
    character_errors: int
    reference_characters: int
    keywords: int
    keywords_heard: int
    is_loop: bool
    is_empty: bool


def count(clip_id: str, speaker: str, text: str, keywords: Sequence[str], hypothesis: str) -> HeardUtterance:
    """Return the counts of one utterance.

    Args:
        clip_id: The utterance.
        speaker: Who said it.
        text: What was said.
        keywords: Phrases of the text.
        hypothesis: What the recogniser wrote.

    Raises:
        DataError: A keyword is not in the text.
    """
    reference, heard = normalise(text), normalise(hypothesis)
    characters = jiwer.process_characters(reference, heard)
    return HeardUtterance(
        clip_id=clip_id,
        speaker=speaker,
        hypothesis=hypothesis,
        words=align(reference, heard),
        character_errors=characters.substitutions + characters.deletions + characters.insertions,
        reference_characters=characters.hits + characters.substitutions + characters.deletions,
        keywords=len(keywords),
        keywords_heard=_count_keywords(clip_id, reference, heard, keywords),
        is_loop=compression_ratio(hypothesis) > COMPRESSION_RATIO_THRESHOLD,
        is_empty=not any(letter.isalnum() for letter in heard),
    )


def normalise(text: str) -> str:
    """Return text in the spelling that Whisper is scored in: no case, no punctuation, numbers in digits."""
    return str(_normaliser()(text)).strip()


def align(reference: str, hypothesis: str) -> WordCounts:
    """Return the counts of the cheapest word alignment.

    >>> align("the spare key", "a spare key please")
    WordCounts(hits=2, substitutions=1, deletions=0, insertions=1, reference_words=3)
    """
    found = jiwer.process_words(reference, hypothesis)
    return WordCounts(
        hits=found.hits,
        substitutions=found.substitutions,
        deletions=found.deletions,
        insertions=found.insertions,
        reference_words=found.hits + found.substitutions + found.deletions,
    )


def keyword_problems(clip_id: str, text: str, keywords: Sequence[str]) -> list[str]:
    """Return a line for every keyword that the text does not hold."""
    words = _plain_words(normalise(text))
    return [
        f"{clip_id}: the keyword {keyword!r} is not in its transcript {text!r}"
        for keyword in keywords
        if not _places(_plain_words(normalise(keyword)), words)
    ]


def compression_ratio(text: str) -> float:
    """Return how many times smaller zlib makes a text; repetition makes it large.

    >>> compression_ratio("the key is under the pot") < 2.4 < compression_ratio("the key " * 20)
    True
    """
    return len(text.encode()) / len(zlib.compress(text.encode()))


def pooled_counts(rows: Sequence[HeardUtterance]) -> WordCounts:
    """Return the sums of the word counts."""
    names = WordCounts.model_fields
    return WordCounts(**{name: sum(getattr(row.words, name) for row in rows) for name in names})


def word_recovery(rows: Sequence[HeardUtterance], weights: Weights) -> Measurement:
    """Return hits / reference words, ∈ [0, 1]."""
    return pooled_ratio(_hits(rows), _reference_words(rows), weights, "words", is_share=True)


def keyword_recovery(rows: Sequence[HeardUtterance], weights: Weights) -> Measurement:
    """Return keywords heard in full / keywords, ∈ [0, 1]."""
    heard, spoken = [row.keywords_heard for row in rows], [row.keywords for row in rows]
    return pooled_ratio(heard, spoken, weights, "keywords", is_share=True)


def wer(rows: Sequence[HeardUtterance], weights: Weights) -> Measurement:
    """Return the word error rate, (S + D + I) / reference words, ≥ 0 and not bounded by 1."""
    errors = [row.words.substitutions + row.words.deletions + row.words.insertions for row in rows]
    return pooled_ratio(errors, _reference_words(rows), weights, "words", is_share=False)


def cer(rows: Sequence[HeardUtterance], weights: Weights) -> Measurement:
    """Return the character error rate, edits / reference characters, ≥ 0 and not bounded by 1."""
    errors, characters = [row.character_errors for row in rows], [row.reference_characters for row in rows]
    return pooled_ratio(errors, characters, weights, "characters", is_share=False)


def wil(rows: Sequence[HeardUtterance], weights: Weights) -> Measurement:
    """Return the word information lost, 1 - H² / (N_reference * N_hypothesis), ∈ [0, 1], of the pooled counts.

    Without any hit every resample gives 1; the interval is then the exact binomial one with utterances as trials.

    Reference: Morris, Maier & Green, Interspeech 2004.
    """
    hits, spoken = _hits(rows), _reference_words(rows)
    written = hits + np.array([row.words.substitutions + row.words.insertions for row in rows], float)
    if not spoken.sum():
        return missing("there are no words to count", "words")
    (value,) = _information_lost(*(np.array([counts.sum()]) for counts in (hits, spoken, written)))
    draws = _information_lost(weights @ hits, weights @ spoken, weights @ written)
    low, high = percentile_interval(draws) if hits.any() else exact_interval(len(rows), len(rows))
    return Measurement(value=float(value), low=low, high=high, n=round(spoken.sum()), n_of="words")


def share(flags: Sequence[bool], weights: Weights) -> Measurement:
    """Return the share of utterances that are so, ∈ [0, 1]."""
    return pooled_ratio(np.array(flags, float), np.ones(len(flags)), weights, "utterances", is_share=True)


@cache
def _normaliser() -> "EnglishTextNormalizer":
    from whisper.normalizers import EnglishTextNormalizer  # noqa: PLC0415 - its package imports torch

    # It leaves its table of spellings open, for Python to close.
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        return EnglishTextNormalizer()


def _count_keywords(clip_id: str, reference: str, heard: str, keywords: Sequence[str]) -> int:
    """Aligned without currency signs: who hears "940" knows the rent, with or without the dollars."""
    words = _plain_words(reference)
    found = jiwer.process_words(" ".join(words), " ".join(_plain_words(heard)))
    chunks = [chunk for chunk in found.alignments[0] if chunk.type == "equal"]
    hits = {place for chunk in chunks for place in range(chunk.ref_start_idx, chunk.ref_end_idx)}
    n_heard = 0
    for keyword in keywords:
        places = _places(_plain_words(normalise(keyword)), words)
        if not places:
            raise DataError(f"{clip_id}: the keyword {keyword!r} is not in its transcript; mend metadata.csv")
        n_heard += any(hits.issuperset(place) for place in places)
    return n_heard


def _plain_words(normalised: str) -> list[str]:
    """Return the words without currency signs.

    >>> _plain_words("the rent is $940")
    ['the', 'rent', 'is', '940']
    """
    return normalised.translate(CURRENCY).split()


def _places(phrase: Sequence[str], words: Sequence[str]) -> list[range]:
    """Return every place of a phrase.

    >>> _places(["spare", "key"], ["the", "spare", "key"])
    [range(1, 3)]
    """
    size = len(phrase)
    starts = range(len(words) - size + 1) if size else ()
    return [range(start, start + size) for start in starts if words[start : start + size] == list(phrase)]


def _hits(rows: Sequence[HeardUtterance]) -> NDArray[np.float64]:
    return np.array([row.words.hits for row in rows], float)


def _reference_words(rows: Sequence[HeardUtterance]) -> NDArray[np.float64]:
    return np.array([row.words.reference_words for row in rows], float)


def _information_lost(
    hits: NDArray[np.float64], spoken: NDArray[np.float64], written: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Who writes nothing down keeps nothing: the limit of 0/0 is 1. No spoken words, no figure."""
    kept = np.divide(hits**2, spoken * written, out=np.zeros_like(hits), where=spoken * written > 0)
    return np.where(spoken > 0, 1 - kept, np.nan)
