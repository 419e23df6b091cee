"""Information in class scores, in bits: entropies, divergences, usable information, and Fano's least error."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_softmax, rel_entr, softmax

from lowsr_tradeoff.classify.diagnosis.calibration import Classes, Scores, log_loss

BISECTIONS = 60


def soften(logits: Scores, temperature: float) -> Scores:
    """Return a teacher's soft labels ``softmax(z / T)``. Shape ``(n, n_classes)``."""
    p: Scores = softmax(np.asarray(logits, np.float64) / temperature, axis=1)
    return p


def entropy(p: Scores) -> Scores:
    """Return each row's ``-sum_k p_k log2 p_k``, bits, ∈ [0, log2 n_classes]. Shape ``(n, n_classes)`` → ``(n,)``.

    >>> entropy(np.array([[0.5, 0.5, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]]))
    array([1., 2.])
    """
    bits: Scores = -rel_entr(p, 1.0).sum(axis=-1) / math.log(2)
    return bits


def non_target_entropy(logits: Scores, truth: Classes, temperature: float) -> Scores:
    """Return the entropy of each clip's soft label over the other classes, scaled to sum 1, bits.

    ∈ [0, log2(n_classes - 1)]. Shape ``(n, n_classes)``, ``(n,)`` → ``(n,)``. Reference: Zhao et al., Decoupled
    Knowledge Distillation, CVPR 2022, section 3.1, which splits the loss in this way.
    """
    n_clips, n_classes = logits.shape
    others = logits[np.arange(n_classes) != truth[:, None]].reshape(n_clips, n_classes - 1)
    return entropy(soften(others, temperature))


def divergence(logits: Scores, from_logits: Scores) -> Scores:
    """Return ``KL(p ‖ q) = sum_k p_k log2(p_k / q_k)`` of each row, bits, ∈ [0, ∞); q is of ``from_logits``.

    Shape ``(n, n_classes)`` twice → ``(n,)``. Reference: Kullback & Leibler, On Information and Sufficiency, Annals
    of Mathematical Statistics 22, 1951.
    """
    log_p, log_q = (log_softmax(np.asarray(z, np.float64), axis=1) for z in (logits, from_logits))
    bits: Scores = (np.exp(log_p) * (log_p - log_q)).sum(axis=1) / math.log(2)
    return bits


def class_information(p: Scores, truth: Classes) -> Scores:
    """Return what each clip's soft label adds to its class, ``KL(p_x ‖ mean of p over its class)``, bits, ``(n,)``.

    The mean over clips estimates the conditional mutual information I(X; Ŷ | Y) ∈ [0, log2 n_classes]. It is 0 for
    equal scores of all clips of a class, or one clip per class. Reference: Ye et al., Bayes Conditional
    Distribution Estimation for Knowledge Distillation Based on Conditional Mutual Information, ICLR 2024.
    """
    members = np.eye(p.shape[1])[truth]
    sums = members.T @ p
    means = sums[truth] / members.sum(axis=0)[truth, None]
    bits: Scores = rel_entr(p, means).sum(axis=1) / math.log(2)
    return bits


def class_shares(truth: Classes, n_classes: int) -> Scores:
    """Return the share of clips in each class. Shape ``(n,)`` → ``(n_classes,)``."""
    shares: Scores = np.bincount(truth, minlength=n_classes) / len(truth)
    return shares


def usable_information(logits: Scores, truth: Classes, shares: Scores, temperature: float = 1.0) -> Scores:
    """Return what scores add to class shares, ``log2 softmax(z / T)[y] - log2 share[y]`` in bits, ``(n,)``.

    The mean over clips that the network never saw is H(Y) less the cross-entropy: the usable information of this
    kind of network ∈ (-∞, H(Y)]. Up to chance, it is at most the mutual information of clip and class; it is
    negative for overconfident networks. Reference: Xu et al., A Theory of Usable Information Under Computational
    Constraints, ICLR 2020; Ethayarajh et al., Understanding Dataset Difficulty with V-Usable Information, ICML 2022
    (clip by clip).
    """
    bits: Scores = -np.log2(shares[truth]) - log_loss(logits, truth, temperature)
    return bits


def least_error(conditional_entropy: ArrayLike, n_classes: int) -> NDArray[np.float64]:
    """Return the least error that Fano's inequality allows at H(Y | X) in bits, ∈ [0, (C - 1) / C]; any shape.

    The smallest e with ``h(e) + e log2(C - 1) >= H(Y | X)``, h the binary entropy, by bisection. The better known
    ``(H(Y | X) - 1) / log2(C - 1)`` bounds h by 1; it is looser, and undefined for two classes. Entropies above
    log2 C, of overconfident scores, are taken as log2 C. Reference: Fano, Transmission of Information, 1961; Cover
    & Thomas, Elements of Information Theory, 2nd ed., theorem 2.10.1.

    >>> least_error([0.0, 2.0], 4).round(6)
    array([0.  , 0.75])
    """
    wanted = np.clip(np.asarray(conditional_entropy, np.float64), 0.0, math.log2(n_classes))
    low, high = np.zeros_like(wanted), np.full_like(wanted, 1 - 1 / n_classes)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        is_short = _most_entropy(middle, n_classes) < wanted
        low, high = np.where(is_short, middle, low), np.where(is_short, high, middle)
    return np.where(wanted > 0, high, 0.0)


def _most_entropy(error: NDArray[np.float64], n_classes: int) -> NDArray[np.float64]:
    """The greatest H(Y | X) at this rate of error: all other classes equally likely."""
    binary = entropy(np.stack([error, 1 - error], axis=-1))
    most: NDArray[np.float64] = binary + error * math.log2(max(1, n_classes - 1))
    return most
