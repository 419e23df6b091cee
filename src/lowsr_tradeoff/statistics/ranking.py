"""How well scores put wanted windows before others: average precision and the area under the ROC curve.

Reference: Davis & Goadrich, The Relationship between Precision-Recall and ROC Curves, ICML 2006. Ties count as one
step of the curves, as in scikit-learn.
"""

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.statistics import Floats

# Resamples at once: bounds memory over a day of windows.
CHUNK = 50


def ranking(
    scores: Floats, is_wanted: NDArray[np.bool_], weights: Floats, units: NDArray[np.intp]
) -> tuple[Floats, Floats]:
    """Return average precision and ROC area of each resample, ∈ [0, 1]; NaN where one of the kinds is not drawn.

    Shape:
        ``scores`` and ``is_wanted`` ``(n,)``; ``units``, the cluster of each, ``(n,)``; ``weights``, how often each
        cluster is drawn, ``(n_resamples, n_clusters)``. Returns ``(n_resamples,)`` each.
    """
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    pairs = [
        _curves(weights[start : start + CHUNK][:, units[order]], is_wanted[order], ends)
        for start in range(0, len(weights), CHUNK)
    ]
    precision, area = (np.concatenate([pair[kind] for pair in pairs]) for kind in (0, 1))
    return precision, area


def _curves(drawn: Floats, is_wanted: NDArray[np.bool_], ends: NDArray[np.intp]) -> tuple[Floats, Floats]:
    hits = np.cumsum(drawn * is_wanted, axis=1)[:, ends]
    others = np.cumsum(drawn * ~is_wanted, axis=1)[:, ends]
    n_wanted, n_other = hits[:, -1:], others[:, -1:]
    with np.errstate(invalid="ignore", divide="ignore"):
        recall, false = hits / n_wanted, others / n_other
        precision = np.where(hits > 0, hits / (hits + others), 0.0)
        steps = np.diff(recall, prepend=0.0, axis=1)
        # Trapezoids: half of the steps of tied scores count.
        heights = (recall + np.concatenate([np.zeros_like(recall[:, :1]), recall[:, :-1]], axis=1)) / 2
        area = (np.diff(false, prepend=0.0, axis=1) * heights).sum(axis=1)
    return (steps * precision).sum(axis=1), area
