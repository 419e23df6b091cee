"""Rows of a corpus before any audio is read: where each was listed, its file and annotation, and its problems."""

import csv
import io
import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.files.reading import MEGABYTE, read_file
from lowsr_tradeoff.files.safe_text import line

# Suffixes of audio files. A file that cannot be decoded is reported, not skipped silently.
AUDIO_SUFFIXES = frozenset(
    {".aac", ".aif", ".aiff", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav", ".wma"}
)
# A table of 400 000 rows with five columns.
MOST_TABLE_BYTES, MOST_CELLS = 64 * MEGABYTE, 2_000_000
# Lines shown of one reason; a corpus at too low a rate would hide every other problem.
MOST_LISTED = 50


@dataclass(frozen=True)
class CorpusRow:
    """One file of a corpus.

    Attributes:
        where: How messages name it.
        annotation: The label or transcript: two rows of one file that differ in it contradict each other.
        fault: What is wrong with how it was listed, or ``None``.
    """

    where: str
    path: Path
    annotation: str
    fault: str | None


T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
R = TypeVar("R", bound=CorpusRow)
FaultOf = Callable[[R], str | None]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file, row, class or source, and the remedy where that is not plain.

    Attributes:
        n_clips: Clips left out because of it and of no earlier problem.
        is_skippable: Whether the corpus can be used without those clips.
    """

    where: str
    reason: str
    n_clips: int = 1
    is_skippable: bool = True


@dataclass(frozen=True)
class Listing(Generic[R]):
    """A corpus as it is listed, before any file is opened.

    Attributes:
        root: The folder that no path may leave.
        problems: What could not become a row.
        note: A remark for the reader of the report.
        is_own: Whether these are the user's recordings.
    """

    name: str
    root: Path
    rows: tuple[R, ...]
    problems: tuple[Problem, ...] = ()
    note: str = ""
    is_own: bool = True


def without_faults(rows: Iterable[R], fault_functions: Sequence[FaultOf[R]]) -> tuple[list[R], list[Problem]]:
    """Return the rows without a fault, and every fault of the others."""
    kept, problems = [], []
    for row in rows:
        reasons = [reason for fault_of in fault_functions if (reason := fault_of(row)) is not None]
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


def repeats(rows: Iterable[R], key_of: Callable[[R], Hashable | None], verb: str) -> dict[str, str]:
    """Return, by ``where``, how rows repeat another one, such as ``"names the same file as 3"``.

    The first of several is kept, or none where they contradict each other. A key of ``None`` repeats nothing.
    """
    groups = grouped(rows, key_of)
    groups.pop(None, None)
    found = {}
    for first, *others in groups.values():
        found.update({row.where: f"{verb} {first.where}" for row in others})
        if others and len({row.annotation for row in (first, *others)}) > 1:
            found[first.where] = f"{verb} {others[0].where}, which says otherwise"
    return found


def grouped(items: Iterable[T], key_of: Callable[[T], K]) -> dict[K, list[T]]:
    """Return items by their key, keys in the order in which they come first."""
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key_of(item), []).append(item)
    return groups


def is_audio(path: Path) -> bool:
    """Return whether a file has the suffix of an audio file; hidden files do not count."""
    return path.suffix.lower() in AUDIO_SUFFIXES and not path.name.startswith(".")


def audio_files(folder: Path) -> list[Path]:
    """Return the audio files at any depth of a folder, by name; hidden and linked folders are not entered."""

    def fail(error: OSError) -> None:
        raise DataError(f"{error.filename}: cannot be listed ({error.strerror})") from error

    found: list[Path] = []
    for here, folders, names in os.walk(folder, onerror=fail):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += filter(is_audio, (Path(here, name) for name in names))
    return sorted(found)


@dataclass(frozen=True)
class CsvRow:
    """One row of a table: file name and line number, stripped fields by column, why it is none or ``None``."""

    where: str
    fields: dict[str, str]
    fault: str | None


def read_table(path: Path, required: Sequence[str], delimiter: str = ",") -> list[CsvRow]:
    """Return the rows of a table, by default a CSV."""
    table = csv.DictReader(io.StringIO(read_utf8(path), newline=""), strict=True, delimiter=delimiter)
    try:
        columns = table.fieldnames = [name.strip() for name in table.fieldnames or ()]
        if absent := [name for name in required if name not in columns]:
            has = ", ".join(columns) or "none"
            raise DataError(f"{path}: lacks the columns {', '.join(absent)}; it has {has}")
        if len(set(columns)) < len(columns):
            raise DataError(f"{path}: names a column twice: {', '.join(columns)}")
        return list(_csv_rows(path, table))
    except csv.Error as error:
        # The inner reader has counted the line that broke.
        raise DataError(f"{path}: line {table.reader.line_num} is not CSV ({error}); check its quotes") from error


def _csv_rows(path: Path, table: "csv.DictReader[str]") -> Iterator[CsvRow]:
    for n, fields in enumerate(table, 1):
        # A short row takes as much memory as a whole one: one long header would multiply it.
        if n * len(fields) > MOST_CELLS:
            raise DataError(f"{path}: has more than {MOST_CELLS} cells; leave out columns that are not needed")
        # DictReader puts surplus fields under None, and None for fields that a short row lacks.
        fault = "has more fields than columns; put text with commas in quotes" if None in fields else None
        stripped = {name: (text or "").strip() for name, text in fields.items() if name is not None}
        yield CsvRow(f"{path.name} line {table.line_num}", stripped, fault)


def read_utf8(path: Path) -> str:
    """Return the text of a file, without a byte order mark; raises :class:`DataError` where it is not UTF-8."""
    try:
        content = read_file(path, MOST_TABLE_BYTES)
        return content.decode("utf-8").removeprefix("\ufeff")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        n_line = content.count(b"\n", 0, error.start) + 1
        place = f"byte {error.start} in line {n_line} ({content[error.start]:#04x})"
        raise DataError(f"{path}: is not UTF-8 at {place}; save it as UTF-8") from error


def count_skipped(corpus: str, problems: Sequence[Problem], *, skip_bad: bool) -> int:
    """Return how many clips are left out; raises :class:`DataError` for problems that may not be skipped."""
    if problems and not (skip_bad and all(problem.is_skippable for problem in problems)):
        raise DataError(describe(corpus, problems))
    return sum(problem.n_clips for problem in problems)


def describe(corpus: str, problems: Sequence[Problem]) -> str:
    """Return one message with every problem, those of one reason together."""
    lines = [f"{corpus}: {len(problems)} problem{'s' if len(problems) > 1 else ''} found, nothing has run"]
    for reason, group in grouped(problems, lambda problem: problem.reason).items():
        lines += [f"  {line(problem.where)}: {reason}" for problem in group[:MOST_LISTED]]
        if len(group) > MOST_LISTED:
            lines.append(f"  and {len(group) - MOST_LISTED} more: {reason}")
    if all(problem.is_skippable for problem in problems):
        lines.append("Mend them, or continue without them with --skip-bad")
    return "\n".join(lines)
