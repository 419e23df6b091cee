"""How similar two networks are: their answers, their embeddings, and how well one predicts the other."""

import numpy as np

from lowsr_tradeoff.classify.diagnosis.calibration import Scores

FEWEST_FOR_CKA = 4
# Ridge penalties per clip, embeddings standardised: from almost no shrinkage to almost full shrinkage.
PENALTIES = 10.0 ** np.arange(-4, 4)


def agrees(first: Scores, second: Scores) -> Scores:
    """Return 1 for each clip that both put into the same class, else 0. Shape ``(n, n_classes)`` → ``(n,)``."""
    alike: Scores = (first.argmax(axis=1) == second.argmax(axis=1)).astype(np.float64)
    return alike


def debiased_cka(first: Scores, second: Scores) -> float | None:
    """Return the debiased linear CKA of two embeddings of the same clips ∈ [-1, 1]; ``None`` if one is constant.

    ``HSIC(K, L) / sqrt(HSIC(K, K) HSIC(L, L))`` of the Gram matrices K and L with the unbiased HSIC. 1 for
    embeddings equal up to rotation, shift and scale; about 0 for independent ones, where the biased CKA approaches
    1 with more dimensions than clips. Noisy with few clips, and sensitive to outliers (Davari et al., arXiv
    2210.16156). Shape ``(n, d1)``, ``(n, d2)``.

    Raises:
        ValueError: There are fewer than 4 clips.

    Reference: Song et al., Feature Selection via Dependence Maximization, JMLR 13, 2012; Nguyen, Raghu &
    Kornblith, Do Wide and Deep Networks Learn the Same Things?, ICLR 2021. The inner products of U-centred
    matrices used here are that estimator times n (n - 3) (Székely & Rizzo, Annals of Statistics 42, 2014).
    """
    if len(first) < FEWEST_FOR_CKA:
        raise ValueError(f"debiased CKA needs {FEWEST_FOR_CKA} clips, not {len(first)}")
    if not (np.ptp(first, axis=0).any() and np.ptp(second, axis=0).any()):
        return None
    k, l = _u_centred(first), _u_centred(second)  # noqa: E741 - the names in the literature
    scale = np.sqrt((k * k).sum() * (l * l).sum())
    return float((k * l).sum() / scale) if scale > 0 else None


def _u_centred(x: Scores) -> Scores:
    """The Gram matrix without its diagonal, with unbiased row and column means subtracted."""
    n = len(x)
    centred = x - x.mean(axis=0, dtype=np.float64)
    gram = centred @ centred.T
    np.fill_diagonal(gram, 0.0)
    rows = gram.sum(axis=0)
    u_centred: Scores = gram - (rows + rows[:, None]) / (n - 2) + rows.sum() / ((n - 1) * (n - 2))
    np.fill_diagonal(u_centred, 0.0)
    return u_centred


def recovered(x: Scores, y: Scores, new_x: Scores, new_y: Scores) -> tuple[Scores, Scores]:
    """Return squared error and squared spread of each new clip's class scores, predicted by ridge regression.

    ``1 - sum(error) / sum(spread)`` is R² ∈ (-∞, 1], a lower estimate of ``1 - E Var(t | x) / Var(t)`` for scores
    t. The penalty of :data:`PENALTIES` is the one with the least leave-one-out error on the fitted clips. Shapes:
    ``(n, d)``, ``(n, C)``, ``(m, d)``, ``(m, C)``; scores are taken less their mean over classes, which softmax
    ignores. Reference: Hoerl & Kennard, Ridge Regression, Technometrics 12, 1970.
    """
    new_target = _less_row_mean(new_y)
    predicted = ridge(x, _less_row_mean(y), new_x)
    spread = new_target - new_target.mean(axis=0)
    return np.square(new_target - predicted).sum(axis=1), np.square(spread).sum(axis=1)


def ridge(x: Scores, y: Scores, new_x: Scores) -> Scores:
    """Return ridge predictions: minimise ``|y - b - Xw|² / n + penalty |w|²``, the columns of X standardised.

    One singular value decomposition serves all penalties: a left-out residual is ``residual / (1 - leverage)``
    (PRESS: Allen, The Relationship between Variable Selection and Data Augmentation, Technometrics 16, 1974).
    Shape ``(n, d)``, ``(n, C)``, ``(m, d)`` → ``(m, C)``.
    """
    mean, std = x.mean(axis=0, dtype=np.float64), x.std(axis=0, dtype=np.float64)
    scale = np.where(np.ptp(x, axis=0) > 0, std, 1.0)
    u, s, vt = np.linalg.svd((x - mean) / scale, full_matrices=False)
    offset = y.mean(axis=0)
    seen = u.T @ (y - offset)
    left_out = [_left_out_error(u, s, y - offset, penalty) for penalty in PENALTIES]
    shrunk = s / (np.square(s) + len(x) * PENALTIES[np.argmin(left_out)])
    predicted: Scores = offset + ((new_x - mean) / scale @ vt.T) @ (shrunk[:, None] * seen)
    return predicted


def _left_out_error(u: Scores, s: Scores, y: Scores, penalty: float) -> float:
    """Sum of squared leave-one-out residuals of centred targets."""
    kept = np.square(s) / (np.square(s) + len(y) * penalty)
    leverage = 1 / len(y) + np.square(u) @ kept
    residual = y - u @ (kept[:, None] * (u.T @ y))
    return float((np.square(residual).sum(axis=1) / np.square(1 - leverage)).sum())


def _less_row_mean(scores: Scores) -> Scores:
    exact = np.asarray(scores, np.float64)
    less: Scores = exact - exact.mean(axis=1, keepdims=True)
    return less
