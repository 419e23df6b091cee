"""Reliability of class probabilities p = softmax(z / T) of logits z; log-likelihoods in bits."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

Scores = NDArray[np.float64]
Classes = NDArray[np.intp]

N_BINS = 15
SCALING_RANGE = (0.1, 10.0)


def is_right(logits: Scores, truth: Classes) -> Scores:
    """Return 1 for each clip whose highest score is its class, else 0. Shape ``(n, n_classes)`` → ``(n,)``."""
    right: Scores = (logits.argmax(axis=1) == truth).astype(np.float64)
    return right


def log_loss(logits: Scores, truth: Classes, temperature: float = 1.0) -> Scores:
    """Return each clip's ``-log2 softmax(z / T)[y]``, bits, ∈ [0, ∞): ``(n, n_classes)``, ``(n,)`` → ``(n,)``.

    >>> log_loss(np.zeros((1, 4)), np.array([2]))
    array([2.])
    """
    log_p = log_softmax(np.asarray(logits, np.float64) / temperature, axis=1)
    loss: Scores = -log_p[np.arange(len(truth)), truth] / math.log(2)
    return loss


def brier(logits: Scores, truth: Classes) -> Scores:
    """Return each clip's ``sum_k (p_k - [k = y])²`` ∈ [0, 2]. Shape ``(n, n_classes)``, ``(n,)`` → ``(n,)``.

    Reference: Brier, Verification of Forecasts Expressed in Terms of Probability, Monthly Weather Review 78, 1950.

    >>> brier(np.zeros((1, 4)), np.array([2]))
    array([0.75])
    """
    error = softmax(np.asarray(logits, np.float64), axis=1) - np.eye(logits.shape[1])[truth]
    squared: Scores = np.square(error).sum(axis=1)
    return squared


def calibration_error(logits: Scores, truth: Classes, n_bins: int = N_BINS) -> float:
    """Return the expected calibration error ``sum_b n_b / n |accuracy_b - confidence_b|`` ∈ [0, 1].

    Confidence is the highest probability; bins have equal width and include their upper edge. The error is biased
    upwards with few clips per bin. Reference: Guo et al., Calibration of Modern Neural Networks, ICML 2017, eq. 3.
    """
    confidence = softmax(np.asarray(logits, np.float64), axis=1).max(axis=1)
    bins = np.clip(np.ceil(confidence * n_bins).astype(int) - 1, 0, n_bins - 1)
    excess = np.bincount(bins, weights=is_right(logits, truth) - confidence, minlength=n_bins)
    return float(np.abs(excess).sum() / len(truth))


def confidence_variance(p: Scores, truth: Classes) -> float:
    """Return the variance over clips of the probability of the clip's own class, ∈ [0, 0.25].

    It is 0 for a teacher that only smooths labels; gains of self-distillation grow with it. Reference: Zhang &
    Sabuncu, Self-Distillation as Instance-Specific Label Smoothing, NeurIPS 2020.
    """
    return float(p[np.arange(len(truth)), truth].var())


def scaling_temperature(logits: Scores, truth: Classes) -> float:
    """Return the T ∈ [0.1, 10] with the least mean log-loss of ``softmax(z / T)``.

    The loss is convex in 1/T, so there is one minimum; it would be at T = 0 if every clip is right. Reference: Guo
    et al., ICML 2017, section 4.2 (temperature scaling).
    """
    low, high = np.log(SCALING_RANGE)
    found = minimize_scalar(
        lambda log_t: log_loss(logits, truth, math.exp(log_t)).mean(), bounds=(low, high), method="bounded"
    )
    return math.exp(found.x)
