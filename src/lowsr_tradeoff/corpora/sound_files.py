"""Which files of a folder are sounds, and which file a table means."""

import os
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from lowsr_tradeoff.errors import DataError

# Suffixes of audio files. A file that cannot be decoded is reported, not skipped silently.
# fmt: off
AUDIO_SUFFIXES = frozenset({
    ".3g2", ".3gp", ".aac", ".ac3", ".aif", ".aifc", ".aiff", ".amr", ".ape", ".au", ".bwf", ".caf", ".flac",
    ".m4a", ".m4b", ".m4r", ".mka", ".mkv", ".mov", ".mp3", ".mp4", ".nist", ".oga", ".ogg", ".opus", ".rf64",
    ".snd", ".sph", ".tta", ".voc", ".w64", ".wav", ".wave", ".webm", ".wma", ".wv",
})
# fmt: on
# Folders and files that systems add and nobody means: macOS, Synology, Windows, ext4.
SYSTEM_FOLDERS = frozenset({"__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found"})
SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})


def is_audio(path: Path) -> bool:
    """Return whether a file has the suffix of an audio file; hidden files do not count."""
    return path.suffix.lower() in AUDIO_SUFFIXES and not path.name.startswith(".")


def is_meant(name: str) -> bool:
    """Return whether a file or folder is the user's: not hidden, and not one that a system adds."""
    return not name.startswith(".") and name not in SYSTEM_FOLDERS and name.lower() not in SYSTEM_FILES


def files_below(folder: Path) -> list[Path]:
    """Return the user's files at any depth of a folder, by name; hidden and linked folders are not entered."""

    def fail(error: OSError) -> None:
        raise DataError(f"{error.filename}: cannot be listed ({error.strerror})") from error

    found: list[Path] = []
    for here, folders, names in os.walk(folder, onerror=fail):
        folders[:] = filter(is_meant, folders)
        found += (Path(here, name) for name in names if is_meant(name))
    return sorted(found)


def audio_files(folder: Path) -> list[Path]:
    """Return the audio files at any depth of a folder, by name, as :func:`files_below` does."""
    return list(filter(is_audio, files_below(folder)))


def passed_over(files: Iterable[Path]) -> str:
    """Return a sentence that counts the files that have no suffix of a sound, or nothing where all have.

    >>> passed_over([Path("a.wav"), Path("notes.txt"), Path("README")])
    '2 files are no sounds by their names and were passed over (1 .txt, 1 without suffix).'
    """
    kinds = Counter(path.suffix.lower() or "without suffix" for path in files if not is_audio(path))
    if not kinds:
        return ""
    n, listed = kinds.total(), ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items()))
    are = "files are no sounds by their names and were" if n > 1 else "file is no sound by its name and was"
    return f"{n} {are} passed over ({listed})."


def named_file(folder: Path, name: str) -> Path:
    r"""Return the file of a folder that a table names.

    Where only that is there, the file whose name is in the other Unicode form (macOS takes letters and their marks
    apart), or the one meant by a path of Windows, as in ``dog\a.wav``.
    """
    forms = dict.fromkeys(
        unicodedata.normalize(form, each) for each in (name, name.replace("\\", "/")) for form in ("NFC", "NFD")
    )
    # The method of paths raises an error where the name is too long for a file.
    return next((folder / each for each in (name, *forms) if os.path.exists(folder / each)), folder / name)  # noqa: PTH110
