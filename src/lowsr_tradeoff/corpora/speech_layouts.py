"""How speech corpora lie on disk: a table of transcripts, a bare folder, or LibriSpeech, all to the same rows."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lowsr_tradeoff.corpora.event_layouts import DATA, SYNTHETIC
from lowsr_tradeoff.corpora.rows import Line, Listing, Problem, Row, audio_files, read_table, read_utf8
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.settings.study import LIBRISPEECH

TABLE = "metadata.csv"
TRANSCRIPTS, SPEAKERS = "*.trans.txt", "SPEAKERS.TXT"
EMBEDDED = (
    f"{SYNTHETIC}: sentences written for this project, spoken by Kokoro-82M v1.0 voices (Apache-2.0); "
    "a speaker is a voice."
)
UNTOLD = f"write what it says into {TABLE}, or take {TABLE} away"
# {speaker}-{chapter}-{number}: V. Panayotov et al., LibriSpeech: an ASR corpus based on public domain audio books,
# ICASSP 2015.
UTTERANCE_ID = re.compile(r"(?P<speaker>\d+)-\d+-\d+")
REMEDY = "unpack the archive again"
SEXES = {"F": "female", "M": "male"}


@dataclass(frozen=True)
class SpeechRow(Row):
    """One file; ``says`` is the transcript.

    Attributes:
        speaker: Who spoke, empty where the corpus does not tell.
        sex: The speaker's, empty where the corpus does not tell.
        keywords: Phrases of the transcript that would hurt if they leaked.
        is_transcribed: Whether the corpus says what is said.
        remedy: What to do where the transcript is empty.
    """

    speaker: str
    sex: str
    keywords: tuple[str, ...]
    is_transcribed: bool = True
    remedy: str = UNTOLD


def list_speech(source: str) -> Listing[SpeechRow]:
    """Return the rows of a speech corpus on disk.

    Args:
        source: ``"demo"``; a folder with ``metadata.csv``: ``file,text[,speaker][,sex][,keywords]``, keywords
            separated by commas, other columns passed over; a folder without it, of which nothing is transcribed and
            a speaker is a subfolder; or ``"librispeech:"`` and the folder of a LibriSpeech archive, or one of its
            subsets: ``speaker/chapter/*.flac`` with the chapter's ``*.trans.txt`` at any depth, sexes from
            ``SPEAKERS.TXT`` in the folder, beside it, or in ``LibriSpeech`` below it.

    Raises:
        DataError: There is no such folder, or its table cannot be read.
    """
    if source.startswith(LIBRISPEECH):
        return _librispeech(_folder(source.removeprefix(LIBRISPEECH), "the folder of an unpacked archive"))
    if source == "demo":
        return _tabled(DATA / "speech_kokoro", "demo", EMBEDDED, is_own=False)
    root = _folder(source, f"one with {TABLE}, librispeech:DIR, or demo")
    if (root / TABLE).exists():
        return _tabled(root, root.resolve().name, "", is_own=True)
    rows = tuple(_alone(root, path) for path in audio_files(root))
    return Listing(root.resolve().name, root, rows, (), "", is_own=True)


def _folder(path: str, wanted: str) -> Path:
    if not path or not Path(path).is_dir():
        raise DataError(f"{path or 'no name'}: there is no such folder; give --speech {wanted}")
    return Path(path)


def _tabled(root: Path, name: str, note: str, *, is_own: bool) -> Listing[SpeechRow]:
    rows = tuple(_row(root, line) for line in read_table(root / TABLE, ("file", "text")))
    named = {os.path.normpath(row.path) for row in rows}
    problems = tuple(
        Problem(path.relative_to(root).as_posix(), f"has no transcript: no row of {TABLE} names it")
        for path in audio_files(root)
        if os.path.normpath(path) not in named
    )
    return Listing(name, root, rows, problems, note, is_own)


def _row(root: Path, line: Line) -> SpeechRow:
    phrases = (phrase.strip() for phrase in line.fields.get("keywords", "").split(","))
    return SpeechRow(
        where=f"{line.where} ({line.fields['file'] or 'no file'})",
        path=root / line.fields["file"],
        says=line.fields["text"],
        fault=line.fault,
        speaker=line.fields.get("speaker", ""),
        sex=line.fields.get("sex", ""),
        keywords=tuple(phrase for phrase in phrases if phrase),
    )


def _alone(root: Path, path: Path) -> SpeechRow:
    """A file of which nothing is told but the folder that it lies in."""
    within = path.relative_to(root)
    return SpeechRow(
        where=within.as_posix(),
        path=path,
        says="",
        fault=None,
        speaker=within.parts[0] if len(within.parts) > 1 else "",
        sex="",
        keywords=(),
        is_transcribed=False,
    )


def _librispeech(root: Path) -> Listing[SpeechRow]:
    tables = sorted(path for path in root.rglob(TRANSCRIPTS) if not path.name.startswith("."))
    sexes, problems = _sexes(root)
    chapters = [_chapter(root, table, sexes) for table in tables]
    rows = tuple(row for said, _ in chapters for row in said)
    problems += [problem for _, faults in chapters for problem in faults]
    problems += _without_transcript(root, rows)
    if not tables:
        reason = f"holds no {TRANSCRIPTS}; give the folder whose speaker/chapter folders hold them"
        problems.append(Problem(root.name, reason, n_clips=0, is_mendable=False))
    return Listing(root.resolve().name, root, rows, tuple(problems), _librispeech_note(rows), is_own=True)


def _chapter(root: Path, table: Path, sexes: Mapping[str, str]) -> tuple[list[SpeechRow], list[Problem]]:
    name = table.relative_to(root).as_posix()
    lines, problems = _lines(table, name)
    return [_read_aloud(table, f"{name} line {number}", line, sexes) for number, line in lines], problems


def _read_aloud(table: Path, where: str, line: str, sexes: Mapping[str, str]) -> SpeechRow:
    """The row of ``speaker-chapter-number WHAT IS SAID``."""
    utterance, _, text = line.strip().partition(" ")
    match = UTTERANCE_ID.fullmatch(utterance)
    speaker = match["speaker"] if match else ""
    return SpeechRow(
        where=f"{where} ({utterance})",
        path=table.parent / f"{utterance}.flac",
        # An attacker that learnt from the capitals of the file would spell what it hears.
        says=text.lower(),
        fault=None if match else f"does not begin with speaker-chapter-number; {REMEDY}",
        speaker=speaker,
        sex=sexes.get(speaker, ""),
        keywords=(),
        remedy=REMEDY,
    )


def _without_transcript(root: Path, rows: Sequence[SpeechRow]) -> list[Problem]:
    named = {row.path for row in rows}
    reason = f"has no transcript: no {TRANSCRIPTS} beside it names it; {REMEDY}"
    return [Problem(path.relative_to(root).as_posix(), reason) for path in audio_files(root) if path not in named]


def _sexes(root: Path) -> tuple[dict[str, str], list[Problem]]:
    """By speaker, from ``ID | SEX | …``; empty where the archive's table is not there."""
    places = (root / SPEAKERS, root / "LibriSpeech" / SPEAKERS, root.resolve().parent / SPEAKERS)
    table = next((path for path in places if path.is_file()), None)
    lines, problems = _lines(table, SPEAKERS) if table else ([], [])
    told = [(number, [part.strip() for part in line.split("|")]) for number, line in lines if line[0] != ";"]
    reason = f"is not ID | F or M | …; {REMEDY}, or take the table away, and no sex is known"
    problems += [
        Problem(f"{SPEAKERS} line {number}", reason, n_clips=0) for number, parts in told if not _is_told(parts)
    ]
    return {parts[0]: SEXES[parts[1]] for _, parts in told if _is_told(parts)}, problems


def _is_told(parts: Sequence[str]) -> bool:
    return len(parts) > 1 and parts[0].isdecimal() and parts[1] in SEXES


def _lines(path: Path, name: str) -> tuple[list[tuple[int, str]], list[Problem]]:
    """The lines that are not blank, numbered from 1, or why the file cannot be read."""
    try:
        lines = read_utf8(path).splitlines()
    except DataError as error:
        return [], [Problem(name, str(error).removeprefix(f"{path}: "), n_clips=0)]
    return [(number, line) for number, line in enumerate(lines, start=1) if line.strip()], []


def _librispeech_note(rows: Sequence[SpeechRow]) -> str:
    sexes = {row.speaker: row.sex for row in rows}
    unknown = sum(not sex for sex in sexes.values())
    untold = f" {SPEAKERS} is not there or gives no sex for {unknown} of {len(sexes)} speakers." if unknown else ""
    return f"LibriSpeech layout; a speaker read in few sessions, so the room can stand in for the voice.{untold}"
