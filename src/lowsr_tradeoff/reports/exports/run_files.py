"""The run's files: JSON that loads back to equal records, tables, sheets and the report.

Text from users that a spreadsheet would take for a formula is disarmed in both tables
(https://owasp.org/www-community/attacks/CSV_Injection).
"""

import csv
import io
import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.files.reading import parse_json, read_file
from lowsr_tradeoff.files.safe_text import cell
from lowsr_tradeoff.files.writing import sha256_of, write_atomic
from lowsr_tradeoff.records.base import Record
from lowsr_tradeoff.records.run import (
    LISTEN,
    MANIFEST,
    SCHEMA_VERSION,
    TRADEOFF,
    ListenPack,
    Manifest,
    Run,
    Tradeoff,
)
from lowsr_tradeoff.reports.exports.claims import claims
from lowsr_tradeoff.reports.exports.decision_sheet import decision_sheet
from lowsr_tradeoff.reports.exports.rows import COLUMNS, rows
from lowsr_tradeoff.reports.page.html import render

REPORT, CLAIMS, DECISION = "report.html", "claims.md", "decision.md"
CSV, PARQUET = "results.csv", "results.parquet"
AGAIN = "run the study again to write it anew"

R = TypeVar("R", bound=Record)


def write_run(folder: Path, tradeoff: Tradeoff, manifest: Manifest, listen: ListenPack) -> Path:
    """Write all files of a finished run, and return the report's path.

    Raises:
        StageError: The folder cannot be written.
    """
    table = to_csv(tradeoff)
    records = {TRADEOFF: to_json(tradeoff).encode(), LISTEN: to_json(listen).encode()}
    sha256 = manifest.sha256 or {name: sha256_of(content) for name, content in records.items()}
    contents = {
        **records,
        CSV: table.encode(),
        PARQUET: csv_to_parquet(table),
        MANIFEST: to_json(manifest.model_copy(update={"sha256": sha256})).encode(),
        CLAIMS: claims(tradeoff).encode(),
        DECISION: decision_sheet(tradeoff).encode(),
        REPORT: render(tradeoff, manifest, listen).encode(),
    }
    for name, content in contents.items():
        write_atomic(folder / name, content)
    return folder / REPORT


def write_page(folder: Path, run: Run) -> Path:
    """Write the report alone, of a run whose figures may still change, and return its path."""
    page = render(run.tradeoff, run.manifest, run.listen)
    write_atomic(folder / REPORT, page.encode())
    return folder / REPORT


def read_run(folder: Path) -> tuple[Tradeoff, Manifest, ListenPack]:
    """Return the records of the run in a folder: all that a report is made from.

    Raises:
        DataError: A file is missing, or is not what it should be.
    """
    return load(folder / TRADEOFF), _read(folder / MANIFEST, Manifest), _read(folder / LISTEN, ListenPack)


def to_json(record: Record) -> str:
    """Return a record as JSON, keys sorted and one item of a list a line, equal text for equal records."""
    return _lines(record.model_dump(mode="json"), "") + "\n"


def load(path: Path) -> Tradeoff:
    """Return the trade-off of a ``tradeoff.json``.

    Raises:
        DataError: The file cannot be read, or is not a trade-off of this schema version.
    """
    tree = _parsed(path)
    version = tree.get("schema_version")
    if version != SCHEMA_VERSION:
        named = f"schema version {version}" if isinstance(version, int) else "no schema version"
        raise DataError(
            f"{path}: is not a Tradeoff of this version of lowsr-tradeoff: it names {named} and this program reads "
            f"version {SCHEMA_VERSION}; {AGAIN}"
        )
    return _validated(path, tree, Tradeoff)


def to_csv(tradeoff: Tradeoff) -> str:
    """Return every figure as one line of tidy CSV, as :func:`rows.rows` names them."""
    out = io.StringIO()
    # Every text is quoted: a lone carriage return in a label would break a bare cell.
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in rows(tradeoff))
    return out.getvalue()


def csv_to_parquet(table: str) -> bytes:
    """Return the CSV as a Parquet file with typed columns; an empty cell is null."""
    import pyarrow as pa  # noqa: PLC0415 - a tenth of a second, for whoever writes
    from pyarrow import csv as lines  # noqa: PLC0415 - likewise
    from pyarrow import parquet  # noqa: PLC0415 - likewise

    kinds = {"rate_hz": pa.int64(), "n": pa.int64(), **dict.fromkeys(("value", "low", "high"), pa.float64())}
    # Arrow reads lines by itself; given Python's lists it loads pandas first, which takes a second.
    read = lines.read_csv(
        io.BytesIO(table.encode()),
        parse_options=lines.ParseOptions(newlines_in_values=True),
        convert_options=lines.ConvertOptions(
            column_types={name: kinds.get(name, pa.string()) for name in COLUMNS},
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    out = io.BytesIO()
    parquet.write_table(read, out)
    return out.getvalue()


def _dumped(value: object) -> str:
    return json.dumps(value, sort_keys=True, allow_nan=False)


def _lines(value: object, indent: str) -> str:
    if isinstance(value, list) and value:
        return f"[\n{indent} " + f",\n{indent} ".join(map(_dumped, value)) + f"\n{indent}]"
    if isinstance(value, dict) and value:
        each = (f"{indent} {_dumped(name)}: {_lines(value[name], indent + ' ')}" for name in sorted(value))
        return "{\n" + ",\n".join(each) + f"\n{indent}}}"
    return _dumped(value)


def _read(path: Path, kind: type[R]) -> R:
    return _validated(path, _parsed(path), kind)


def _validated(path: Path, tree: dict[str, Any], kind: type[R]) -> R:
    try:
        return kind.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise DataError(
            f"{path}: is not a {kind.__name__} of lowsr-tradeoff: {error.error_count()} faults, the first at"
            f" {where}: {first['msg']}; {AGAIN}"
        ) from error


def _parsed(path: Path) -> dict[str, Any]:
    try:
        tree = parse_json(read_file(path).decode())
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}); is this the folder of a finished run?"
        ) from error
    except ValueError as error:
        raise DataError(f"{path}: is not JSON in UTF-8 ({error}); {AGAIN}") from error
    if not isinstance(tree, dict):
        raise DataError(f"{path}: is not a record of lowsr-tradeoff but a JSON {type(tree).__name__}")
    return tree
