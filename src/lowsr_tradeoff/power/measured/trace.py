"""Power of a measured current trace, read by :mod:`lowsr_tradeoff.power.measured.trace_file`."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.errors import ConfigError, DataError
from lowsr_tradeoff.power.measured.trace_file import read_columns
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.power import TracePower
from lowsr_tradeoff.statistics import N_RESAMPLES
from lowsr_tradeoff.statistics.intervals import mean_measurement, percentile_interval, resample_weights

Array = NDArray[np.float64]

N_BLOCKS = 20
MIN_SAMPLES = 10 * N_BLOCKS


@dataclass(frozen=True)
class Trace:
    """Time and power of every sample. Shape ``(n_samples,)`` each."""

    time_s: Array
    power_mw: Array


def trace_power(file: Path, voltage_v: float | None, seed: int = 0) -> TracePower:
    """Return mean and peak power of a trace in mW, with intervals by block bootstrap.

    The trace is cut into 20 blocks of equal time, which are drawn with replacement (Carlstein, Annals of Statistics
    14(3), 1986); so record 20 periods or more. No resample exceeds the highest sample, so the interval of the peak
    only extends downwards. ``voltage_v`` is the supply voltage where the file has no such column.

    Raises:
        ConfigError: The voltage is not above 0, or is given twice or never.
        DataError: The file cannot be used; the message says where and why.
    """
    trace = read_trace(file, voltage_v)
    means, peaks = _blocks(trace)
    weights = resample_weights([str(i) for i in range(N_BLOCKS)], N_RESAMPLES, seed)
    peak = float(trace.power_mw.max())
    low, _ = percentile_interval(np.where(weights > 0, peaks, -np.inf).max(axis=1))
    return TracePower(
        file=file.name,
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        mean_mw=mean_measurement(means, weights, "blocks", "mW"),
        peak_mw=Measurement(value=peak, low=low, high=peak, n=N_BLOCKS, n_of="blocks", unit="mW"),
        duration_s=float(np.ptp(trace.time_s)),
        n_samples=len(trace.time_s),
    )


def read_trace(file: Path, voltage_v: float | None) -> Trace:
    """Return a trace from a CSV file; arguments and errors are those of :func:`trace_power`."""
    if voltage_v is not None and not 0 < voltage_v < np.inf:
        raise ConfigError(f"--voltage-v {voltage_v}: give a voltage above 0")
    columns = read_columns(file)
    known = next((kind for kind in ("power", "voltage") if kind in columns), None)
    if known and voltage_v is not None:
        raise ConfigError(f"{file}: has a {known} column; leave out --voltage-v")
    if known is None and voltage_v is None:
        raise ConfigError(f"{file}: has no voltage column; give --voltage-v")
    power_w = (
        columns["power"] if "power" in columns else columns["current"] * columns.get("voltage", voltage_v or 0)
    )
    return _checked(Trace(columns["time"], power_w * 1e3), file)


def _checked(trace: Trace, file: Path) -> Trace:
    if len(trace.time_s) < MIN_SAMPLES:
        raise DataError(f"{file}: {len(trace.time_s)} samples are too few; record {MIN_SAMPLES} or more")
    if n_bad := int((~np.isfinite(trace.time_s + trace.power_mw)).sum()):
        raise DataError(f"{file}: {n_bad} samples are no numbers (dropouts); export a range without them")
    if (back := np.flatnonzero(np.diff(trace.time_s) <= 0)).size:
        raise DataError(f"{file}: time does not go forward at sample {int(back[0]) + 2}; export one recording")
    if (gap_s := np.diff(trace.time_s).max()) > np.ptp(trace.time_s) / N_BLOCKS:
        raise DataError(f"{file}: {gap_s:.3g} s without a sample; export a range without such gaps")
    if np.trapezoid(trace.power_mw, trace.time_s) <= 0:
        raise DataError(f"{file}: the mean current is not above 0; check the direction of the measurement")
    return trace


def _blocks(trace: Trace) -> tuple[Array, Array]:
    """Return mean over time and highest sample of each block, in mW; samples may be spaced unevenly."""
    t, power_mw = trace.time_s, trace.power_mw
    energy = np.concatenate(([0.0], np.cumsum(np.diff(t) * (power_mw[1:] + power_mw[:-1]) / 2)))
    edges = np.linspace(t[0], t[-1], N_BLOCKS + 1)
    means = np.diff(np.interp(edges, t, energy)) / np.diff(edges)
    block = np.clip(np.searchsorted(edges, t, side="right") - 1, 0, N_BLOCKS - 1)
    peaks = np.full(N_BLOCKS, -np.inf)
    np.maximum.at(peaks, block, power_mw)
    return means, peaks
