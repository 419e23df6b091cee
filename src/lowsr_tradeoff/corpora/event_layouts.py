"""How event corpora lie on disk: class folders, tables, and published layouts, all to the same rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lowsr_tradeoff.corpora.rows import CorpusRow, Listing, Problem, audio_files, is_audio, read_table
from lowsr_tradeoff.errors import DataError

DATA = Path(__file__).parent / "data"
SYNTHETIC = "Synthetic, for trying out, not for decisions"
# Of TAU Urban Acoustic Scenes: the table of all files, and the folder of the published split.
META, SETUP = "meta.csv", "evaluation_setup"
# {fold}-{freesound id}-{take}[-{class}]: K. J. Piczak, ESC: Dataset for Environmental Sound Classification, 2015.
ESC_NAME = re.compile(r"(?P<fold>\d+)-(?P<recording>\d+)-[A-Z]+(-\d+)?")


@dataclass(frozen=True)
class EventRow(CorpusRow):
    """One labelled file; ``annotation`` is the label. Fold and source are empty where none is given."""

    fold: str
    source: str


@dataclass(frozen=True)
class Columns:
    """Which columns of a table hold what, and the character between them."""

    path: str
    label: str
    fold: str = ""
    source: str = ""
    delimiter: str = ","


def list_events(source: str) -> Listing[EventRow]:
    """Return the rows of a corpus on disk.

    The source is ``"digits"``, a folder with a subfolder per class, a CSV ``path,label[,fold][,source]``, an ESC-50
    checkout, the folder of a TAU Urban Acoustic Scenes development set, or the ``evaluation_setup`` in it.
    """
    if source == "digits":
        return _digits()
    path = Path(source)
    if (path / "meta" / "esc50.csv").is_file():
        return _esc50(path)
    if (path / META).is_file() and (path / SETUP).is_dir():
        return _tau(path)
    if path.name == SETUP and (path.parent / META).is_file():
        return _tau_split(path.parent)
    if path.is_dir():
        return _class_folders(path)
    if path.is_file():
        rows = _table_rows(path, path.parent, Columns("path", "label", "fold", "source"))
        return Listing(path.stem, path.parent, rows)
    raise DataError(f"{source}: there is no such folder or CSV; give --events one, or demo or digits")


def _digits() -> Listing[EventRow]:
    folder = DATA / "digits_kokoro"
    rows = _table_rows(folder / "metadata.csv", folder, Columns("file", "word", "fold", "speaker"))
    note = f"{SYNTHETIC}: digits spoken by Kokoro-82M v1.0 voices (Apache-2.0); a source is a voice."
    return Listing("digits", folder, rows, note=note, is_own=False)


def _esc50(root: Path) -> Listing[EventRow]:
    columns = Columns("filename", "category", "fold", "src_file")
    rows = _table_rows(root / "meta" / "esc50.csv", root / "audio", columns, ("fold", "src_file"))
    return Listing(root.resolve().name, root / "audio", rows, note="ESC-50 layout.")


def _tau(root: Path) -> Listing[EventRow]:
    """Return all files; one place, however often and on however many devices it was recorded, is one source."""
    columns = Columns("filename", "scene_label", source="identifier", delimiter="\t")
    rows = _table_rows(root / META, root, columns, ("identifier",))
    note = f"TAU Urban Acoustic Scenes layout; a source is a place. For the published split give {SETUP}."
    return Listing(root.resolve().name, root, rows, note=note)


def _tau_split(root: Path) -> Listing[EventRow]:
    """Return the published split as two folds: what it tests is fold 1, what it trains on fold 2."""
    place = {row.path: row.source for row in _tau(root).rows}
    unknown = f"is not in {META}, so where it was recorded is unknown"
    columns = Columns("filename", "scene_label", delimiter="\t")
    rows = tuple(
        replace(
            row,
            fold=fold,
            source=place.get(row.path, ""),
            fault=row.fault or (None if row.path in place else unknown),
        )
        for fold, part in (("1", "evaluate"), ("2", "train"))
        for row in _table_rows(root / SETUP / f"fold1_{part}.csv", root, columns)
    )
    note = "TAU Urban Acoustic Scenes layout; fold 1 is what the published split tests, fold 2 what it trains on."
    return Listing(root.resolve().name, root, rows, note=note)


def _table_rows(table: Path, folder: Path, columns: Columns, required: Sequence[str] = ()) -> tuple[EventRow, ...]:
    return tuple(
        EventRow(
            where=f"{row.where} ({row.fields[columns.path] or 'no file'})",
            path=folder / row.fields[columns.path],
            annotation=row.fields[columns.label],
            fault=row.fault,
            fold=row.fields.get(columns.fold, ""),
            source=row.fields.get(columns.source, ""),
        )
        for row in read_table(table, (columns.path, columns.label, *required), columns.delimiter)
    )


def _class_folders(root: Path) -> Listing[EventRow]:
    inside = sorted(path for path in root.iterdir() if not path.name.startswith("."))
    files = {path: audio_files(path) for path in inside if path.is_dir()}
    rows = tuple(
        EventRow(path.relative_to(root).as_posix(), path, folder.name, None, fold="", source="")
        for folder, paths in files.items()
        for path in paths
    )
    problems = [Problem(folder.name, "is a class folder without audio", 0) for folder in files if not files[folder]]
    problems += [
        Problem(path.name, "lies in no class folder") for path in inside if path not in files and is_audio(path)
    ]
    named, note = _esc_names(rows)
    return Listing(root.resolve().name, root, named, tuple(problems), note)


def _esc_names(rows: tuple[EventRow, ...]) -> tuple[tuple[EventRow, ...], str]:
    """Take fold and recording from the names, where more than half have the form of ESC-10."""
    names = [ESC_NAME.fullmatch(row.path.stem) for row in rows]
    if 2 * sum(map(bool, names)) <= len(rows):
        return rows, ""
    named = (
        replace(row, fold=name["fold"], source=f"{name['fold']}-{name['recording']}") if name else row
        for row, name in zip(rows, names, strict=True)
    )
    return tuple(named), "ESC-10 layout."
