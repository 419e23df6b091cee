"""Predictions, the measurements they are compared with, and how far apart they are: :func:`model_error`."""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.power import ComparedRow, ErrorTarget, ModelError
from lowsr_tradeoff.statistics import Z_INTERVAL
from lowsr_tradeoff.statistics.intervals import percentile_interval, pooled_ratio, resample_weights

TABLES = resources.files("lowsr_tradeoff") / "configs" / "validation"
N_RESAMPLES = 1000
# Of a profile's constants.
N_DRAWS = 1000


@dataclass(frozen=True)
class Prediction:
    """One published row and what the model predicts without it, in the same unit.

    ``log_sd`` is the standard deviation of the log of the prediction; ``None`` where the method gives no interval.
    Unit and source are of rows that are shown one by one.
    """

    row: str
    device: str
    measured: float
    predicted: float
    log_sd: float | None = None
    unit: str = ""
    source: str = ""

    @property
    def factor(self) -> float:
        """Predicted over measured or its inverse, whichever is at least 1."""
        return math.exp(abs(math.log(self.predicted / self.measured)))


def read_table(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of the package by column name.

    >>> len(read_table("mlperf_tiny_energy"))
    123
    """
    return list(csv.DictReader((TABLES / f"{name}.csv").read_text(encoding="utf-8").splitlines()))


def model_error(
    predictions: Sequence[Prediction],
    check: str,
    scope: str,
    method: str,
    held_out: str,
    target: ErrorTarget | None = None,
    not_predicted: tuple[str, ...] = (),
    *,
    are_rows_shown: bool = False,
) -> ModelError:
    """Return how far at least one prediction is off, with intervals by resampling whole devices."""
    factors = np.array([p.factor for p in predictions])
    weights = resample_weights([p.device for p in predictions], N_RESAMPLES, seed=0)
    error = ModelError(
        check=check,
        scope=scope,
        method=method,
        held_out=held_out,
        median=_quantile(factors, weights, 0.5),
        p90=_quantile(factors, weights, 0.9),
        worst=Measurement(value=float(factors.max()), n=len(factors), n_of="rows"),
        coverage=_coverage(predictions, weights),
        target=target,
        not_predicted=not_predicted,
        rows=tuple(_compared(p) for p in predictions) if are_rows_shown else (),
    )
    return error if target is None else error.model_copy(update={"is_met": _is_met(error, target)})


def _quantile(factors: NDArray[np.float64], weights: NDArray[np.float64], q: float) -> Measurement:
    """Return the least factor that a share ``q`` of the rows does not exceed."""
    order = np.argsort(factors)
    kept = np.cumsum(np.vstack([np.ones(len(factors)), weights])[:, order], axis=1)
    values = factors[order][np.argmax(kept >= q * kept[:, -1:] - 1e-9, axis=1)]
    low, high = percentile_interval(values[1:])
    value = float(values[0])
    return Measurement(value=value, low=min(low, value), high=max(high, value), n=len(factors), n_of="rows")


def _coverage(predictions: Sequence[Prediction], weights: NDArray[np.float64]) -> Measurement:
    is_inside = [math.log(p.factor) <= Z_INTERVAL * p.log_sd for p in predictions if p.log_sd is not None]
    if len(is_inside) < len(predictions):
        return missing("this method gives no interval", "rows")
    return pooled_ratio(is_inside, np.ones(len(is_inside)), weights, "rows", is_share=True)


def _compared(prediction: Prediction) -> ComparedRow:
    k = math.exp(Z_INTERVAL * (prediction.log_sd or 0.0))
    value, unit = prediction.predicted, prediction.unit
    predicted = Measurement(
        value=value, low=value / k, high=value * k, n=N_DRAWS, n_of="draws", unit=unit, basis="modelled"
    )
    return ComparedRow(
        row=prediction.row, measured=prediction.measured, predicted=predicted, source=prediction.source
    )


def _is_met(error: ModelError, target: ErrorTarget) -> bool:
    limits = ((error.median, target.median), (error.p90, target.p90), (error.worst, target.worst))
    if target.coverage is not None:
        low, high = target.coverage
        if error.coverage.value is None or not low <= error.coverage.value <= high:
            return False
    return all(limit is None or (factor.value or math.inf) <= limit for factor, limit in limits)
