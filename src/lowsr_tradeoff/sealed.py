"""JSON that says of every byte of itself whether it is as it was written."""

import hashlib
import json


def is_whole(content: bytes, arrays: bytes) -> bool:
    """Return whether the two files of an artefact are, byte for byte, as they were written together."""
    body = unseal(content)
    return body is not None and bool(json.loads(body)["arrays_sha256"] == sha256_of(arrays))


def seal(content: bytes) -> bytes:
    """Return a JSON object with the checksum of the rest of it in front.

    >>> unseal(seal(b'{"a":1}')), unseal(seal(b'{"a":1}').replace(b"1}", b"2}"))
    (b'{"a":1}', None)
    """
    return _head(content) + content.removeprefix(b"{")


def unseal(content: bytes) -> bytes | None:
    """Return the object that was sealed, or ``None`` where a byte of it is another."""
    body = b"{" + content[len(_head(b"")) :]
    return body if content.startswith(_head(body)) else None


def _head(content: bytes) -> bytes:
    return b'{"sha256":"' + sha256_of(content).encode() + b'",'


def sha256_of(content: bytes) -> str:
    """Return the SHA-256, 64 hex digits."""
    return hashlib.sha256(content).hexdigest()
