"""Folders of classes, as they are or below folders of a split: ``rain/``, ``audio/rain/``, ``train/rain/``."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lowsr_tradeoff.corpora.label_tables import list_labelled_parts
from lowsr_tradeoff.corpora.rows import EventRow, Listing, Problem
from lowsr_tradeoff.corpora.sound_files import audio_files, files_below, is_audio, is_meant, passed_over

# A folder of such a name, alone in its folder, holds the classes.
WRAPPERS = frozenset({"audio", "clips", "data", "dataset", "genres", "genres_original", "sounds", "wav", "wavs"})
SPLIT = re.compile(
    r"train(ing)?|test(ing)?|val(id(ation)?)?|dev(elopment)?|eval(uation)?|(?:fold|split)[-_ ]?(?P<number>\d{1,4})",
    re.IGNORECASE,
)
# {fold}-{freesound id}-{take}[-{class}]: K. J. Piczak, ESC: Dataset for Environmental Sound Classification, 2015.
ESC_NAME = re.compile(r"(?P<fold>\d+)-(?P<recording>\d+)-[A-Z]+(-\d+)?")
# {speaker}_nohash_{take}: P. Warden, Speech Commands: A Dataset for Limited-Vocabulary Speech Recognition, 2018.
SPEECH_COMMAND_NAME = re.compile(r"(?P<speaker>[0-9a-f]{8})_nohash_\d+")
BACKGROUND = "_background_noise_"


def list_class_folders(root: Path) -> Listing[EventRow]:
    """Return the rows of a folder with a subfolder per class, or of recordings with a table of labels beside each.

    Parts of a split above them are folds.

    Raises:
        DataError: A folder cannot be listed.
    """
    inside = sorted(path for path in root.iterdir() if is_meant(path.name))
    sounds = {path: audio_files(path) for path in inside if path.is_dir()}
    loose = [path for path in inside if path not in sounds and is_audio(path)]
    full = [folder for folder in sounds if sounds[folder]]
    parts = [folder for folder in full if SPLIT.fullmatch(folder.name)]
    if len(full) == 1 and full[0].name.lower() in WRAPPERS and not loose:
        return replace(list_class_folders(full[0]), name=root.resolve().name)
    # "train" alone beside others is a class of vehicles.
    if len(parts) > 1 or (parts and parts == full):
        return _split(root, parts, [path for path in (*full, *loose) if path not in parts])
    if labelled := list_labelled_parts(root):
        return labelled
    rows, note = _meaning_of_names(
        tuple(
            EventRow(path.relative_to(root).as_posix(), path, folder.name, None, fold="", source="")
            for folder in full
            for path in sounds[folder]
        )
    )
    empty = [folder for folder in sounds if folder not in full]
    problems = [Problem(folder.name, "is a class folder without audio", n_clips=0) for folder in empty]
    problems += [Problem(path.name, "lies in no class folder") for path in loose]
    notes = filter(None, (note, passed_over(files_below(root))))
    return Listing(root.resolve().name, root, rows, tuple(problems), " ".join(notes))


def _split(root: Path, parts: Sequence[Path], others: Sequence[Path]) -> Listing[EventRow]:
    """Return the classes below the folders of a split, each of which is a fold."""
    names = ", ".join(part.name for part in parts)
    beside = f"lies beside {names}, which are parts of a split and no classes; take it away or put it in a part"
    bare = "is a part of a split and no class; give it a folder per class, or name its sounds in a CSV"
    problems = [Problem(path.name, beside, n_clips=0, is_skippable=False) for path in others]
    rows: list[EventRow] = []
    for part, fold in zip(parts, _fold_numbers(parts), strict=True):
        labelled = list_labelled_parts(part)
        if labelled is None and any(map(is_audio, part.iterdir())):
            problems.append(Problem(part.name, bare, n_clips=0, is_skippable=False))
            continue
        inner = labelled or list_class_folders(part)
        rows += [replace(row, where=f"{part.name}/{row.where}", fold=fold) for row in inner.rows]
        problems += [replace(problem, where=f"{part.name}/{problem.where}") for problem in inner.problems]
    note = f"Folds are the folders {names}." if len(parts) > 1 else ""
    notes = filter(None, (note, passed_over(files_below(root))))
    return Listing(root.resolve().name, root, tuple(rows), tuple(problems), " ".join(notes))


def _fold_numbers(parts: Sequence[Path]) -> Sequence[str]:
    """Return the fold of each part: its own number where all have one, else its place; none for a single part."""
    if len(parts) == 1:
        return ("",)
    numbers = [match["number"] for part in parts if (match := SPLIT.fullmatch(part.name))]
    return numbers if all(numbers) else [str(place) for place in range(1, len(parts) + 1)]


def _meaning_of_names(rows: tuple[EventRow, ...]) -> tuple[tuple[EventRow, ...], str]:
    """Take fold and source from file names, where more than half have the form of a published corpus."""
    if found := _matched(rows, ESC_NAME):
        named = (
            replace(row, fold=name["fold"], source=f"{name['fold']}-{name['recording']}") if name else row
            for row, name in zip(rows, found, strict=True)
        )
        return tuple(named), "ESC-10 layout."
    if found := _matched(rows, SPEECH_COMMAND_NAME):
        spoken = (
            replace(row, source=name["speaker"]) if name else row
            for row, name in zip(rows, found, strict=True)
            if row.annotation != BACKGROUND
        )
        note = f"Speech Commands layout; a source is a speaker, and {BACKGROUND} is no class."
        return tuple(spoken), note
    return rows, ""


def _matched(rows: Sequence[EventRow], form: re.Pattern[str]) -> list[re.Match[str] | None]:
    """Return the match of each file's name, or nothing where half of the names or more have another form."""
    names = [form.fullmatch(row.path.stem) for row in rows]
    return names if 2 * sum(map(bool, names)) > len(rows) else []
