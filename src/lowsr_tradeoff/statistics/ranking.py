"""How well scores put wanted windows before others: average precision and the area under the ROC curve.

Reference: Davis & Goadrich, The Relationship between Precision-Recall and ROC Curves, ICML 2006. Tied scores are
one step of either curve, as in scikit-learn.
"""

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.statistics import Floats


def ranking(
    scores: Floats, is_wanted: NDArray[np.bool_], weights: Floats, units: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """Return average precision and ROC area of each resample, ∈ [0, 1]; NaN where one of the kinds is not drawn.

    Only scores of wanted windows are steps, so clusters are counted between these: a day of windows takes no more
    time or memory than an hour.

    Shape:
        ``scores`` and ``is_wanted`` ``(n,)``; ``units``, the cluster of each, ``(n,)``; ``weights``, how often each
        cluster is drawn, ``(n_resamples, n_clusters)``. Returns ``(n_resamples,)`` each.
    """
    levels = np.unique(scores[is_wanted])
    n_levels, n_clusters = len(levels), weights.shape[1]

    def drawn(rows: NDArray[np.bool_], numbers: NDArray[np.intp]) -> Floats:
        """Windows drawn, by number of the level, ``(n_resamples, n_levels + 1)``."""
        cells = np.bincount(numbers * n_clusters + units[rows], minlength=(n_levels + 1) * n_clusters)
        return np.asarray(weights @ cells.reshape(n_levels + 1, n_clusters).T, float)

    found = drawn(is_wanted, np.searchsorted(levels, scores[is_wanted]))[:, :n_levels]
    others = scores[~is_wanted]
    # How many levels each of the others reaches, and how many it exceeds.
    reached, exceeded = (
        _from_above(drawn(~is_wanted, np.searchsorted(levels, others, side))) for side in ("right", "left")
    )
    hits, n_other = _from_above(found), reached[:, :1]
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.where(hits > 0, hits / (hits + reached[:, 1:]), 0.0)
        beaten = 1 - (reached[:, 1:] + exceeded[:, 1:]) / 2 / n_other
        return (found * precision).sum(axis=1) / hits[:, 0], (found * beaten).sum(axis=1) / hits[:, 0]


def _from_above(counts: Floats) -> Floats:
    return np.asarray(np.cumsum(counts[:, ::-1], axis=1)[:, ::-1])
