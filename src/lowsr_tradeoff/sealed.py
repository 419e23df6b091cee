"""JSON that says of every byte of itself whether it is as it was written, and artefacts that begin with such JSON.

A checksum is no signature: what is read here may have been made by anyone, so it is also bounded in size and depth.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lowsr_tradeoff import foreign

# Figures of a step; of half a million utterances, what was heard in each.
MOST_RECORD_BYTES = 200 * foreign.MEGABYTE
FIELDS = frozenset({"stage", "key", "meta", "arrays_sha256", "has_arrays"})


def whole_record(path: Path) -> dict[str, Any] | None:
    """Return the JSON of an artefact of which every byte is as written, arrays too, or ``None``."""
    record = record_of(path)
    return record if record and _arrays_sha256(path, record) == record["arrays_sha256"] else None


def record_of(path: Path) -> dict[str, Any] | None:
    """Return the JSON of the artefact ``<stage>/<key>.json``, or ``None`` where no step has written that there."""
    try:
        body = unseal(foreign.read_file(path, MOST_RECORD_BYTES))
        record: dict[str, Any] = foreign.parse_json(body or b"{}")
    except (OSError, ValueError):
        return None
    is_usable = record.keys() >= FIELDS and isinstance(record["meta"], dict)
    is_its_own = is_usable and (record["stage"], record["key"]) == (path.parent.name, path.stem)
    return record if is_its_own else None


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


def sha256_of(content: bytes) -> str:
    """Return the SHA-256, 64 hex digits."""
    return hashlib.sha256(content).hexdigest()


def _arrays_sha256(path: Path, record: Mapping[str, Any]) -> str | None:
    if not record["has_arrays"]:
        return sha256_of(b"")
    try:
        return foreign.sha256_of(path.with_suffix(".safetensors"))
    except OSError:
        return None


def _head(content: bytes) -> bytes:
    return b'{"sha256":"' + sha256_of(content).encode() + b'",'
