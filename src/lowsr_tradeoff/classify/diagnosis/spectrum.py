"""The share of a class's energy below rate/2, and its correlation with the gain of a way of training."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.fft import rfft

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.classify.diagnosis.calibration import Scores
from lowsr_tradeoff.classify.step_settings import SpectrumSettings
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus, clips_of, folds_of, read
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

# The shared grid has no band below, and field recordings have most of their energy there.
LOWEST_HZ = 50.0
FEWEST_RANKS = 3


def energy_below(x: Samples, source_rate_hz: int, edges_hz: Sequence[float]) -> Scores:
    """Return the energy (sum of squares at full scale 1) between 50 Hz and each edge. Shape ``(len(edges_hz),)``.

    From the power spectrum of the whole sound, each bin counted by its centre (Parseval): no window, no leakage.
    """
    power = np.square(np.abs(rfft(x.astype(np.float64))))
    power[1 : (len(x) + 1) // 2] *= 2  # bins that stand for a negative frequency as well
    hz = np.arange(len(power)) * source_rate_hz / len(x)
    cumulative = np.concatenate([[0.0], np.cumsum(power)]) / len(x)
    below: Scores = cumulative[np.searchsorted(hz, edges_hz)] - cumulative[np.searchsorted(hz, LOWEST_HZ)]
    return np.maximum(below, 0.0)


def run(steps: Sequence[Step[SpectrumSettings]], corpus: EventCorpus, store: Store) -> None:
    """Write ``energy``, rows fold by fold, columns by edge: see :func:`energies_below`."""
    clips = clips_of(corpus, *folds_of(corpus))
    for step in steps:
        found = energies_below(clips, step.settings.clip_s, step.settings.edges_hz)
        store.write(step, {}, {"energy": found})


def energies_below(clips: Sequence[EventClip], clip_s: float, edges_hz: Sequence[float]) -> Scores:
    """Return the energy between 50 Hz and each edge in the first ``clip_s`` of each clip.

    Shape ``(n_clips, len(edges_hz))``.

    Raises:
        DataError: A clip cannot be read.
    """
    below = np.empty((len(clips), len(edges_hz)))
    for row, clip in enumerate(clips):
        samples, source_rate_hz = read(clip)
        below[row] = energy_below(samples[: round(clip_s * source_rate_hz)], source_rate_hz, edges_hz)
    return below


def rank_correlation(first: ArrayLike, second: ArrayLike) -> float | None:
    """Return Spearman's rank correlation ∈ [-1, 1], ties at their mean rank.

    ``None`` if one is constant, or for fewer than three pairs. Reference: Spearman, The Proof and Measurement of
    Association between Two Things, 1904.

    >>> rank_correlation([1, 2, 3], [10, 20, 15])
    0.5
    """
    x, y = _standard_ranks(first), _standard_ranks(second)
    return None if x is None or y is None else round(float(x @ y), 12)


def permutation_p_value(first: ArrayLike, second: ArrayLike, n_permutations: int, seed: int) -> float | None:
    """Return the two-sided p of the rank correlation if classes were paired at random, ∈ (0, 1].

    ``(1 + those at least as large) / (1 + n_permutations)``; ``None`` where one side is constant.

    Reference: Phipson & Smyth, Permutation P-values Should Never Be Zero, 2010.
    """
    x, y = _standard_ranks(first), _standard_ranks(second)
    if x is None or y is None:
        return None
    shuffled = np.random.default_rng(seed).permuted(np.tile(y, (n_permutations, 1)), axis=1)
    # Ties of equal value must count as equal, whatever the order of the sum.
    as_large = np.abs(shuffled @ x) >= abs(x @ y) - 1e-9
    return float((1 + as_large.sum()) / (1 + n_permutations))


def _standard_ranks(values: ArrayLike) -> NDArray[np.float64] | None:
    """Ranks of mean 0 and length 1; zeros for equal values, ``None`` for too few."""
    if np.size(values) < FEWEST_RANKS:
        return None
    _, place, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    centred = ranks - ranks.mean()
    length = np.sqrt(centred @ centred)
    standard: NDArray[np.float64] = centred / length if length > 0 else centred
    return standard if length > 0 else None
