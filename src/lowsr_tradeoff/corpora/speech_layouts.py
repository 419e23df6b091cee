"""How speech corpora lie on disk: a table of transcripts, a bare folder, or LibriSpeech, all to the same rows."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lowsr_tradeoff.corpora.event_layouts import DATA, SYNTHETIC
from lowsr_tradeoff.corpora.rows import CorpusRow, Listing, Problem
from lowsr_tradeoff.corpora.sound_files import audio_files, named_file
from lowsr_tradeoff.corpora.tables import CsvRow, read_table, read_utf8
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.settings.study import LIBRISPEECH

TABLE = "metadata.csv"
EMBEDDED = (
    f"{SYNTHETIC}: sentences written for this project, spoken by Kokoro-82M v1.0 voices (Apache-2.0); "
    "a speaker is a voice."
)
WRITE_TEXT = f"write what it says into {TABLE}, or take {TABLE} away"
UNPACK_AGAIN = "unpack the archive again"
# {speaker}-{chapter}-{number}: V. Panayotov et al., LibriSpeech: an ASR corpus based on public domain audio books,
# ICASSP 2015.
UTTERANCE_ID = re.compile(r"(?P<speaker>\d+)-\d+-\d+")
TRANSCRIPTS, SPEAKERS = "*.trans.txt", "SPEAKERS.TXT"
SEXES = {"F": "female", "M": "male"}


@dataclass(frozen=True)
class SpeechRow(CorpusRow):
    """One file; ``annotation`` is the transcript. Speaker and sex are empty where unknown.

    Attributes:
        keywords: Phrases of the transcript that would hurt if they leaked.
        is_transcribed: Whether the corpus has transcripts.
        remedy: What to do where the transcript is empty.
    """

    speaker: str
    sex: str = ""
    keywords: tuple[str, ...] = ()
    is_transcribed: bool = True
    remedy: str = WRITE_TEXT


def list_speech(source: str) -> Listing[SpeechRow]:
    """Return the rows of a speech corpus on disk.

    The source is ``"demo"``; a folder with ``metadata.csv``: ``file,text[,speaker][,sex][,keywords]``, keywords
    separated by commas, other columns ignored; a folder without it, of which nothing is transcribed and a speaker
    is a subfolder; or ``"librispeech:"`` and the folder of a LibriSpeech archive, or one of its subsets:
    ``speaker/chapter/*.flac`` with the chapter's ``*.trans.txt`` at any depth, sexes from ``SPEAKERS.TXT`` in the
    folder, beside it, or in ``LibriSpeech`` below it.
    """
    if source.startswith(LIBRISPEECH):
        return _librispeech(_folder(source.removeprefix(LIBRISPEECH), "the folder of an unpacked archive"))
    if source == "demo":
        folder = DATA / "speech_kokoro"
        return Listing("demo", folder, *_table_rows(folder), EMBEDDED, is_own=False)
    root = _folder(source, f"one with {TABLE}, librispeech:DIR, or demo")
    if (root / TABLE).exists():
        return Listing(root.resolve().name, root, *_table_rows(root))
    return Listing(root.resolve().name, root, tuple(_untranscribed(root, path) for path in audio_files(root)))


def _folder(path: str, wanted: str) -> Path:
    if not path or not Path(path).is_dir():
        raise DataError(f"{path or 'no name'}: there is no such folder; give --speech {wanted}")
    return Path(path)


def _table_rows(root: Path) -> tuple[tuple[SpeechRow, ...], tuple[Problem, ...]]:
    rows = tuple(_table_row(root, row) for row in read_table(root / TABLE, ("file", "text"), ("speaker", "sex")))
    named = {os.path.normpath(row.path) for row in rows}
    unnamed = [path for path in audio_files(root) if os.path.normpath(path) not in named]
    return rows, _without_transcript(root, unnamed, f"no row of {TABLE} names it")


def _table_row(root: Path, row: CsvRow) -> SpeechRow:
    phrases = (phrase.strip() for phrase in row.fields.get("keywords", "").split(","))
    return SpeechRow(
        where=f"{row.where} ({row.fields['file'] or 'no file'})",
        path=named_file(root, row.fields["file"]),
        annotation=row.fields["text"],
        fault=row.fault,
        speaker=row.fields.get("speaker", ""),
        sex=row.fields.get("sex", ""),
        keywords=tuple(phrase for phrase in phrases if phrase),
    )


def _without_transcript(root: Path, paths: Sequence[Path], reason: str) -> tuple[Problem, ...]:
    return tuple(Problem(path.relative_to(root).as_posix(), f"has no transcript: {reason}") for path in paths)


def _untranscribed(root: Path, path: Path) -> SpeechRow:
    within = path.relative_to(root)
    speaker = within.parts[0] if len(within.parts) > 1 else ""
    return SpeechRow(within.as_posix(), path, annotation="", fault=None, speaker=speaker, is_transcribed=False)


def _librispeech(root: Path) -> Listing[SpeechRow]:
    tables = sorted(path for path in root.rglob(TRANSCRIPTS) if not path.name.startswith("."))
    sexes, problems = _sexes(root)
    rows: list[SpeechRow] = []
    for table in tables:
        name = table.relative_to(root).as_posix()
        lines, unreadable = _lines(table, name)
        rows += [_chapter_row(table, f"{name} line {number}", line, sexes) for number, line in lines]
        problems += unreadable
    named = {row.path for row in rows}
    unnamed = [path for path in audio_files(root) if path not in named]
    problems += _without_transcript(root, unnamed, f"no {TRANSCRIPTS} beside it names it; {UNPACK_AGAIN}")
    if not tables:
        reason = f"holds no {TRANSCRIPTS}; give the folder whose speaker/chapter folders hold them"
        problems.append(Problem(root.name, reason, n_clips=0, is_skippable=False))
    return Listing(root.resolve().name, root, tuple(rows), tuple(problems), _librispeech_note(rows))


def _chapter_row(table: Path, where: str, line: str, sexes: Mapping[str, str]) -> SpeechRow:
    """Return the row of a line ``speaker-chapter-number TRANSCRIPT``."""
    utterance, _, text = line.strip().partition(" ")
    match = UTTERANCE_ID.fullmatch(utterance)
    speaker = match["speaker"] if match else ""
    return SpeechRow(
        where=f"{where} ({utterance})",
        path=table.parent / f"{utterance}.flac",
        # An attacker that learnt from the capitals of the file would write capitals.
        annotation=text.lower(),
        fault=None if match else f"does not begin with speaker-chapter-number; {UNPACK_AGAIN}",
        speaker=speaker,
        sex=sexes.get(speaker, ""),
        remedy=UNPACK_AGAIN,
    )


def _sexes(root: Path) -> tuple[dict[str, str], list[Problem]]:
    """Return sexes by speaker, from ``ID | SEX | …``; empty where the archive's table is not there."""
    places = (root / SPEAKERS, root / "LibriSpeech" / SPEAKERS, root.resolve().parent / SPEAKERS)
    table = next((path for path in places if path.is_file()), None)
    lines, problems = _lines(table, SPEAKERS) if table else ([], [])
    reason = f"is not ID | F or M | …; {UNPACK_AGAIN}, or take the table away, and no sex is known"
    sexes = {}
    for number, line in lines:
        parts = [part.strip() for part in line.split("|")]
        if len(parts) > 1 and parts[0].isdecimal() and parts[1] in SEXES:
            sexes[parts[0]] = SEXES[parts[1]]
        elif not line.startswith(";"):
            problems.append(Problem(f"{SPEAKERS} line {number}", reason, n_clips=0))
    return sexes, problems


def _lines(path: Path, name: str) -> tuple[list[tuple[int, str]], list[Problem]]:
    """Return the lines that are not blank, numbered from 1, or why the file cannot be read."""
    try:
        lines = read_utf8(path).splitlines()
    except DataError as error:
        return [], [Problem(name, str(error).removeprefix(f"{path}: "), n_clips=0)]
    return [(number, line) for number, line in enumerate(lines, start=1) if line.strip()], []


def _librispeech_note(rows: Sequence[SpeechRow]) -> str:
    sexes = {row.speaker: row.sex for row in rows}
    n_unknown = sum(not sex for sex in sexes.values())
    note = "LibriSpeech layout; a speaker read in few sessions, so the room can stand in for the voice."
    if n_unknown:
        note += f" {SPEAKERS} is not there or gives no sex for {n_unknown} of {len(sexes)} speakers."
    return note
