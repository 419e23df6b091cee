"""A run's work as bytes, for machines that share no disk with this one.

Steps are pickled, except for places: the store becomes the receiver's own, and a file travels as its path and hash.
The receiver opens the file at that path if it has the same content, or a copy that was shipped.
"""

import io
import pickle
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lowsr_tradeoff.files.reading import sha256_of
from lowsr_tradeoff.files.writing import write_atomic
from lowsr_tradeoff.runner.store import Store


@dataclass(frozen=True)
class Packed:
    """Something pickled, and the files that it names, by SHA-256."""

    content: bytes
    files: dict[str, Path]


class AbsentFilesError(Exception):
    """Files that are not on this machine; the arguments are their hashes."""


def pack(what: object) -> Packed:
    """Return anything that can be pickled as bytes."""
    out, digests = io.BytesIO(), dict[Path, str]()
    _Packer(out, digests).dump(what)
    return Packed(out.getvalue(), {digest: path for path, digest in digests.items()})


def unpack(content: bytes, root: Path, shipped: Mapping[str, bytes]) -> object:
    """Return what was packed, with its store and files below ``root``; ``shipped`` are files by hash.

    Raises:
        AbsentFilesError: Files are neither here nor shipped.
    """
    for digest, file in shipped.items():
        write_atomic(root / "files" / digest, file)
    absent: dict[str, None] = {}
    unpacked = _Unpacker(io.BytesIO(content), root, absent).load()
    if absent:
        raise AbsentFilesError(*absent)
    return unpacked


def scratch(name: str) -> Path:
    """Return this machine's folder for a run, the same for all its processes."""
    return Path(tempfile.gettempdir()) / f"lowsr-{name}"


class _Packer(pickle.Pickler):
    def __init__(self, out: io.BytesIO, digests: dict[Path, str]) -> None:
        super().__init__(out, protocol=pickle.HIGHEST_PROTOCOL)
        self._digests = digests

    def persistent_id(self, thing: object) -> tuple[str, ...] | None:
        if isinstance(thing, Store):
            return ("store",)
        if isinstance(thing, Path) and (thing in self._digests or thing.is_file()):
            if thing not in self._digests:
                self._digests[thing] = sha256_of(thing)
            return ("file", str(thing), self._digests[thing])
        return None


class _Unpacker(pickle.Unpickler):
    def __init__(self, content: io.BytesIO, root: Path, absent: dict[str, None]) -> None:
        super().__init__(content)
        self._root, self._absent = root, absent
        self._here: dict[tuple[str, str], Path] = {}

    def persistent_load(self, named: tuple[str, ...]) -> object:
        if named[0] == "store":
            return Store(self._root / "run")
        _, path, digest = named
        if (path, digest) not in self._here:
            self._here[path, digest] = self._find(Path(path), digest)
        return self._here[path, digest]

    def _find(self, path: Path, digest: str) -> Path:
        shipped = self._root / "files" / digest
        if shipped.is_file():
            return shipped
        if not (path.is_file() and sha256_of(path) == digest):
            self._absent[digest] = None
        return path
