"""The run's files: JSON that loads back to equal records, tidy CSV, the report and the claim sheet.

Text from users that a spreadsheet would take for a formula is disarmed in the CSV
(https://owasp.org/www-community/attacks/CSV_Injection).
"""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.records import (
    SCHEMA_VERSION,
    ListenPack,
    Manifest,
    Measurement,
    PrivacyResult,
    Record,
    Tradeoff,
)
from lowsr_tradeoff.reports.claims import claims
from lowsr_tradeoff.reports.html import render
from lowsr_tradeoff.reports.migrate import migrated
from lowsr_tradeoff.store import write_atomic

if TYPE_CHECKING:
    import pandas as pd

REPORT, CLAIMS, TRADEOFF, RESULTS, MANIFEST, LISTEN = (
    "report.html",
    "claims.md",
    "tradeoff.json",
    "results.csv",
    "manifest.json",
    "listen.json",
)

COLUMNS = (
    "stage", "rate_hz", "grid", "arm", "device", "attacker", "part", "against",
    "measure", "value", "low", "high", "n", "n_of", "unit", "basis", "reason",
)  # fmt: skip

AGAIN = "run the study again to write it anew"

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

NAMES = ("rate_hz", "grid", "arm", "device", "attacker")

Row = dict[str, Any]
R = TypeVar("R", bound=Record)


def write_run(folder: Path, tradeoff: Tradeoff, manifest: Manifest, listen: ListenPack) -> Path:
    """Write everything a finished run leaves for people and programs, and return the report's path.

    Raises:
        StageError: The folder cannot be written.
    """
    contents = {
        TRADEOFF: to_json(tradeoff),
        RESULTS: to_csv(tradeoff),
        MANIFEST: to_json(manifest),
        LISTEN: to_json(listen),
        CLAIMS: claims(tradeoff),
        REPORT: render(tradeoff, manifest, listen),
    }
    for name, content in contents.items():
        write_atomic(folder / name, content.encode())
    return folder / REPORT


def read_run(folder: Path) -> tuple[Tradeoff, Manifest, ListenPack]:
    """Return what :func:`write_run` left in a folder, all that a report is drawn from.

    Raises:
        DataError: A file is not there, is not what it should be, or is of a newer version.
    """
    return load(folder / TRADEOFF), _read(folder / MANIFEST, Manifest), _read(folder / LISTEN, ListenPack)


def to_json(record: Record) -> str:
    """Return a record as JSON, keys sorted and one item of a list a line, equal text for equal records."""
    tree = record.model_dump(mode="json")
    return "{\n" + ",\n".join(f" {_dumped(name)}: {_lines(tree[name])}" for name in sorted(tree)) + "\n}\n"


def load(path: Path) -> Tradeoff:
    """Return the trade-off of a ``tradeoff.json`` of this or an older schema version.

    Raises:
        DataError: The file cannot be read, is not a trade-off, or is of a newer schema version.
    """
    tree = _parsed(path)
    version = tree.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise DataError(
            f"{path}: is of schema version {version}; this program reads up to {SCHEMA_VERSION}: upgrade it"
        )
    if not isinstance(version, int) or version < 1:
        raise DataError(f"{path}: is not a Tradeoff of lowsr-tradeoff: it names no schema version; {AGAIN}")
    try:
        return _validated(path, migrated(tree, version), Tradeoff)
    except (KeyError, TypeError) as error:
        raise DataError(
            f"{path}: is not a Tradeoff of schema version {version}: {error!r} is missing or wrong; {AGAIN}"
        ) from error


def schema() -> dict[str, Any]:
    """Return the JSON Schema of ``tradeoff.json``."""
    of_records = Tradeoff.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **of_records}


def to_csv(tradeoff: Tradeoff) -> str:
    """Return every measurement as one line of tidy CSV.

    ``part`` is the class of a recall, the kind of a word, an attacker's figure or its chance level, or the
    component or clock of a power; ``against`` is the second of a paired difference.
    Operating points have no lines of their own: they join the ones here.
    """
    out = io.StringIO()
    # Every text is quoted: a lone carriage return in a label would break a bare cell.
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writeheader()
    writer.writerows({name: _disarmed(value) for name, value in row.items()} for row in rows(tradeoff))
    return out.getvalue()


def to_frame(tradeoff: Tradeoff) -> "pd.DataFrame":
    """Return every measurement as one row of a tidy frame, with the columns of :func:`to_csv`."""
    import pandas as pd  # noqa: PLC0415 - takes a second to load, which the report does without

    return pd.DataFrame(rows(tradeoff), columns=list(COLUMNS))


def rows(tradeoff: Tradeoff) -> Iterator[Row]:
    """Return every measurement with the names of what it is of."""
    yield from _recognition(tradeoff)
    yield from _privacy(tradeoff)
    for drawn in tradeoff.power:
        yield from _measurements("power", drawn)
        for component in drawn.components:
            yield from _measurements("power", component, **_names(drawn), part=component.name)
        for trial in drawn.clocks:
            yield from _measurements("power", trial, **_names(drawn), part=f"{trial.clock_mhz:g} MHz")


def _recognition(tradeoff: Tradeoff) -> Iterator[Row]:
    for classified in tradeoff.classify:
        yield from _measurements("classify", classified)
        for of_class in classified.class_recall:
            yield from _measurements("classify", of_class, **_names(classified), part=of_class.label)
    for contrast in tradeoff.contrasts:
        against = f"{contrast.against_rate_hz} {contrast.against_grid} {contrast.against}"
        yield from _measurements("classify", contrast, against=against)


def _privacy(tradeoff: Tradeoff) -> Iterator[Row]:
    for heard in tradeoff.privacy:
        yield from _measurements("privacy", heard)
        yield from _counts(heard)
        for kind in heard.kinds:
            yield from _measurements("privacy", kind, **_names(heard), part=kind.kind)
    for change in tradeoff.rate_differences:
        yield from _measurements("privacy", change, against=str(change.against_rate_hz))
    for signal in tradeoff.intelligibility:
        yield from _measurements("privacy", signal)
    for attack in tradeoff.attacks:
        named = {"stage": "attack", **_names(attack), "measure": attack.measure}
        yield {**named, "part": "figure", **attack.value.model_dump()}
        if attack.chance:
            yield {**named, "part": "chance", **attack.chance.model_dump()}


def _measurements(stage: str, record: Record, **more: object) -> Iterator[Row]:
    for name, value in record:
        if isinstance(value, Measurement):
            yield {"stage": stage, **_names(record), **more, "measure": name, **value.model_dump()}


def _names(record: Record) -> Row:
    return {name: getattr(record, name) for name in NAMES if hasattr(record, name)}


def _counts(heard: PrivacyResult) -> Iterator[Row]:
    """The word counts that the rates are made from, so that studies can be pooled."""
    counted = {"stage": "privacy", **_names(heard), "n": heard.counts.reference_words, "n_of": "words"}
    for name, value in heard.counts:
        yield {**counted, "measure": name, "value": value, "unit": "words", "basis": "counted"}


def _disarmed(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def _dumped(value: object) -> str:
    return json.dumps(value, sort_keys=True, allow_nan=False)


def _lines(value: object) -> str:
    return (
        "[\n  " + ",\n  ".join(map(_dumped, value)) + "\n ]"
        if isinstance(value, list) and value
        else _dumped(value)
    )


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
        tree = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}); is this the folder of a finished run?"
        ) from error
    except ValueError as error:
        raise DataError(f"{path}: is not JSON in UTF-8 ({error}); {AGAIN}") from error
    if not isinstance(tree, dict):
        raise DataError(f"{path}: is not a record of lowsr-tradeoff but a JSON {type(tree).__name__}")
    return tree
