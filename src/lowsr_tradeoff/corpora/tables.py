"""Tables of others: CSV as a spreadsheet or a script saved it, columns under the names that are asked for."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.files.reading import MEGABYTE, UTF16_MARKS, read_file

if TYPE_CHECKING:
    from _csv import Reader

# A table of 400 000 rows with five columns.
MOST_TABLE_BYTES, MOST_CELLS = 64 * MEGABYTE, 2_000_000
# Spreadsheets separate by semicolons where a comma is the decimal sign. The first wins where none is in the header.
DELIMITERS = ",;\t"
# A first line that Excel writes and reads to name the delimiter.
EXCEL_SEP = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
# What others call a column; used where it has no column of the name itself.
USUAL_NAMES = {
    "path": ("file", "filename", "file_name", "filepath", "file_path", "fname"),
    "label": ("class", "category", "class_name", "scene_label", "annotation", "species", "common name"),
    "source": ("src_file", "fsid", "source_id", "recording_id"),
    "file": ("path", "filename", "file_name", "filepath", "file_path", "fname"),
    "text": ("transcript", "transcription", "sentence"),
    "speaker": ("speaker_id", "client_id"),
    "sex": ("gender",),
}


@dataclass(frozen=True)
class CsvRow:
    """One row of a table: file name and line number, stripped fields by column, why it is none or ``None``."""

    where: str
    fields: dict[str, str]
    fault: str | None


def read_table(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> list[CsvRow]:
    """Return the rows of a table with commas, semicolons or tabs.

    The columns asked for stand under these names, whatever their capitals; one of the usual names for the same does
    too. Columns without a name are passed over.

    Raises:
        DataError: The table cannot be read, or lacks a required column.
    """
    text = read_utf8(path)
    named = EXCEL_SEP.match(text)
    body = text[named.end() :] if named else text
    delimiter = named[1] if named else max(DELIMITERS, key=body.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(body, newline=""), strict=True, delimiter=delimiter)
    try:
        columns = _columns(next(reader, []), (*required, *optional))
        if absent := [name for name in required if name not in columns]:
            has = ", ".join(filter(None, columns)) or "none"
            raise DataError(f"{path}: lacks the columns {', '.join(absent)}; it has {has}")
        kept = [name for name in columns if name]
        if len(set(kept)) < len(kept):
            raise DataError(f"{path}: names a column twice: {', '.join(kept)}")
        return list(_rows(path, reader, columns, n_before=bool(named)))
    except csv.Error as error:
        n_line = reader.line_num + bool(named)
        raise DataError(f"{path}: line {n_line} is not CSV ({error}); check its quotes") from error


def read_utf8(path: Path) -> str:
    """Return the text of a file, without a byte order mark; raises :class:`DataError` where it is not UTF-8."""
    try:
        content = read_file(path, MOST_TABLE_BYTES)
        return content.decode("utf-8").removeprefix("\ufeff")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        if content.startswith(UTF16_MARKS):
            raise DataError(f"{path}: is UTF-16; save it as UTF-8") from error
        n_line = content.count(b"\n", 0, error.start) + 1
        place = f"byte {error.start} in line {n_line} ({content[error.start]:#04x})"
        raise DataError(f"{path}: is not UTF-8 at {place}; save it as UTF-8") from error


def _columns(header: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Return the names of the header, those of the wanted columns as they are asked for."""
    columns = [name.strip() for name in header]
    lower = [name.lower() for name in columns]
    for name in wanted:
        for other in (name.lower(), *USUAL_NAMES.get(name, ())):
            if other in lower and name not in columns:
                columns[lower.index(other)] = name
    return columns


def _rows(path: Path, lines: "Reader", columns: Sequence[str], n_before: int) -> Iterator[CsvRow]:
    """The rows below the header, before which the table has ``n_before`` lines; blank lines are none."""
    for n, cells in enumerate(filter(None, lines), 1):
        if n * max(len(columns), len(cells)) > MOST_CELLS:
            raise DataError(f"{path}: has more than {MOST_CELLS} cells; leave out columns that are not needed")
        pairs = [(name, text.strip()) for name, text in zip_longest(columns, cells, fillvalue="")]
        has_surplus = any(text and not name for name, text in pairs)
        fault = "has more fields than columns; put text with commas in quotes" if has_surplus else None
        fields = {name: text for name, text in pairs if name}
        yield CsvRow(f"{path.name} line {lines.line_num + n_before}", fields, fault)
