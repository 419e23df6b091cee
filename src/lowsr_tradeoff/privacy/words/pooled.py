"""Figures of the words that were recovered: counts of utterances, pooled.

Every rate of errors is a ratio of sums, and utterances of one speaker are resampled together. Chance is what the
same outputs recover of utterances that they do not belong to: stop words alone give some hits.

Word recovery, hits / reference words, is bounded and cannot be lowered by hallucinated insertions; the word error
rate, (S + D + I) / N, is not bounded (Morris et al., Interspeech 2004, compare it with word information lost).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lowsr_tradeoff.privacy.words.count import HeardUtterance
from lowsr_tradeoff.privacy.words.kinds import KINDS
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import KindRecovery, RateDifference, WordCounts, WordKind
from lowsr_tradeoff.statistics.intervals import NO_SPREAD, percentile_interval, pooled_difference, pooled_ratio
from lowsr_tradeoff.statistics.joint_draws import share_draws

Weights = NDArray[np.float64]
AtRate = tuple[int, Sequence[HeardUtterance]]


def pooled_counts(rows: Sequence[HeardUtterance]) -> WordCounts:
    """Return the sums of the word counts."""
    names = WordCounts.model_fields
    return WordCounts(**{name: sum(getattr(row.words, name) for row in rows) for name in names})


def word_recovery(rows: Sequence[HeardUtterance], weights: Weights) -> Measurement:
    """Return hits / reference words, ∈ [0, 1]."""
    return pooled_ratio(_hits(rows), _reference_words(rows), weights, "words", is_share=True)


def word_recovery_draws(rows: Sequence[HeardUtterance], weights: Weights) -> tuple[float, ...]:
    """Return hits / reference words in each of the first resamples, ∈ [0, 1]."""
    return share_draws(_hits(rows), _reference_words(rows), weights)


def word_chance(rows: Sequence[HeardUtterance], weights: Weights) -> Measurement:
    """Return hits / reference words of outputs that belong to other utterances, ∈ [0, 1]."""
    hits, words = [sum(row.luck.hits_of.values()) for row in rows], _reference_words(rows) * _n_others(rows)
    return _by_luck(hits, words, weights, "words")


def kind_recoveries(rows: Sequence[HeardUtterance], weights: Weights) -> tuple[KindRecovery, ...]:
    """Return hits / words of each kind, ∈ [0, 1], beside what luck gives."""
    return tuple(_kind_recovery(kind, rows, weights) for kind in KINDS)


def keyword_recovery(rows: Sequence[HeardUtterance], weights: Weights) -> Measurement:
    """Return keywords heard in full / keywords, ∈ [0, 1]."""
    heard, spoken = [row.found.keywords_heard for row in rows], [row.keywords for row in rows]
    return pooled_ratio(heard, spoken, weights, "keywords", is_share=True)


def keyword_chance(rows: Sequence[HeardUtterance], weights: Weights) -> Measurement:
    """Return keywords / keywords of outputs that belong to other utterances, ∈ [0, 1]."""
    heard = [row.luck.keywords_heard for row in rows]
    return _by_luck(heard, [row.keywords * row.luck.n_outputs for row in rows], weights, "keywords")


def rate_difference(first: AtRate, second: AtRate, weights: Weights, attacker: str) -> RateDifference:
    """Return the word recovery at one rate minus that at another, over the same words, ∈ [-1, 1].

    Args:
        first: A rate in Hz and its rows.
        second: Another, with rows of the same utterances.
        weights: From :func:`stats.resample_weights`, for these rows.
        attacker: Who recovers the words.
    """
    (rate_hz, rows), (against_rate_hz, others) = first, second
    found = pooled_difference(_hits(rows) - _hits(others), _reference_words(rows), weights, "words")
    return RateDifference(
        rate_hz=rate_hz,
        against_rate_hz=against_rate_hz,
        attacker=attacker,
        difference=found,
        is_supported=found.low is not None and found.high is not None and not found.low <= 0 <= found.high,
    )


def wer(rows: Sequence[HeardUtterance], weights: Weights) -> Measurement:
    """Return the word error rate, (S + D + I) / reference words, ≥ 0 and not bounded by 1."""
    return pooled_ratio(_errors(rows), _reference_words(rows), weights, "words", is_share=False)


def mer(rows: Sequence[HeardUtterance], weights: Weights) -> Measurement:
    """Return the match error rate, (S + D + I) / (H + S + D + I), ∈ [0, 1]: Morris et al., 2004."""
    return pooled_ratio(_errors(rows), _errors(rows) + _hits(rows), weights, "words", is_share=True)


def insertions(rows: Sequence[HeardUtterance], weights: Weights) -> Measurement:
    """Return words that nobody said / reference words, ≥ 0 and not bounded by 1."""
    invented = [row.words.insertions for row in rows]
    return pooled_ratio(invented, _reference_words(rows), weights, "words", is_share=False)


def cer(rows: Sequence[HeardUtterance], weights: Weights) -> Measurement:
    """Return the character error rate, edits / reference characters, ≥ 0 and not bounded by 1."""
    errors, characters = [row.character_errors for row in rows], [row.reference_characters for row in rows]
    return pooled_ratio(errors, characters, weights, "characters", is_share=False)


def wil(rows: Sequence[HeardUtterance], weights: Weights) -> Measurement:
    """Return the word information lost, 1 - H² / (N_reference * N_hypothesis), ∈ [0, 1], of the pooled counts.

    Where every resample gives the same, as without any hit, :func:`stats.pooled_ratio` says what could hide.

    Reference: Morris, Maier & Green, Interspeech 2004.
    """
    hits, spoken = _hits(rows), _reference_words(rows)
    written = hits + np.array([row.words.substitutions + row.words.insertions for row in rows], float)
    if not spoken.sum():
        return missing("there are no words to count", "words")
    (value,) = _information_lost(*(np.array([counts.sum()]) for counts in (hits, spoken, written)))
    low, high = percentile_interval(_information_lost(weights @ hits, weights @ spoken, weights @ written))
    if high - low < NO_SPREAD:
        return pooled_ratio(value * spoken, spoken, weights, "words", is_share=True)
    return Measurement(value=float(value), low=low, high=high, n=round(spoken.sum()), n_of="words")


def share(flags: Sequence[bool], weights: Weights) -> Measurement:
    """Return the share of utterances that are so, ∈ [0, 1]."""
    return pooled_ratio(np.array(flags, float), np.ones(len(flags)), weights, "utterances", is_share=True)


def _kind_recovery(kind: WordKind, rows: Sequence[HeardUtterance], weights: Weights) -> KindRecovery:
    words = np.array([row.words_of[kind] for row in rows], float)
    return KindRecovery(
        kind=kind,
        recovery=pooled_ratio([row.found.hits_of[kind] for row in rows], words, weights, kind, is_share=True),
        chance=_by_luck([row.luck.hits_of[kind] for row in rows], words * _n_others(rows), weights, kind),
    )


def _by_luck(hits: ArrayLike, words: ArrayLike, weights: Weights, n_of: str) -> Measurement:
    if not np.any(words):
        return missing(f"there are no {n_of} to compare with outputs of other utterances", n_of)
    return pooled_ratio(hits, words, weights, n_of, is_share=True)


def _n_others(rows: Sequence[HeardUtterance]) -> NDArray[np.float64]:
    return np.array([row.luck.n_outputs for row in rows], float)


def _errors(rows: Sequence[HeardUtterance]) -> NDArray[np.float64]:
    counts = [row.words.substitutions + row.words.deletions + row.words.insertions for row in rows]
    return np.array(counts, float)


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
