"""Unpack archives of others: every name is checked before the first byte is written."""

import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath

from lowsr_tradeoff.errors import DataError, MissingResourceError, StageError

# Sound shrinks to a third, and archives to a thousandth at most. What is small is let through.
MOST_GROWTH, HARMLESS_BYTES = 50, 1 << 30


def unpack(archive: Path, to: Path) -> None:
    """Write the files of a ZIP archive below a folder, which none of them may leave.

    Raises:
        DataError: It is no ZIP, is damaged, is too large unpacked, or has an encrypted entry, link or path outside.
        MissingResourceError: The disk has no room for it.
        StageError: The folder cannot be written.
    """
    try:
        to.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(archive) as opened:
            members = [member for member in opened.infolist() if not member.is_dir()]
            _check(archive, members, to)
            for member in members:
                _write(opened, member, to)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise DataError(f"{archive}: is no whole ZIP archive ({error}); delete it and fetch it again") from error
    except OSError as error:
        raise StageError(f"{to}: cannot be written ({error}); choose another --to") from error


def _check(archive: Path, members: list[zipfile.ZipInfo], to: Path) -> None:
    if faults := [f"  {member.filename!r} {why}" for member in members if (why := _fault(member, to))]:
        raise DataError("\n".join([f"{archive}: not unpacked; do not trust where it came from:", *faults[:20]]))
    needed, free = sum(member.file_size for member in members), shutil.disk_usage(to).free
    if needed > max(HARMLESS_BYTES, MOST_GROWTH * archive.stat().st_size):
        raise DataError(
            f"{archive}: not unpacked: it would grow to {needed} bytes, more than {MOST_GROWTH} times "
            "what it is, as no corpus does; do not trust where it came from"
        )
    if needed > free:
        raise MissingResourceError(f"{archive}: needs {needed} bytes in {to}, which has {free}; make room")


def _fault(member: zipfile.ZipInfo, to: Path) -> str | None:
    """Return why a member may not be written, or ``None``."""
    mode = member.external_attr >> 16
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
        return "is a link or a device"
    if member.flag_bits & 1:
        return "is encrypted"
    posix, windows = PurePosixPath(member.filename), PureWindowsPath(member.filename)
    if posix.is_absolute() or windows.anchor or ".." in (*posix.parts, *windows.parts):
        return "leads out of the folder"
    if not (to / member.filename).resolve().is_relative_to(to.resolve()):
        return "leads out of the folder by a link that is there"
    return None


def _write(opened: zipfile.ZipFile, member: zipfile.ZipInfo, to: Path) -> None:
    """Write a file, which appears only when it is complete; reading it to its end checks its checksum."""
    path = to / member.filename
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    try:
        with opened.open(member) as source, beside.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
