"""Published weights and corpora: from their publishers, checked, unpacked.

What a file must hash to comes from ``--sha256``, else from its publisher, else from the first time it was fetched
into the same folder. The folder's ``fetched.json`` says which.
"""

import re
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from http.client import HTTPException
from importlib.resources import files
from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote

from pydantic import ValidationError, model_validator

from lowsr_tradeoff.corpora.published.download import Tell, checksum_of, download, read_json_bytes
from lowsr_tradeoff.corpora.published.unpack import unpack
from lowsr_tradeoff.errors import ConfigError, DataError, MissingResourceError
from lowsr_tradeoff.files.reading import parse_json, read_file
from lowsr_tradeoff.files.writing import write_atomic
from lowsr_tradeoff.records.base import Record
from lowsr_tradeoff.settings.groups import Settings

FETCHED = "fetched.json"

CHECKSUM = re.compile("md5:[0-9a-f]{32}|sha256:[0-9a-f]{64}")
RECORDED = "the hash that several public projects recorded; the publisher states none"

Trust = Literal["given", "published", "recorded", "first use"]
Known = tuple[str, Trust]


class Download(Settings):
    """Something published that can be fetched.

    Attributes:
        what: What it is.
        source: Who made it.
        licence: Under which terms.
        files: Names of its files.
        record: Address of the Zenodo record that holds the files and states their hashes.
        address: Address of the one file that no record holds.
        checksum: Hash of that file.
        folder: What its archives unpack to; ``None`` for files that stay as they are.
    """

    what: str
    source: str
    licence: str
    files: tuple[str, ...]
    record: str | None = None
    address: str | None = None
    checksum: str | None = None
    folder: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.record is None) == (self.address is None) or (self.address and len(self.files) > 1):
            raise ValueError("a download has a record, or the address of its one file")
        return self

    def address_of(self, file: str) -> str:
        """Return where one of its files is."""
        return self.address or f"{self.record}/files/{quote(file)}/content"


class Fetched(Record):
    """A file that was fetched.

    Attributes:
        checksum: What it hashed to.
        trust: Where the hash came from that it was checked against.
    """

    address: str
    checksum: str
    trust: Trust


class Ledger(Record):
    """What was fetched into a folder, by file name."""

    files: dict[str, Fetched]


@dataclass(frozen=True)
class Place:
    """Where a download lies, and what a user should know of it.

    Attributes:
        path: The file, or the folder of what was unpacked.
        notes: What each file was checked against.
    """

    path: Path
    notes: tuple[str, ...]


@cache
def downloads() -> dict[str, Download]:
    """Return what can be fetched, by name."""
    text = (files("lowsr_tradeoff") / "configs" / "downloads.toml").read_text(encoding="utf-8")
    return {name: Download.model_validate(value) for name, value in tomllib.loads(text).items()}


def find_download(name: str) -> Download:
    """Return one download by its name.

    Raises:
        ConfigError: There is none of that name.
    """
    if name in downloads():
        return downloads()[name]
    near = get_close_matches(name, downloads(), n=1)
    hint = f"did you mean {near[0]}?" if near else f"fetch one of {', '.join(downloads())}"
    raise ConfigError(f"{name}: nothing of that name; {hint}")


def fetch(wanted: Download, to: Path, sha256: str | None, tell: Tell) -> Place:
    """Return where a download lies below a folder, after getting what is not there yet.

    Args:
        wanted: From :func:`find_download`.
        to: The folder.
        sha256: What its one file must hash to, in hex; overrides what the publisher says.
        tell: Called as bytes arrive.

    Raises:
        ConfigError: ``sha256`` is given for several files, or is none, or the folder cannot be written.
        MissingResourceError: The publisher cannot be reached; the message says where to put which file by hand.
        DataError: A file is not what it should be, or an archive would write outside the folder.
    """
    _make_folder(to)
    ledger = _read_ledger(to)
    given = {} if sha256 is None else {_one_file(wanted): _given(sha256)}
    known = _known(wanted, ledger) | given
    pending = [file for file in wanted.files if not _is_there(wanted, file, to, ledger, known)]
    checksums = known if given or not wanted.record else known | _published(wanted, pending, to)
    for file in pending:
        fetched = _fetch_file(wanted, file, to, checksums.get(file), tell)
        ledger = Ledger(files={**ledger.files, file: fetched})
        write_atomic(to / FETCHED, ledger.model_dump_json(indent=1).encode())
        if wanted.folder:
            (to / file).unlink()
    path = to / (wanted.folder or wanted.files[0])
    return Place(path, tuple(_note(file, ledger.files[file]) for file in wanted.files))


def _fetch_file(wanted: Download, file: str, to: Path, known: Known | None, tell: Tell) -> Fetched:
    address = wanted.address_of(file)
    download(address, to / file, known[0] if known else None, tell)
    checksum, trust = known or (checksum_of(to / file), "first use")
    if wanted.folder:
        unpack(to / file, to)
    return Fetched(address=address, checksum=checksum, trust=trust)


def _make_folder(to: Path) -> None:
    try:
        to.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{to}: cannot be made ({error.strerror}); choose another --to") from error


def _read_ledger(to: Path) -> Ledger:
    try:
        return Ledger.model_validate_json(read_file(to / FETCHED))
    except FileNotFoundError:
        return Ledger(files={})
    except ValidationError as error:
        raise DataError(f"{to / FETCHED}: is damaged; delete it to trust what is fetched next") from error


def _is_there(wanted: Download, file: str, to: Path, ledger: Ledger, known: dict[str, Known]) -> bool:
    """Archives are deleted once they are unpacked; single files are hashed again."""
    if file not in ledger.files:
        return False
    if wanted.folder:
        return (to / wanted.folder).is_dir() and not (to / file).exists()
    checksum = known[file][0]
    return (to / file).is_file() and checksum_of(to / file, checksum.split(":")[0]) == checksum


def _known(wanted: Download, ledger: Ledger) -> dict[str, Known]:
    """What files must hash to, and who says so, before the publisher is asked."""
    before: dict[str, Known] = {file: (seen.checksum, seen.trust) for file, seen in ledger.files.items()}
    return before | ({wanted.files[0]: (wanted.checksum, "recorded")} if wanted.checksum else {})


def _given(sha256: str) -> Known:
    if not CHECKSUM.fullmatch(checksum := f"sha256:{sha256.lower()}"):
        raise ConfigError(f"--sha256 {sha256}: give 64 hexadecimal digits")
    return checksum, "given"


def _one_file(wanted: Download) -> str:
    if len(wanted.files) > 1:
        raise ConfigError(
            f"--sha256: this has {len(wanted.files)} files; leave it out, their publisher states hashes"
        )
    return wanted.files[0]


def _published(wanted: Download, pending: list[str], to: Path) -> dict[str, Known]:
    """What the record says of its files; nothing where all were put there by hand and it cannot be reached."""
    if not pending:
        return {}
    address = str(wanted.record)
    try:
        record = parse_json(read_json_bytes(address))
        stated = {file["key"]: file["checksum"] for file in record["files"]}
    except (OSError, HTTPException) as error:
        if all((to / file).is_file() for file in pending):
            return {}
        raise MissingResourceError(_by_hand(wanted, pending, to, getattr(error, "reason", error))) from error
    except (ValueError, KeyError, TypeError) as error:
        raise MissingResourceError(f"{address}: is not answered as a Zenodo record is; try later") from error
    if absent := [file for file in pending if not CHECKSUM.fullmatch(stated.get(file, ""))]:
        raise MissingResourceError(f"{address}: states no hash of {', '.join(absent)}; look what became of it")
    return {file: (stated[file], "published") for file in pending}


def _by_hand(wanted: Download, pending: list[str], to: Path, why: object) -> str:
    lines = [f"  {wanted.address_of(file)} -> {to / file}" for file in pending]
    head = f"{wanted.record}: cannot be reached ({why}); without a network, put these by hand, then run this again"
    return "\n".join([head, *lines])


def _note(file: str, fetched: Fetched) -> str:
    if fetched.trust == "first use":
        return f"{file}: {fetched.checksum}, checked against nothing: trusted on first use, checked from now on"
    who = {"given": "the hash you gave", "published": "the publisher's record", "recorded": RECORDED}[fetched.trust]
    return f"{file}: {fetched.checksum}, equal to {who}"
