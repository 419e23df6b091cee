"""Published weights and corpora: downloaded from their publishers, checked, unpacked.

The expected hash comes from ``--sha256``, else from the publisher, else from the first download into the same
folder. The folder's ``fetched.json`` says which.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from lowsr_tradeoff.corpora.published.catalogue import Download
from lowsr_tradeoff.corpora.published.download import OnProgress, checksum_of, download, read_json_bytes
from lowsr_tradeoff.corpora.published.unpack import unpack
from lowsr_tradeoff.errors import ConfigError, DataError, MissingResourceError
from lowsr_tradeoff.files.reading import parse_json, read_file
from lowsr_tradeoff.files.writing import write_atomic
from lowsr_tradeoff.records.base import Record

FETCHED = "fetched.json"
CHECKSUM = re.compile("md5:[0-9a-f]{32}|sha256:[0-9a-f]{64}")

Trust = Literal["given", "published", "recorded", "first use"]
# A hash, and who stated it.
Stated = tuple[str, Trust]


class FetchedFile(Record):
    """What a fetched file hashed to, and where the hash came from that it was checked against."""

    address: str
    checksum: str
    trust: Trust


class FetchedFiles(Record):
    """What was fetched into a folder, by file name."""

    files: dict[str, FetchedFile]


@dataclass(frozen=True)
class Fetched:
    """The file, or the folder of what was unpacked, and what each file was checked against."""

    path: Path
    notes: tuple[str, ...]


def fetch(wanted: Download, to: Path, sha256: str | None, on_progress: OnProgress) -> Fetched:
    """Return where a download lies below a folder, after getting what is not there yet.

    ``sha256``, in hex, is for a download of one file and overrides what the publisher says.

    Raises:
        ConfigError: ``sha256`` is given for several files, or is none, or the folder cannot be written.
        MissingResourceError: The publisher cannot be reached; the message says where to put which file by hand.
        DataError: A file is not what it should be, or an archive would write outside the folder.
    """
    try:
        to.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{to}: cannot be made ({error.strerror}); choose another --to") from error
    fetched = _read_fetched(to)
    stated: dict[str, Stated] = {name: (file.checksum, file.trust) for name, file in fetched.items()}
    if wanted.checksum:
        stated[wanted.files[0]] = (wanted.checksum, "recorded")
    if sha256 is not None:
        stated[wanted.files[0]] = (_given(wanted, sha256), "given")
    pending = [
        file for file in wanted.files if file not in fetched or not _is_there(wanted, file, to, stated[file])
    ]
    if wanted.record and sha256 is None:
        stated |= _published(wanted, wanted.record, pending, to)
    for file in pending:
        fetched[file] = _fetch_file(wanted, file, to, stated.get(file), on_progress)
        write_atomic(to / FETCHED, FetchedFiles(files=fetched).model_dump_json(indent=1).encode())
        if wanted.folder:
            (to / file).unlink()
    path = to / (wanted.folder or wanted.files[0])
    return Fetched(path, tuple(_note(file, fetched[file]) for file in wanted.files))


def _fetch_file(
    wanted: Download, file: str, to: Path, stated: Stated | None, on_progress: OnProgress
) -> FetchedFile:
    address = wanted.address_of(file)
    download(address, to / file, stated[0] if stated else None, on_progress)
    checksum, trust = stated or (checksum_of(to / file), "first use")
    if wanted.folder:
        unpack(to / file, to)
    return FetchedFile(address=address, checksum=checksum, trust=trust)


def _read_fetched(to: Path) -> dict[str, FetchedFile]:
    try:
        return FetchedFiles.model_validate_json(read_file(to / FETCHED)).files
    except FileNotFoundError:
        return {}
    except ValidationError as error:
        raise DataError(f"{to / FETCHED}: is damaged; delete it to trust what is fetched next") from error


def _is_there(wanted: Download, file: str, to: Path, stated: Stated) -> bool:
    """Return whether a file that was fetched is still right; archives are deleted once they are unpacked."""
    if wanted.folder:
        return (to / wanted.folder).is_dir() and not (to / file).exists()
    checksum, _ = stated
    return (to / file).is_file() and checksum_of(to / file, checksum.split(":")[0]) == checksum


def _given(wanted: Download, sha256: str) -> str:
    if len(wanted.files) > 1:
        n_files = len(wanted.files)
        raise ConfigError(f"--sha256: this has {n_files} files; leave it out, their publisher states hashes")
    if not CHECKSUM.fullmatch(checksum := f"sha256:{sha256.lower()}"):
        raise ConfigError(f"--sha256 {sha256}: give 64 hexadecimal digits")
    return checksum


def _published(wanted: Download, record: str, pending: Sequence[str], to: Path) -> dict[str, Stated]:
    """Return what the record states of files; nothing where all were put there by hand and it cannot be reached."""
    if not pending:
        return {}
    try:
        listed = parse_json(read_json_bytes(record))["files"]
        checksums = {file["key"]: file["checksum"] for file in listed}
    except (OSError, HTTPException) as error:
        if all((to / file).is_file() for file in pending):
            return {}
        why = getattr(error, "reason", error)
        head = f"{record}: cannot be reached ({why}); without a network, put these by hand, then run this again"
        lines = [f"  {wanted.address_of(file)} -> {to / file}" for file in pending]
        raise MissingResourceError("\n".join([head, *lines])) from error
    except (ValueError, KeyError, TypeError) as error:
        raise MissingResourceError(f"{record}: is not answered as a Zenodo record is; try later") from error
    if absent := [file for file in pending if not CHECKSUM.fullmatch(checksums.get(file, ""))]:
        raise MissingResourceError(f"{record}: states no hash of {', '.join(absent)}; look what became of it")
    return {file: (checksums[file], "published") for file in pending}


def _note(file: str, fetched: FetchedFile) -> str:
    basis = {
        "given": "equal to the hash you gave",
        "published": "equal to the publisher's record",
        "recorded": "equal to the hash that lowsr-tradeoff keeps of it; the publisher states none",
        "first use": "checked against nothing: trusted on first use, checked from now on",
    }[fetched.trust]
    return f"{file}: {fetched.checksum}, {basis}"
