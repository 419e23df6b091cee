"""Power of a measured current trace: CSV exports of Joulescope, Otii, Power Profiler Kit II and the like.

Columns and units are read from the header, for example ``Timestamp(ms),Current(uA)`` or ``Time (s);Main current
(A)``. A file without units is refused, because a wrong factor of 1000 would not show. The exception is Joulescope's
statistics header ``#time,current,voltage,power,charge,energy``, which is in SI units.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.errors import ConfigError, DataError
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.power import TracePower
from lowsr_tradeoff.statistics import N_RESAMPLES
from lowsr_tradeoff.statistics.intervals import mean_measurement, percentile_interval, resample_weights

Array = NDArray[np.float64]
Kind = Literal["time", "current", "voltage"]

N_BLOCKS = 20
MIN_SAMPLES = 10 * N_BLOCKS
MAX_HEADER_LINES = 50
JOULESCOPE_STATISTICS = "time,current,voltage,power,charge,energy"
# Unit of each kind, and an example of how to write one.
UNITS: dict[Kind, tuple[str, str]] = {"time": ("s", "ms"), "current": ("a", "uA"), "voltage": ("v", "V")}
# With both characters that look like the micro sign.
PREFIXES = {"": 1.0, "m": 1e-3, "u": 1e-6, "\u00b5": 1e-6, "\u03bc": 1e-6, "n": 1e-9}


@dataclass(frozen=True)
class Trace:
    """Time and power of every sample. Shape ``(n_samples,)`` each."""

    time_s: Array
    power_mw: Array


@dataclass(frozen=True)
class Column:
    """Where a column is, and its factor to s, A or V."""

    index: int
    factor: float


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
    n_lines, header = _find_header(file)
    separator = next((mark for mark in ";\t" if mark in header), ",")
    columns = _columns(header, separator, file)
    if voltage_v is not None and not 0 < voltage_v < np.inf:
        raise ConfigError(f"--voltage-v {voltage_v}: give a voltage above 0")
    if ("voltage" in columns) == (voltage_v is not None):
        remedy = "has no voltage column; give" if voltage_v is None else "has a voltage column; leave out"
        raise ConfigError(f"{file}: {remedy} --voltage-v")
    indices = [column.index for column in columns.values()]
    try:
        values = np.loadtxt(
            file, delimiter=separator, skiprows=n_lines, usecols=indices, ndmin=2, encoding="utf-8-sig"
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise DataError(f"{file}: a row below the header cannot be read: {error}") from error
    in_si = {kind: values[:, i] * column.factor for i, (kind, column) in enumerate(columns.items())}
    power_mw = in_si["current"] * in_si.get("voltage", np.asarray(voltage_v)) * 1e3
    return _checked(Trace(in_si["time"], power_mw), file)


def unit_factor(kind: Kind, name: str) -> float | None:
    """Return the factor from a column's unit to s, A or V; ``None`` where its name has none.

    >>> unit_factor("current", "Current(uA)"), unit_factor("time", "time_ms"), unit_factor("time", "Timestamp")
    (1e-06, 0.001, None)
    """
    unit, _ = UNITS[kind]
    found = re.search(rf"[(\[\s_/]\s*([{''.join(PREFIXES)}]?){unit}\s*[)\]]?\s*$", name.lower())
    return None if found is None else PREFIXES[found[1]]


def _find_header(file: Path) -> tuple[int, str]:
    """Return the number of lines up to and with the header, and the header."""
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for n, line in zip(range(1, MAX_HEADER_LINES + 1), lines, strict=False):
                if "time" in line.lower() and "current" in line.lower():
                    return n, line.strip().lstrip("#").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file}: cannot be read as text ({error}); give a CSV export of the trace") from error
    raise DataError(f"{file}: no header with time and current in the first {MAX_HEADER_LINES} lines; export both")


def _columns(header: str, separator: str, file: Path) -> dict[Kind, Column]:
    """Return the columns of time and current, and of voltage if there is one."""
    if header.replace(" ", "").lower() == JOULESCOPE_STATISTICS:
        return {kind: Column(index, 1.0) for index, kind in enumerate(UNITS)}
    names = [name.strip().strip('"') for name in header.split(separator)]
    columns: dict[Kind, Column] = {}
    for index, name in enumerate(names):
        for kind, (_, example) in UNITS.items():
            if kind not in name.lower():
                continue
            factor = unit_factor(kind, name)
            if factor is None:
                raise DataError(
                    f"{file}: column {name!r} has no unit; write it into the header, for example {name} ({example})"
                )
            if kind in columns:
                both = f"{names[columns[kind].index]} and {name}"
                raise DataError(f"{file}: {both} are all of {kind}; export one of them")
            columns[kind] = Column(index, factor)
    return columns


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
