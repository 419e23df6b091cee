"""A run's work as bytes, for machines that share no disk with this one.

Whatever a step is made with is pickled as it is, but for what names a place: the store becomes one of the
receiver's own, and every file travels as its path and the hash of its content. The receiver opens the file at that
path if it has the content, or a copy that was shipped.
"""

import io
import pickle
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lowsr_tradeoff.files.reading import sha256_of
from lowsr_tradeoff.files.writing import write_atomic
from lowsr_tradeoff.runner.store import Store

# Path and SHA-256.
File = tuple[str, str]


@dataclass(frozen=True)
class Parcel:
    """Something pickled, and the files that it names, by hash."""

    content: bytes
    files: dict[str, Path] = field(default_factory=dict)


class AbsentFilesError(Exception):
    """Files that are not on this machine; the arguments are their hashes."""


def pack(what: object) -> Parcel:
    """Return a parcel of anything that can be pickled."""
    out, files = io.BytesIO(), dict[str, Path]()
    _Packer(out, files).dump(what)
    return Parcel(out.getvalue(), files)


def unpack(content: bytes, root: Path, shipped: Mapping[str, bytes]) -> object:
    """Return what was packed, at home on this machine.

    Args:
        content: Of the parcel.
        root: Folder for its store and its files.
        shipped: Contents of files, by hash.

    Raises:
        AbsentFilesError: Files are neither here nor shipped.
    """
    for digest, file in shipped.items():
        write_atomic(root / "files" / digest, file)
    unpacker = _Unpacker(io.BytesIO(content), root)
    unpacked = unpacker.load()
    if unpacker.absent:
        raise AbsentFilesError(*unpacker.absent)
    return unpacked


def scratch(name: str) -> Path:
    """Return this machine's folder for a run, the same for all its processes."""
    return Path(tempfile.gettempdir()) / f"lowsr-{name}"


class _Packer(pickle.Pickler):
    def __init__(self, out: io.BytesIO, files: dict[str, Path]) -> None:
        super().__init__(out, protocol=pickle.HIGHEST_PROTOCOL)
        self._files = files
        self._digests: dict[Path, str] = {}

    def persistent_id(self, thing: object) -> tuple[str, ...] | None:
        if isinstance(thing, Store):
            return ("store",)
        if isinstance(thing, Path) and (thing in self._digests or thing.is_file()):
            if thing not in self._digests:
                self._digests[thing] = sha256_of(thing)
                self._files[self._digests[thing]] = thing
            return ("file", str(thing), self._digests[thing])
        return None


class _Unpacker(pickle.Unpickler):
    def __init__(self, content: io.BytesIO, root: Path) -> None:
        super().__init__(content)
        self._root = root
        self._here: dict[File, Path | None] = {}

    @property
    def absent(self) -> list[str]:
        """The hashes of the files that were not found."""
        return [digest for (_, digest), found in self._here.items() if found is None]

    def persistent_load(self, named: tuple[str, ...]) -> object:
        if named[0] == "store":
            return Store(self._root / "run")
        _, path, digest = named
        if (path, digest) not in self._here:
            self._here[path, digest] = _found(path, digest, self._root)
        return self._here[path, digest]


def _found(path: str, digest: str, root: Path) -> Path | None:
    shipped = root / "files" / digest
    if shipped.is_file():
        return shipped
    there = Path(path)
    return there if there.is_file() and sha256_of(there) == digest else None
