"""Power of a measured current trace: CSV exports of Joulescope, Otii, Power Profiler Kit II and the like.

Columns and units are read from the header; a file that does not say its units is refused, because a factor of 1000
is invisible in a column of numbers. Among the headers read are ``Timestamp(ms),Current(uA),D0-D7`` (Power Profiler
Kit II), ``#time (s),current (A),voltage (V)`` (Joulescope) and ``Time (s);Main current (A)``. Joulescope's
statistics, ``#time,current,voltage,power,charge,energy``, have no units in their header and are in SI units.
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
from lowsr_tradeoff.statistics.intervals import mean_measurement, percentile_interval, resample_weights

Array = NDArray[np.float64]
Kind = Literal["time", "current", "voltage"]

N_BLOCKS = 20
MIN_SAMPLES = 10 * N_BLOCKS
N_RESAMPLES = 2000
MAX_HEADER_LINES = 50
JOULESCOPE_STATISTICS = "time,current,voltage,power,charge,energy"
KINDS: tuple[Kind, ...] = ("time", "current", "voltage")
BASE_UNITS = "sav"
PREFIXES = ("", "m", "u", "n")
MICRO_SIGNS = "\u00b5\u03bc"


@dataclass(frozen=True)
class Trace:
    """A trace in time and power.

    Shape:
        ``(n_samples,)`` each.
    """

    time_s: Array
    power_mw: Array


@dataclass(frozen=True)
class Column:
    """One column of use: what it holds, where, and its factor to s, A or V."""

    kind: Kind
    index: int
    factor: float


def trace_power(file: Path, voltage_v: float | None, seed: int = 0) -> TracePower:
    """Return mean and peak power of a trace in mW, with intervals by block bootstrap.

    The trace is cut into 20 blocks of equal time, which are drawn with replacement (Carlstein, Annals of Statistics
    14(3), 1986). A block must hold several of whatever repeats: record 20 periods and more. No resample can exceed
    the highest sample, so the peak's interval opens downwards only.

    Args:
        file: A CSV with time and current, and maybe voltage.
        voltage_v: Supply voltage, where the file has none.
        seed: Seed of the draws.

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
    """Return a trace from a CSV file.

    Raises:
        ConfigError: As :func:`trace_power`.
        DataError: Likewise.
    """
    n_skipped, header = _find_header(file)
    separator = _separator(header)
    columns = {column.kind: column for column in _columns(header, file)}
    _check_voltage(file, voltage_v, is_in_file="voltage" in columns)
    values = _read_columns(file, n_skipped, separator, [column.index for column in columns.values()])
    in_si = {kind: values[:, i] * column.factor for i, (kind, column) in enumerate(columns.items())}
    power_mw = in_si["current"] * in_si.get("voltage", np.asarray(voltage_v)) * 1e3
    return _checked(Trace(in_si["time"], power_mw), file)


def unit_factor(kind: Kind, name: str) -> float | None:
    """Return the factor from a column's unit to s, A or V; ``None`` where its name has none.

    >>> unit_factor("current", "Current(uA)"), unit_factor("time", "time_ms"), unit_factor("time", "Timestamp")
    (1e-06, 0.001, None)
    """
    base = BASE_UNITS[KINDS.index(kind)]
    found = re.search(rf"[(\[\s_/]\s*([mun{MICRO_SIGNS}]?){base}\s*[)\]]?\s*$", name.lower())
    if found is None:
        return None
    prefix = "u" if found[1] and found[1] in MICRO_SIGNS else found[1]
    return float(10 ** (-3 * PREFIXES.index(prefix)))


def _separator(header: str) -> str:
    return next((mark for mark in ";\t" if mark in header), ",")


def _find_header(file: Path) -> tuple[int, str]:
    """Lines up to and with the header, and the header."""
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for n, line in zip(range(1, MAX_HEADER_LINES + 1), lines, strict=False):
                if "time" in line.lower() and "current" in line.lower():
                    return n, line.strip().lstrip("#").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file}: cannot be read as text ({error}); give a CSV export of the trace") from error
    raise DataError(f"{file}: no header with time and current in the first {MAX_HEADER_LINES} lines; export both")


def _columns(header: str, file: Path) -> list[Column]:
    """The columns of use, one of a kind."""
    if header.replace(" ", "").lower() == JOULESCOPE_STATISTICS:
        return [Column(kind, index, 1.0) for index, kind in enumerate(KINDS)]
    names = [name.strip().strip('"') for name in header.split(_separator(header))]
    columns = [
        _column(kind, i, name, file) for i, name in enumerate(names) for kind in KINDS if kind in name.lower()
    ]
    for kind in KINDS:
        if len(same := [names[column.index] for column in columns if column.kind == kind]) > 1:
            raise DataError(f"{file}: {' and '.join(same)} are all of {kind}; export one of them")
    return columns


def _column(kind: Kind, index: int, name: str, file: Path) -> Column:
    factor = unit_factor(kind, name)
    if factor is None:
        example = f"{name} ({('ms', 'uA', 'V')[KINDS.index(kind)]})"
        raise DataError(f"{file}: column {name!r} has no unit; write it into the header, for example {example}")
    return Column(kind, index, factor)


def _check_voltage(file: Path, voltage_v: float | None, *, is_in_file: bool) -> None:
    if voltage_v is not None and not 0 < voltage_v < np.inf:
        raise ConfigError(f"--voltage-v {voltage_v}: give a voltage above 0")
    if is_in_file == (voltage_v is not None):
        remedy = "has a voltage column; leave out" if is_in_file else "has no voltage column; give"
        raise ConfigError(f"{file}: {remedy} --voltage-v")


def _read_columns(file: Path, n_skipped: int, separator: str, indices: list[int]) -> Array:
    try:
        return np.loadtxt(
            file, delimiter=separator, skiprows=n_skipped, usecols=indices, ndmin=2, encoding="utf-8-sig"
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise DataError(f"{file}: a row below the header cannot be read: {error}") from error


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
    """Mean over time and highest sample of each block, in mW; samples may be spaced unevenly."""
    t, power_mw = trace.time_s, trace.power_mw
    energy = np.concatenate(([0.0], np.cumsum(np.diff(t) * (power_mw[1:] + power_mw[:-1]) / 2)))
    edges = np.linspace(t[0], t[-1], N_BLOCKS + 1)
    means = np.diff(np.interp(edges, t, energy)) / np.diff(edges)
    block = np.clip(np.searchsorted(edges, t, side="right") - 1, 0, N_BLOCKS - 1)
    peaks = np.full(N_BLOCKS, -np.inf)
    np.maximum.at(peaks, block, power_mw)
    return means, peaks
