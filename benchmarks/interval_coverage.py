"""How often 95 % intervals of word shares and of their differences hold the truth, where the truth is known.

    OMP_NUM_THREADS=1 python benchmarks/interval_coverage.py [DATA_SETS]

So many data sets (2000) are drawn of 3 to 210 speakers with 3 to 10 utterances of about eight words each. A
speaker's share of words is of a beta distribution, and an utterance's is around its speaker's, so the words of a
speaker stand or fall together; at two rates a speaker has correlated shares. Prints, for every true share or pair
of shares, how often the truth is below the interval and above it, 0.025 each at best, and the same of percentiles
of a bootstrap over speakers.
"""

import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, norm

from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.statistics.intervals import (
    percentile_interval,
    pooled_ratio,
    resample_weights,
    share_difference,
)

Floats = NDArray[np.float64]

N_SPEAKERS = (3, 9, 10, 16, 40, 210)
SHARES = (0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98)
PAIRS = ((0.05, 0.02), (0.2, 0.05), (0.35, 0.3), (0.6, 0.3), (0.9, 0.5), (0.95, 0.9))
# How alike a speaker's utterances, and an utterance's words, are: a + b of their beta distributions.
ALIKE_SPEAKER, ALIKE_UTTERANCE = 8, 15
# Correlation of a speaker's shares at two rates, as normal scores.
TOGETHER = 0.7
WORDS = 5.0
LEVELS = np.linspace(0, 1, 20_001)
N_RESAMPLES = 200


def words_of(truths: tuple[float, ...], n_sets: int, n_speakers: int) -> tuple[Floats, list[Floats]]:
    """Return the words of each speaker, and those recovered at every true share. Shape ``(n_sets, n_speakers)``."""
    rng = np.random.default_rng([n_speakers, *(round(1000 * truth) for truth in truths)])
    shape = n_sets, n_speakers
    used = np.arange(10)[:, None, None] < rng.integers(3, 11, shape)
    words = np.where(used, 3 + rng.poisson(WORDS, used.shape), 0)
    common = rng.standard_normal(shape)
    recovered = []
    for truth in truths:
        scores = np.sqrt(TOGETHER) * common + np.sqrt(1 - TOGETHER) * rng.standard_normal(shape)
        quantiles = beta.ppf(LEVELS, ALIKE_SPEAKER * truth, ALIKE_SPEAKER * (1 - truth))
        share = np.interp(norm.cdf(scores), LEVELS, quantiles)
        heard, missed = (ALIKE_UTTERANCE * part.clip(1e-7) for part in (share, 1 - share))
        of_utterance = rng.beta(heard, missed, used.shape)
        recovered.append(rng.binomial(words, of_utterance).sum(axis=0).astype(float))
    return words.sum(axis=0).astype(float), recovered


def misses(
    truths: tuple[float, ...], n_speakers: int, n_sets: int, estimate: Callable[..., tuple[float, float]]
) -> tuple[float, float]:
    """Return how often the truth, one share or first minus second, is below the interval and above it."""
    words, recovered = words_of(truths, n_sets, n_speakers)
    truth = truths[0] - sum(truths[1:])
    weights = resample_weights([str(i) for i in range(n_speakers)], N_RESAMPLES, 0)
    told = np.array([estimate([hits[i] for hits in recovered], words[i], weights) for i in range(n_sets)])
    return float((truth < told[:, 0]).mean()), float((truth > told[:, 1]).mean())


def ours(recovered: list[Floats], words: Floats, weights: Floats) -> tuple[float, float]:
    """Return the interval of a word share, or of the difference of two."""
    if len(recovered) == 1:
        return ends_of(pooled_ratio(recovered[0], words, weights, "words", is_share=True))
    first, second = recovered
    return ends_of(share_difference(first, second, words, weights, "words"))


def percentiles(recovered: list[Floats], words: Floats, weights: Floats) -> tuple[float, float]:
    """Return the percentile interval of a bootstrap over speakers."""
    drawn = [weights @ hits / (weights @ words) for hits in recovered]
    return percentile_interval(drawn[0] - drawn[1] if len(drawn) == 2 else drawn[0])


def ends_of(figure: Measurement) -> tuple[float, float]:
    """Return both ends of an interval; a figure without one has failed."""
    assert figure.low is not None
    assert figure.high is not None
    return figure.low, figure.high


def main() -> None:
    """Print a table of each method: a row a number of speakers, a column a truth."""
    n_sets = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    for name, method in (("t over speakers", ours), ("bootstrap percentiles", percentiles)):
        for truths in ([(share,) for share in SHARES], list(PAIRS)):
            print(f"{name}: truth below / above the interval, of", *truths)
            for n in N_SPEAKERS:
                rates = (misses(truth, n, n_sets, method) for truth in truths)
                print(f"{n:>4} speakers", *(f"{below:.3f}/{above:.3f}" for below, above in rates), flush=True)


if __name__ == "__main__":
    main()
