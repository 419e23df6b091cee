"""Predictions beside what was measured, and how far apart they are: :func:`model_error`."""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.power import ErrorTarget, ModelError
from lowsr_tradeoff.statistics.intervals import CONFIDENCE, percentile_interval, pooled_ratio, resample_weights

N_RESAMPLES = 1000
Z_INTERVAL = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True)
class Prediction:
    """One published row and what the model said without it.

    Attributes:
        row: Which row.
        device: The part it was measured on; rows of one part err alike.
        measured: The published figure.
        predicted: The model's, in the same unit.
        log_sd: Standard deviation of the log of the prediction; ``None`` where the method gives no interval.
    """

    row: str
    device: str
    measured: float
    predicted: float
    log_sd: float | None = None

    @property
    def factor(self) -> float:
        """Predicted over measured or its inverse, whichever is at least 1."""
        return math.exp(abs(math.log(self.predicted / self.measured)))


def model_error(
    predictions: Sequence[Prediction],
    check: str,
    scope: str,
    method: str,
    held_out: str,
    target: ErrorTarget | None = None,
    not_predicted: tuple[str, ...] = (),
) -> ModelError:
    """Return how far predictions were off, with intervals by resampling whole devices.

    Args:
        predictions: At least one.
        check: What was predicted.
        scope: On which devices.
        method: How.
        held_out: What the predictions did not see.
        target: What is wanted.
        not_predicted: Rows left out, with the reason.
    """
    factors = np.array([p.factor for p in predictions])
    weights = resample_weights([p.device for p in predictions], N_RESAMPLES, seed=0)
    median, p90 = (_quantile(factors, weights, q) for q in (0.5, 0.9))
    worst = Measurement(value=float(factors.max()), n=len(factors), n_of="rows")
    coverage = _coverage(predictions, weights)
    return ModelError(
        check=check,
        scope=scope,
        method=method,
        held_out=held_out,
        median=median,
        p90=p90,
        worst=worst,
        coverage=coverage,
        target=target,
        is_met=None if target is None else _is_met(target, median, p90, worst, coverage),
        not_predicted=not_predicted,
    )


def _quantile(factors: NDArray[np.float64], weights: NDArray[np.float64], q: float) -> Measurement:
    """The least factor that a share ``q`` of the rows keeps."""
    order = np.argsort(factors)
    kept = np.cumsum(np.vstack([np.ones(len(factors)), weights])[:, order], axis=1)
    values = factors[order][np.argmax(kept >= q * kept[:, -1:] - 1e-9, axis=1)]
    low, high = percentile_interval(values[1:])
    value = float(values[0])
    return Measurement(value=value, low=min(low, value), high=max(high, value), n=len(factors), n_of="rows")


def _coverage(predictions: Sequence[Prediction], weights: NDArray[np.float64]) -> Measurement:
    sds = [p.log_sd for p in predictions if p.log_sd is not None]
    if len(sds) < len(predictions):
        return missing("this method gives no interval", "rows")
    is_inside = [math.log(p.factor) <= Z_INTERVAL * sd for p, sd in zip(predictions, sds, strict=True)]
    return pooled_ratio(is_inside, np.ones(len(sds)), weights, "rows", is_share=True)


def _is_met(
    target: ErrorTarget, median: Measurement, p90: Measurement, worst: Measurement, coverage: Measurement
) -> bool:
    low, high = target.coverage or (0.0, 1.0)
    within = ((median, target.median), (p90, target.p90), (worst, target.worst))
    is_covered = target.coverage is None or (coverage.value is not None and low <= coverage.value <= high)
    return is_covered and all(limit is None or (m.value or math.inf) <= limit for m, limit in within)


TABLES = resources.files("lowsr_tradeoff") / "configs" / "validation"


def read_table(name: str) -> list[dict[str, str]]:
    """Return the rows of a bundled table by column name.

    >>> len(read_table("mlperf_tiny_energy"))
    123
    """
    return list(csv.DictReader((TABLES / f"{name}.csv").read_text(encoding="utf-8").splitlines()))
