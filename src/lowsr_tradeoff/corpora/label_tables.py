"""Recordings with a table of labels beside each: every labelled part is a clip.

Tables are label tracks of Audacity and selection tables of Raven.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath, PureWindowsPath

from lowsr_tradeoff.corpora.rows import EventRow, Listing, Problem, grouped
from lowsr_tradeoff.corpora.sound_files import files_below, is_audio, passed_over
from lowsr_tradeoff.corpora.tables import read_table, read_utf8
from lowsr_tradeoff.errors import DataError

# Raven's own name for the table of rec.wav is rec.Table.1.selections.txt.
TABLE_NAME = re.compile(r"(?P<stem>.+?)(\.Table\.\d+)?(\.selections)?\.(txt|tsv)", re.IGNORECASE)
# The first line of a label track: start, end and label between tabs, in seconds.
AUDACITY = re.compile(rb"-?\d+([.,]\d+)?\t-?\d+([.,]\d+)?(\t|\r?\n|$)")
BEGIN, END, LABEL = "Begin Time (s)", "End Time (s)", "label"
# Of a table of several files that were opened as one: the file of a row, and the begin in it.
FILE, FILE_PATH, OFFSET = "Begin File", "Begin Path", "File Offset (s)"
SECONDS = re.compile(r"-?\d{1,9}([.,]\d*)?")
# Shorter sounds fill hardly two columns of a network's image.
LEAST_S = 0.05


@dataclass(frozen=True)
class LabelLine:
    """One line of a table: file name and line number, times, label, why it is none or ``None``.

    A time that cannot be read is not a number.
    """

    where: str
    begin_s: float
    end_s: float
    label: str
    fault: str | None = None


def list_labelled_parts(root: Path) -> Listing[EventRow] | None:
    """Return the labelled parts of the recordings of a folder, or ``None`` where no table lies beside one.

    Raises:
        DataError: The folder cannot be listed.
    """
    files = files_below(root)
    recordings = grouped(filter(is_audio, files), lambda path: path.with_suffix(""))
    named = [path for path in files if recording_of(path) in recordings and _is_table(path)]
    if not named:
        return None
    tables = grouped(named, recording_of)
    rows: list[EventRow] = []
    problems: list[Problem] = []
    for stem, sounds in recordings.items():
        try:
            found = _parts(root, sounds, tables.get(stem, ()))
        except DataError as error:
            problems.append(Problem(sounds[0].relative_to(root).as_posix(), str(error)))
            continue
        rows += [row for row in found if row.fault is None]
        problems += [Problem(row.where, row.fault) for row in found if row.fault]
    note = "A clip is a labelled part of a recording, and a source is a recording."
    notes = filter(None, (note, passed_over({*files} - {*named})))
    return Listing(root.resolve().name, root, tuple(rows), tuple(problems), " ".join(notes))


def recording_of(table: PurePath) -> PurePath | None:
    """Return the path, without suffix, of the recording for which a table is named, or ``None``.

    >>> recording_of(PureWindowsPath("C:/day1/rec.Table.1.selections.txt"))
    PureWindowsPath('C:/day1/rec')
    """
    name = TABLE_NAME.fullmatch(table.name)
    return table.with_name(name["stem"]) if name else None


def _is_table(path: Path) -> bool:
    """Return whether a file begins as a table of labels does."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            head = file.read(1000).removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    return bool(AUDACITY.match(head)) or BEGIN.lower().encode() in head.lower()


def _parts(root: Path, sounds: Sequence[Path], tables: Sequence[Path]) -> list[EventRow]:
    """Return the parts of a recording, those of no use with their fault."""
    if len(sounds) > 1:
        raise DataError(
            f"has the name of {sounds[1].name}, and a table is for one of them; rename or take away one"
        )
    if not tables:
        raise DataError("has no table of labels beside it, as other recordings have; label it, or take it away")
    if len(tables) > 1:
        raise DataError(f"has several tables of labels, {', '.join(path.name for path in tables)}; keep one")
    sound, folder = sounds[0], sounds[0].parent.relative_to(root)
    return [
        EventRow(
            where=f"{(folder / line.where).as_posix()} ({sound.name})",
            path=sound,
            annotation=line.label,
            fault=line.fault or _fault(line),
            fold="",
            source="",
            span_s=(line.begin_s, line.end_s),
        )
        for line in _lines(tables[0], sound)
    ]


def _lines(table: Path, sound: Path) -> list[LabelLine]:
    try:
        text = read_utf8(table)
        is_raven = BEGIN.lower() in text[:1000].lower()
        return list(raven_lines(table, sound) if is_raven else audacity_lines(table.name, text))
    except DataError as error:
        raise DataError(f"its table {table.name}: {str(error).removeprefix(f'{table}: ')}") from error


def audacity_lines(name: str, text: str) -> Iterator[LabelLine]:
    r"""Yield the labels of a track; lines that begin with a backslash hold frequencies."""
    for n, line in enumerate(text.split("\n"), 1):
        begin, end, label = (*line.split("\t", 2), "", "", "")[:3]
        if line.strip() and begin != "\\":
            yield LabelLine(f"{name} line {n}", _seconds(begin), _seconds(end), label.strip())


def raven_lines(table: Path, sound: PurePath) -> Iterator[LabelLine]:
    """Yield the selections of a table; one that is repeated for each view and channel comes once."""
    seen = set()
    for row in read_table(table, (BEGIN, END, LABEL), (FILE, FILE_PATH, OFFSET)):
        begin_s, end_s = _seconds(row.fields[BEGIN]), _seconds(row.fields[END])
        if offset := row.fields.get(OFFSET):
            # Sums of decimals differ from decimals in the last digits.
            begin_s, end_s = _seconds(offset), round(_seconds(offset) + end_s - begin_s, 9)
        fault = row.fault or file_fault(row.fields.get(FILE) or row.fields.get(FILE_PATH, ""), sound)
        line = LabelLine(row.where, begin_s, end_s, row.fields[LABEL], fault)
        if (said := replace(line, where="")) not in seen:
            seen.add(said)
            yield line


def file_fault(named: str, sound: PurePath) -> str | None:
    """Return why a selection is none of a recording, given the path that a table of any system names."""
    name = PureWindowsPath(named)
    if not named or name.stem.casefold() == sound.stem.casefold():
        return None
    remedy = f"save a table for each recording, or take the columns {FILE} and {FILE_PATH} away"
    return f"is a selection in {name.name}; {remedy}"


def _seconds(text: str) -> float:
    """Return a time, not a number where it is none; some systems write a decimal comma."""
    return float(text.replace(",", ".")) if SECONDS.fullmatch(text.strip()) else math.nan


def _fault(line: LabelLine) -> str | None:
    length_s = line.end_s - line.begin_s
    if math.isnan(length_s):
        return "has no begin and end in seconds; export the table again"
    if line.begin_s < 0:
        return f"begins {-line.begin_s:g} s before the recording; correct its times"
    if length_s < LEAST_S:
        return f"is {length_s:.3f} s long, and a clip has {LEAST_S} s at least; make it longer or delete it"
    return None if line.label else "has no label; give it one, or delete it"
