"""Time, current, voltage and power from CSV exports of power analysers: :func:`read_columns`.

What a column holds follows from its unit: ``Timestamp(ms),Current(uA)``, ``Main(mA)``, ``Power [W]``. A column of
numbers without a unit is refused, because a wrong factor of 1000 would not show. Four exporters need more:

* Joulescope writes SI units without naming them. Its signals are called ``<instrument>.i`` or ``.current``; its
  statistics have columns of charge and energy.
* Otii writes ``timestamp`` in seconds, or the time of day, beside signals called ``Arc`` or ``Ace``.
* The Python interface of the Power Profiler Kit II writes ``ts,avg1000``: microamperes, 100 000 a second. ``ts`` is
  when a row was written, so the samples are counted instead.
* Monsoon's Python interface writes seconds under ``Time(ms)``. It shows in more samples than the instrument takes.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.power.measured.trace_numbers import decimal_mark, numbers

Array = NDArray[np.float64]
Kind = Literal["time", "current", "voltage", "power"]

MAX_HEADER_LINES = 50
# With both characters that look like the micro sign.
PREFIXES = {"": 1.0, "m": 1e-3, "u": 1e-6, "\u00b5": 1e-6, "\u03bc": 1e-6, "n": 1e-9}
KINDS_BY_UNIT: dict[str, Kind] = {"s": "time", "a": "current", "v": "voltage", "w": "power"}
UNIT = re.compile(rf"[(\[\s_/]\s*([{''.join(PREFIXES)}]?)([{''.join(KINDS_BY_UNIT)}])\s*[)\]]?$")
EXAMPLES: dict[Kind, str] = {"time": "ms", "current": "uA", "voltage": "V", "power": "mW"}
KINDS_BY_WORD: dict[str, Kind] = {
    **dict.fromkeys(("time", "timestamp", "timestamps", "ts", "utc"), "time"),
    **dict.fromkeys(("current", "avg"), "current"),
    "voltage": "voltage",
    "power": "power",
}
JOULESCOPE_SIGNALS: dict[str, Kind] = {"i": "current", "v": "voltage", "p": "power"}
# Statistics that stand beside the mean, and the range that the instrument chose.
NOT_THE_MEAN = {"min", "max", "std", "range"}
OTII_SIGNAL = re.compile(r"(Arc|Ace)\b.*(Current|Power)")
PPK2_API, PPK2_HZ = ("ts", "avg1000"), 100_000
MONSOON_CURRENT, MONSOON_HZ = "Main(mA)", 5000


@dataclass(frozen=True)
class Header:
    """The line with the names of columns: its number from 1, its separator and the names."""

    line: int
    separator: str
    names: tuple[str, ...]

    def column(self, kind: Kind) -> int | None:
        """Return the first column of a kind."""
        return next((i for i, name in enumerate(self.names) if kind_of(name) == kind), None)

    @property
    def is_in_si(self) -> bool:
        """Whether columns without a unit are in s, A, V and W, as Joulescope and Otii write them."""
        signals = {name.rpartition(".")[2].lower() for name in self.names if "." in name}
        is_joulescope = bool(signals & {*JOULESCOPE_SIGNALS, *EXAMPLES}) or {"charge", "energy"} <= set(self.names)
        return is_joulescope or any(OTII_SIGNAL.match(name) for name in self.names)


@dataclass(frozen=True)
class Table:
    """The cells below a header; a column is numeric if all of its cells are."""

    file: Path
    header: Header
    cells: pd.DataFrame
    decimal: str

    def in_si(self, column: int) -> Array:
        """Return a column of numbers in s, A, V or W."""
        name = self.header.names[column]
        factor = 1e-6 if self.header.names == PPK2_API else unit_factor(name)
        if factor is None and not self.header.is_in_si:
            example = f"{name} ({EXAMPLES[kind_of(name) or 'current']})"
            raise DataError(
                f"{self.file}: column {name!r} has no unit; write it into the header, for example {example}"
            )
        try:
            return numbers(self.cells[column], self.decimal) * (factor or 1.0)
        except ValueError as error:
            raise DataError(f"{self.file}: column {name!r}, {error}; export numbers only") from error


def read_columns(file: Path) -> dict[Kind, Array]:
    """Return the columns of a trace in s, A, V and W, each of shape ``(n_samples,)``.

    Time is there, and power or current. Rows end at the first empty line. Samples of one and the same time, as
    instruments send them in packets, are spread evenly up to the next time.

    Raises:
        DataError: There is no such file, or it lacks a column, a unit or numbers; the message says which.
    """
    lines = _lines(file)
    header = _find_header(lines, file)
    columns = _columns(header, file)
    table = _table(lines[header.line :], header, list(columns.values()), file)
    time_s = _time_s(table, columns.pop("time"))
    return {"time": time_s, **{kind: table.in_si(index) for kind, index in columns.items()}}


def kind_of(name: str) -> Kind | None:
    """Return what a column holds by its unit or else by its name; ``None`` for anything else.

    >>> kind_of("Main(mA)"), kind_of("JS220-001122.p"), kind_of("Time"), kind_of("current_max(A)"), kind_of("D0-D7")
    ('current', 'power', 'time', None, None)
    """
    words = re.findall("[a-z]+", name.lower())
    if not words or NOT_THE_MEAN & set(words):
        return None
    if unit := UNIT.search(name.lower()):
        return KINDS_BY_UNIT[unit[2]]
    if "." in name and words[-1] in JOULESCOPE_SIGNALS:
        return JOULESCOPE_SIGNALS[words[-1]]
    return next((KINDS_BY_WORD[word] for word in words if word in KINDS_BY_WORD), None)


def unit_factor(name: str) -> float | None:
    """Return the factor from a column's unit to s, A, V or W; ``None`` where its name has none.

    >>> unit_factor("Current(uA)"), unit_factor("time_ms"), unit_factor("Timestamp")
    (1e-06, 0.001, None)
    """
    unit = UNIT.search(name.lower())
    return None if unit is None else PREFIXES[unit[1]]


def _lines(file: Path) -> list[str]:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file}: cannot be read ({error}); give a CSV export of the trace") from error
    try:
        return content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        # Older Windows programs write the micro sign as one byte.
        return content.decode("latin-1").splitlines()


def _find_header(lines: Sequence[str], file: Path) -> Header:
    """Return the first line with a column of time and one of current or power."""
    headers = [_header(n, line) for n, line in enumerate(lines[:MAX_HEADER_LINES], 1)]
    measured = [
        header
        for header in headers
        if len(header.names) > 1 and (header.column("current"), header.column("power")) != (None, None)
    ]
    timed = [header for header in measured if header.column("time") is not None]
    if not measured:
        raise DataError(
            f"{file}: no header with time and current or power in the first {MAX_HEADER_LINES} lines; export both"
        )
    if not timed:
        raise DataError(f"{file}: the header has no time ({', '.join(measured[0].names)}); export the time too")
    return timed[0]


def _header(number: int, line: str) -> Header:
    separator = next((mark for mark in ";\t" if mark in line), ",")
    return Header(number, separator, tuple(_cells(line.lstrip("# "), separator)))


def _cells(line: str, separator: str) -> list[str]:
    """Return a line's cells without quotes; empty ones at the end, as Monsoon writes them, are left out."""
    cells = [cell.strip() for cell in next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _columns(header: Header, file: Path) -> dict[Kind, int]:
    """Return the column of time, and that of power or those of current and voltage."""
    wanted: tuple[Kind, ...] = ("power",) if header.column("power") is not None else ("current", "voltage")
    for kind in wanted:
        of_kind = [name for name in header.names if kind_of(name) == kind]
        if len(of_kind) > 1:
            raise DataError(f"{file}: {' and '.join(of_kind)} are all of {kind}; export one of them")
    found = {kind: header.column(kind) for kind in ("time", *wanted)}
    return {kind: index for kind, index in found.items() if index is not None}


def _table(lines: Sequence[str], header: Header, columns: Sequence[int], file: Path) -> Table:
    """Return the wanted columns of the rows up to an empty line."""
    end = next((i for i, line in enumerate(lines) if not line.strip()), len(lines))
    if not end:
        raise DataError(f"{file}: no rows follow the header; export the samples too")
    if (n_cells := len(_cells(lines[0], header.separator))) > len(header.names):
        raise DataError(
            f"{file}: the header names {len(header.names)} columns and the first row has {n_cells} cells;"
            " where commas separate cells, export numbers with a decimal point"
        )
    text = io.StringIO("\n".join(lines[:end]))
    try:
        cells = pd.read_csv(text, sep=header.separator, header=None, skipinitialspace=True, low_memory=False)
        wanted = cells[[index for index in columns if index < n_cells]]
        return Table(file, header, cells, decimal_mark(wanted, header.separator))
    except ValueError as error:
        raise DataError(f"{file}: {error}; export rows of one length, with decimal points") from error


def _time_s(table: Table, column: int) -> Array:
    """Return the time of every sample in s."""
    names, cells = table.header.names, table.cells[column]
    if names == PPK2_API:
        return np.arange(len(cells)) / PPK2_HZ
    if ":" in str(cells.iloc[0]):
        return _spread(_clock_s(cells, table.file))
    time_s = _spread(table.in_si(column))
    is_in_seconds = MONSOON_CURRENT in names and len(time_s) > 1.5 * MONSOON_HZ * np.ptp(time_s)
    return time_s * 1e3 if is_in_seconds else time_s


def _clock_s(cells: pd.Series, file: Path) -> Array:
    """Return seconds since the first of dates with times, in ISO 8601 or with the day first."""
    try:
        clock = [_clock(str(cell).strip()) for cell in cells]
        return np.array([(each - clock[0]).total_seconds() for each in clock])
    except (ValueError, TypeError) as error:
        raise DataError(f"{file}: a time cannot be read: {error}; export times in seconds") from error


def _clock(text: str) -> datetime:
    """Return a moment of ISO 8601, also with the day first, as in 31.12.2024 23:59:59.9."""
    day_first = re.fullmatch(r"(\d\d)[-./](\d\d)[-./](\d{4})(.*)", text)
    return datetime.fromisoformat("{2}-{1}-{0}{3}".format(*day_first.groups()) if day_first else text)


def _spread(time_s: Array) -> Array:
    """Return times in which samples of one packet follow one another evenly.

    >>> _spread(np.array([0.0, 0.0, 1.0, 1.0])).tolist()
    [0.0, 0.5, 1.0, 1.5]
    """
    starts = np.flatnonzero(np.diff(time_s, prepend=-np.inf))
    if len(starts) in (1, len(time_s)):
        return time_s
    first = time_s[starts]
    counts = np.diff(starts, append=len(time_s))
    steps = np.diff(first, append=2 * first[-1] - first[-2])
    within = np.arange(len(time_s)) - np.repeat(starts, counts)
    return np.asarray(np.repeat(first, counts) + within / np.repeat(counts, counts) * np.repeat(steps, counts))
