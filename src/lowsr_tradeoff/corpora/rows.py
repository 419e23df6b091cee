"""Rows of a corpus before any sound is heard: where each was named, its file, and what is said of it."""

import csv
import io
import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.files.reading import MEGABYTE, read_file
from lowsr_tradeoff.files.safe_text import line

# Files that mean to be audio; whichever of them cannot be decoded is reported, none is passed over.
AUDIO_SUFFIXES = frozenset(
    {".aac", ".aif", ".aiff", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav", ".wma"}
)
# A table of 400 000 rows with five columns.
MOST_TABLE_BYTES, MOST_CELLS = 64 * MEGABYTE, 2_000_000


@dataclass(frozen=True)
class Row:
    """One file of a corpus.

    Attributes:
        where: How messages name it.
        path: The file, as named.
        says: The label or transcript: two rows of one file that differ in it contradict each other.
        fault: What is wrong with how it was listed, or ``None``.
    """

    where: str
    path: Path
    says: str
    fault: str | None


R = TypeVar("R", bound=Row)
Fault = Callable[[R], str | None]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        where: File, row, class or source.
        reason: What is wrong with it, and the remedy where that is not plain.
        n_clips: Clips that are left out because of it and of nothing named before it.
        is_mendable: Whether leaving those out mends it.
    """

    where: str
    reason: str
    n_clips: int = 1
    is_mendable: bool = True


@dataclass(frozen=True)
class Listing(Generic[R]):
    """A corpus as it is listed, before any file is opened.

    Attributes:
        name: What reports call it.
        root: The folder that no path may leave.
        rows: Its files.
        problems: What could not become a row.
        note: What a reader should know of it.
        is_own: Whether these are the user's recordings.
    """

    name: str
    root: Path
    rows: tuple[R, ...]
    problems: tuple[Problem, ...]
    note: str
    is_own: bool


def keep(rows: Iterable[R], faults: Sequence[Fault[R]]) -> tuple[list[R], list[Problem]]:
    """Return the rows without a fault, and every fault of the others.

    Args:
        rows: The rows.
        faults: Functions that return what is wrong with a row, or ``None``.
    """
    kept, problems = [], []
    for row in rows:
        reasons = [reason for fault in faults if (reason := fault(row)) is not None]
        problems += [Problem(row.where, reason, n_clips=int(i == 0)) for i, reason in enumerate(reasons)]
        if not reasons:
            kept.append(row)
    return kept, problems


def path_fault(root: Path, path: Path) -> str | None:
    """Return why a path is no file inside the corpus folder, links followed, or ``None``."""
    if any("\ud800" <= character <= "\udfff" for character in str(path)):
        return "cannot be named in a report: its name is not UTF-8; rename it"
    try:
        real = path.resolve()
        if not real.is_relative_to(root.resolve()):
            return "leads out of the corpus folder; copy the file into it"
        if not real.exists():
            return "does not exist"
        return None if real.is_file() else "is not a file"
    # Loops of links are a RuntimeError, a zero byte in a name is a ValueError.
    except (OSError, RuntimeError, ValueError) as error:
        return f"is no usable path ({error})"


def repeats(rows: Iterable[R], same: Callable[[R], Hashable | None], verb: str) -> dict[str, str]:
    """Return, by ``where``, the rows that repeat another one and how.

    The first of several stays, unless they contradict each other: then none can be believed.

    Args:
        rows: The rows.
        same: What two repeated rows have in common; ``None`` for a row that repeats none.
        verb: How a row repeats another: ``"names the same file as"``.
    """
    groups: dict[Hashable, list[R]] = {}
    for row in rows:
        if (key := same(row)) is not None:
            groups.setdefault(key, []).append(row)
    found = {}
    for first, *others in groups.values():
        found.update({row.where: f"{verb} {first.where}" for row in others})
        if others and len({row.says for row in (first, *others)}) > 1:
            found[first.where] = f"{verb} {others[0].where}, which says otherwise"
    return found


def is_audio(path: Path) -> bool:
    """Return whether a file means to be audio, hidden ones not.

    >>> is_audio(Path("dog/1.WAV")), is_audio(Path("dog/._1.wav")), is_audio(Path("dog/notes.txt"))
    (True, False, False)
    """
    return path.suffix.lower() in AUDIO_SUFFIXES and not path.name.startswith(".")


def audio_files(folder: Path) -> list[Path]:
    """Return the audio files at any depth of a folder, by name; hidden and linked folders are not entered.

    Raises:
        DataError: A folder cannot be listed.
    """
    found: list[Path] = []
    for here, folders, names in os.walk(folder, onerror=_stop):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += filter(is_audio, (Path(here, name) for name in names))
    return sorted(found)


@dataclass(frozen=True)
class Line:
    """One row of a table.

    Attributes:
        where: File name and line number.
        fields: Stripped fields by column.
        fault: Why it cannot be read as a row, or ``None``.
    """

    where: str
    fields: dict[str, str]
    fault: str | None


def read_table(path: Path, required: Sequence[str], delimiter: str = ",") -> list[Line]:
    """Return the rows of a CSV, or of a table whose fields something else separates.

    Raises:
        DataError: The file cannot be read, is not UTF-8 or not CSV, or lacks a column.
    """
    table = csv.DictReader(io.StringIO(read_utf8(path), newline=""), strict=True, delimiter=delimiter)
    try:
        table.fieldnames = [name.strip() for name in table.fieldnames or ()]
        _check_columns(path, table.fieldnames, required)
        return list(_lines(path, table))
    except csv.Error as error:
        # The inner reader has counted the line that broke.
        line = table.reader.line_num
        raise DataError(f"{path}: line {line} is not CSV ({error}); check its quotes") from error


def read_utf8(path: Path) -> str:
    """Return the text of a file, without a byte order mark.

    Raises:
        DataError: It cannot be read, or is not UTF-8; the message says where.
    """
    try:
        content = read_file(path, MOST_TABLE_BYTES)
        return content.decode("utf-8").removeprefix("\ufeff")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        place = f"byte {error.start} in line {line} ({content[error.start]:#04x})"
        raise DataError(f"{path}: is not UTF-8 at {place}; save it as UTF-8") from error


def _lines(path: Path, table: "csv.DictReader[str]") -> Iterator[Line]:
    """A short row takes as much memory as a whole one: one long header would multiply it."""
    for n, fields in enumerate(table, 1):
        if n * len(fields) > MOST_CELLS:
            raise DataError(f"{path}: has more than {MOST_CELLS} cells; leave out columns that are not needed")
        yield _line(f"{path.name} line {table.line_num}", fields)


def _line(where: str, fields: dict[str | Any, str | Any]) -> Line:
    """What is beyond the columns stands under ``None``; what a short row lacks is ``None``."""
    beyond = fields.pop(None, None)
    fault = "has more fields than columns; put text with commas in quotes" if beyond else None
    return Line(where, {name: (text or "").strip() for name, text in fields.items()}, fault)


def _stop(error: OSError) -> None:
    raise DataError(f"{error.filename}: cannot be listed ({error.strerror})") from error


def _check_columns(path: Path, names: Sequence[str], required: Sequence[str]) -> None:
    if absent := [name for name in required if name not in names]:
        raise DataError(f"{path}: lacks the columns {', '.join(absent)}; it has {', '.join(names) or 'none'}")
    if len(set(names)) < len(names):
        raise DataError(f"{path}: names a column twice: {', '.join(names)}")


# Lines shown of one reason; a corpus at too low a rate would bury every other problem.
LISTED = 50


def settle(corpus: str, problems: Sequence[Problem], *, skip_bad: bool) -> int:
    """Return how many clips are left out because of the problems.

    Raises:
        DataError: There are problems and ``skip_bad`` is off, or one that no skipping mends; lists all of them.
    """
    is_mendable = all(problem.is_mendable for problem in problems)
    if problems and not (skip_bad and is_mendable):
        raise DataError(describe(corpus, problems, is_mendable=is_mendable))
    return sum(problem.n_clips for problem in problems)


def describe(corpus: str, problems: Sequence[Problem], *, is_mendable: bool) -> str:
    """Return one message with every problem, those of one reason together."""
    by_reason: dict[str, list[Problem]] = {}
    for problem in problems:
        by_reason.setdefault(problem.reason, []).append(problem)
    lines = [f"{corpus}: {len(problems)} problem{'s' if len(problems) > 1 else ''} found, nothing has run"]
    for reason, group in by_reason.items():
        lines += [f"  {line(problem.where)}: {reason}" for problem in group[:LISTED]]
        if len(group) > LISTED:
            lines.append(f"  and {len(group) - LISTED} more: {reason}")
    if is_mendable:
        lines.append("Mend them, or continue without them with --skip-bad")
    return "\n".join(lines)
