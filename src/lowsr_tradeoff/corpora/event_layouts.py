"""How event corpora lie on disk: class folders, tables, and published layouts, all to the same rows."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from lowsr_tradeoff.corpora.class_folders import list_class_folders
from lowsr_tradeoff.corpora.rows import EventRow, Listing
from lowsr_tradeoff.corpora.sound_files import is_audio, named_file
from lowsr_tradeoff.corpora.tables import read_table
from lowsr_tradeoff.errors import DataError

DATA = Path(__file__).parent / "data"
SYNTHETIC = "Synthetic, for trying out, not for decisions"
# Of TAU Urban Acoustic Scenes: the table of all files, and the folder of the published split.
META, SETUP = "meta.csv", "evaluation_setup"
# pandas writes a column of whole numbers that lacked one as 1.0.
WHOLE = re.compile(r"\.0+$")


@dataclass(frozen=True)
class Columns:
    """Which columns of a table hold what."""

    path: str
    label: str
    fold: str = ""
    source: str = ""


def list_events(source: str) -> Listing[EventRow]:
    """Return the rows of a corpus on disk.

    The source is ``"digits"``, a folder with a subfolder per class, one of recordings with tables of labels, a CSV
    ``path,label[,fold][,source]``, or a published corpus: ESC-50, UrbanSound8K, the folder of a TAU Urban Acoustic
    Scenes development set, or the ``evaluation_setup`` in it. Of a published corpus its folder, its folder of
    sounds or its table can be given.

    Raises:
        DataError: There is no such corpus, or its table cannot be read.
    """
    if source == "digits":
        return _digits()
    path = Path(source)
    for table, read in PUBLISHED.items():
        if root := _root_of(path, table):
            return read(root, root / table)
    if (root := _root_of(path, META)) and (root / SETUP).is_dir():
        return _tau(root)
    if path.name == SETUP and (path.parent / META).is_file():
        return _tau_split(path.parent)
    if path.is_dir():
        return list_class_folders(path)
    if is_audio(path):
        raise DataError(f"{source}: is one sound; give --events a folder with a subfolder per class, or a CSV")
    if path.is_file():
        rows = _table_rows(path, path.parent, Columns("path", "label", "fold", "source"))
        return Listing(path.stem, path.parent, rows)
    raise DataError(f"{source}: there is no such folder or CSV; give --events one, or demo or digits")


def _root_of(path: Path, table: str) -> Path | None:
    """Return the folder of a published corpus, given it, its folder of sounds, its table, or the folder of that."""
    for root in (path, path.parent, path.parent.parent):
        if path in {root, root / "audio", root / table, (root / table).parent} and (root / table).is_file():
            return root
    return None


def _digits() -> Listing[EventRow]:
    folder = DATA / "digits_kokoro"
    rows = _table_rows(folder / "metadata.csv", folder, Columns("file", "word", "fold", "speaker"))
    note = f"{SYNTHETIC}: digits spoken by Kokoro-82M v1.0 voices (Apache-2.0); a source is a voice."
    return Listing("digits", folder, rows, note=note, is_own=False)


def _esc50(root: Path, table: Path) -> Listing[EventRow]:
    columns = Columns("filename", "category", "fold", "src_file")
    rows = _table_rows(table, root / "audio", columns, ("fold", "src_file"))
    return Listing(root.resolve().name, root / "audio", rows, note="ESC-50 layout.")


def _urbansound8k(root: Path, table: Path) -> Listing[EventRow]:
    """Return the slices; those of one Freesound recording are one source."""
    sounds = root / "audio" if (root / "audio").is_dir() else root
    columns = Columns("slice_file_name", "class", "fold", "fsID")
    rows = (
        replace(row, path=sounds / f"fold{row.fold}" / row.path.name)
        for row in _table_rows(table, sounds, columns, ("fold", "fsID"))
    )
    note = "UrbanSound8K layout; a source is a Freesound recording."
    return Listing(root.resolve().name, sounds, tuple(rows), note=note)


def _fsd50k(root: Path, table: Path) -> NoReturn:
    raise DataError(
        f"{root}: is FSD50K, whose clips have several labels each, and here a clip has one class; choose clips and "
        f"classes from {table.name}, write them as a CSV path,label in that folder, and give --events the CSV"
    )


def _tau(root: Path) -> Listing[EventRow]:
    """Return all files; one place, however often and on however many devices it was recorded, is one source."""
    columns = Columns("filename", "scene_label", source="identifier")
    rows = _table_rows(root / META, root, columns, ("identifier",))
    note = f"TAU Urban Acoustic Scenes layout; a source is a place. For the published split give {SETUP}."
    return Listing(root.resolve().name, root, rows, note=note)


def _tau_split(root: Path) -> Listing[EventRow]:
    """Return the published split as two folds: what it tests is fold 1, what it trains on fold 2."""
    place = {row.path: row.source for row in _tau(root).rows}
    unknown = f"is not in {META}, so where it was recorded is unknown"
    columns = Columns("filename", "scene_label")
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
            path=named_file(folder, row.fields[columns.path]),
            annotation=row.fields[columns.label],
            fault=row.fault,
            fold=WHOLE.sub("", row.fields.get(columns.fold, "")),
            source=row.fields.get(columns.source, ""),
        )
        for row in read_table(table, (columns.path, columns.label, *required), (columns.fold, columns.source))
    )


# Published corpora by the table that tells them, below their folder. Copies of UrbanSound8K lack its inner folders.
PUBLISHED: Mapping[str, Callable[[Path, Path], Listing[EventRow]]] = {
    "meta/esc50.csv": _esc50,
    "metadata/UrbanSound8K.csv": _urbansound8k,
    "UrbanSound8K.csv": _urbansound8k,
    "FSD50K.ground_truth/dev.csv": _fsd50k,
    "FSD50K.ground_truth/eval.csv": _fsd50k,
}
