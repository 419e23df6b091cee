"""Figures of the recovered words, from pooled counts of utterances; those of one speaker are one cluster.

Chance is what the same hypotheses recover of other utterances: stop words alone give some hits. Word recovery,
hits / reference words, is bounded, and insertions do not lower it; the word error rate, (S + D + I) / N, is not
bounded (Morris et al., Interspeech 2004, compare it with word information lost).
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from lowsr_tradeoff.privacy.words.count import UtteranceCounts
from lowsr_tradeoff.privacy.words.kinds import KINDS
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import KindRecovery, RateDifference, WordCounts, WordKind
from lowsr_tradeoff.statistics import Floats
from lowsr_tradeoff.statistics.intervals import by_cluster, pooled_ratio, resampled_share, share_difference
from lowsr_tradeoff.statistics.joint_draws import share_draws

# Of every row in every resample, from ``intervals.resample_weights``. Shape ``(n_resamples, n_rows)``.
Weights = Floats
Rows = Sequence[UtteranceCounts]


def with_words(rows: Rows, weights: Weights) -> tuple[list[UtteranceCounts], Weights]:
    """Return the rows whose reference has a word, and their weights; of ``"Mhm."`` the normaliser leaves none."""
    kept = [i for i, row in enumerate(rows) if row.words.reference_words]
    return [rows[i] for i in kept], weights[:, kept]


def pooled_counts(rows: Rows) -> WordCounts:
    """Return the sums of the word counts."""
    return WordCounts(**{name: sum(getattr(row.words, name) for row in rows) for name in WordCounts.model_fields})


def word_recovery(rows: Rows, weights: Weights) -> Measurement:
    """Return hits / reference words, ∈ [0, 1]."""
    return pooled_ratio(_hits(rows), _words(rows), weights, "words", is_share=True)


def word_recovery_draws(rows: Rows, weights: Weights) -> tuple[float, ...]:
    """Return hits / reference words in each of the first resamples, ∈ [0, 1]."""
    return share_draws(_hits(rows), _words(rows), weights)


def word_chance(rows: Rows, weights: Weights) -> Measurement:
    """Return hits / reference words of hypotheses that belong to other utterances, ∈ [0, 1]."""
    hits = [sum(row.by_chance.hits_of.values()) for row in rows]
    return _chance(hits, _words(rows) * _n_others(rows), weights, "words")


def kind_recoveries(rows: Rows, weights: Weights) -> tuple[KindRecovery, ...]:
    """Return hits / words of each kind, ∈ [0, 1], beside chance."""
    return tuple(_kind_recovery(kind, rows, weights) for kind in KINDS)


def keyword_recovery(rows: Rows, weights: Weights) -> Measurement:
    """Return keywords recovered in full / keywords, ∈ [0, 1]."""
    recovered, spoken = [row.recovered.keywords for row in rows], [row.keywords for row in rows]
    return pooled_ratio(recovered, spoken, weights, "keywords", is_share=True)


def keyword_chance(rows: Rows, weights: Weights) -> Measurement:
    """Return keywords / keywords of hypotheses that belong to other utterances, ∈ [0, 1]."""
    recovered = [row.by_chance.keywords for row in rows]
    return _chance(recovered, [row.keywords * row.by_chance.n_hypotheses for row in rows], weights, "keywords")


def rate_difference(
    first: tuple[int, Rows], second: tuple[int, Rows], weights: Weights, attacker: str
) -> RateDifference:
    """Return the word recovery at one rate in Hz minus that at another, over the same utterances, ∈ [-1, 1]."""
    (rate_hz, rows), (against_rate_hz, others) = first, second
    found = share_difference(_hits(rows), _hits(others), _words(rows), weights, "words")
    return RateDifference(
        rate_hz=rate_hz,
        against_rate_hz=against_rate_hz,
        attacker=attacker,
        difference=found,
        is_supported=found.low is not None and found.high is not None and not found.low <= 0 <= found.high,
    )


def wer(rows: Rows, weights: Weights) -> Measurement:
    """Return the word error rate, (S + D + I) / reference words, ≥ 0 and not bounded by 1."""
    return pooled_ratio(_errors(rows), _words(rows), weights, "words", is_share=False)


def mer(rows: Rows, weights: Weights) -> Measurement:
    """Return the match error rate, (S + D + I) / (H + S + D + I), ∈ [0, 1]: Morris et al., 2004."""
    return pooled_ratio(_errors(rows), _errors(rows) + _hits(rows), weights, "words", is_share=True)


def insertions(rows: Rows, weights: Weights) -> Measurement:
    """Return inserted words / reference words, ≥ 0 and not bounded by 1."""
    return pooled_ratio([row.words.insertions for row in rows], _words(rows), weights, "words", is_share=False)


def cer(rows: Rows, weights: Weights) -> Measurement:
    """Return the character error rate, edits / reference characters, ≥ 0 and not bounded by 1."""
    errors, characters = [row.character_errors for row in rows], [row.reference_characters for row in rows]
    return pooled_ratio(errors, characters, weights, "characters", is_share=False)


def wil(rows: Rows, weights: Weights) -> Measurement:
    """Return the word information lost, 1 - H² / (N_reference * N_hypothesis), ∈ [0, 1], of the pooled counts.

    Reference: Morris, Maier & Green, Interspeech 2004.
    """
    hits, spoken = _hits(rows), _words(rows)
    written = hits + _each(rows, lambda row: row.words.substitutions + row.words.insertions)
    if not spoken.sum():
        return missing("there are no words to count", "words")
    (value,) = _information_lost(*(np.array([counts.sum()]) for counts in (hits, spoken, written)))
    drawn = _information_lost(weights @ hits, weights @ spoken, weights @ written)
    n_speakers = len(by_cluster(spoken[spoken > 0], weights[:, spoken > 0]))
    return resampled_share(float(value), drawn, n_speakers, round(spoken.sum()), "words")


def share(flags: Sequence[bool], weights: Weights) -> Measurement:
    """Return the share of utterances with a property, ∈ [0, 1]."""
    return pooled_ratio(np.array(flags, float), np.ones(len(flags)), weights, "utterances", is_share=True)


def _kind_recovery(kind: WordKind, rows: Rows, weights: Weights) -> KindRecovery:
    words = _each(rows, lambda row: row.words_of[kind])
    return KindRecovery(
        kind=kind,
        recovery=pooled_ratio([row.recovered.hits_of[kind] for row in rows], words, weights, kind, is_share=True),
        chance=_chance([row.by_chance.hits_of[kind] for row in rows], words * _n_others(rows), weights, kind),
    )


def _chance(hits: ArrayLike, words: ArrayLike, weights: Weights, n_of: str) -> Measurement:
    if not np.any(words):
        return missing(f"there are no {n_of} to compare with outputs of other utterances", n_of)
    return pooled_ratio(hits, words, weights, n_of, is_share=True)


def _each(rows: Rows, count_of: Callable[[UtteranceCounts], int]) -> Floats:
    return np.array([count_of(row) for row in rows], float)


def _n_others(rows: Rows) -> Floats:
    return _each(rows, lambda row: row.by_chance.n_hypotheses)


def _errors(rows: Rows) -> Floats:
    return _each(rows, lambda row: row.words.substitutions + row.words.deletions + row.words.insertions)


def _hits(rows: Rows) -> Floats:
    return _each(rows, lambda row: row.words.hits)


def _words(rows: Rows) -> Floats:
    """Of the reference."""
    return _each(rows, lambda row: row.words.reference_words)


def _information_lost(hits: Floats, spoken: Floats, written: Floats) -> Floats:
    """Without any hypothesis word all information is lost: 0/0 is 1. Without reference words there is no figure."""
    kept = np.divide(hits**2, spoken * written, out=np.zeros_like(hits), where=spoken * written > 0)
    return np.where(spoken > 0, 1 - kept, np.nan)
