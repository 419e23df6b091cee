"""Files written whole or not at all, canonical JSON, and JSON with a checksum of itself."""

import errno
import hashlib
import io
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO

from lowsr_tradeoff.errors import MissingResourceError, StageError

# Why a folder cannot be written however much room there is.
REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST}


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, even in a crash; raises as :func:`replacing` does."""
    copy_atomic(io.BytesIO(content), path)


def copy_atomic(source: BinaryIO, path: Path) -> None:
    """Copy an open file as :func:`write_atomic` does."""
    with replacing(path) as file:
        copyfileobj(source, file)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Yield an empty file that replaces ``path`` when the block ends, complete and flushed to disk.

    If the block raises, nothing is left of it.

    Raises:
        MissingResourceError: The folder cannot be written.
        StageError: The disk is full or fails, or the block raised ``OSError``.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        told = f"{path}: cannot be written ({error.strerror}); choose another folder"
        raise (MissingResourceError if error.errno in REFUSED else StageError)(told) from error
    finally:
        with suppress(OSError):
            beside.unlink()


def canonical_json(value: object) -> bytes:
    """Return JSON bytes that are equal for equal values.

    >>> canonical_json({"b": 1, "a": [2.0, None]})
    b'{"a":[2.0,null],"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest_of(value: object) -> str:
    """Return the SHA-256 of a value's canonical JSON, in hexadecimal."""
    return sha256_of(canonical_json(value))


def sha256_of(content: bytes) -> str:
    """Return the SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def seal(content: bytes) -> bytes:
    """Return a JSON object with the checksum of the rest of it in front.

    >>> unseal(seal(b'{"a":1}')), unseal(seal(b'{"a":1}').replace(b"1}", b"2}"))
    (b'{"a":1}', None)
    """
    return _checksum_field(content) + content.removeprefix(b"{")


def unseal(content: bytes) -> bytes | None:
    """Return the object that was sealed, or ``None`` if a byte of it has changed."""
    body = b"{" + content[len(_checksum_field(b"")) :]
    return body if content.startswith(_checksum_field(body)) else None


def _checksum_field(content: bytes) -> bytes:
    return b'{"sha256":"' + sha256_of(content).encode() + b'",'
