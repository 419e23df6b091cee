"""Small files from others: refused where they are too large, too long or nested too deeply.

A refusal raises ``OSError`` or ``ValueError``; callers add the file and the remedy to the message.
"""

import errno
import hashlib
import json
import re
import tomllib
import zipfile
from collections.abc import Callable
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import Any

MEGABYTE = 1 << 20
# How text in UTF-16 begins.
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# A parsed tree takes up to 20 times the memory of its text.
MOST_BYTES = 40 * MEGABYTE
MOST_TOML_BYTES = MEGABYTE // 2
# Of one part of a path, on the usual file systems; and of the whole.
MOST_NAME_BYTES, MOST_PATH_BYTES = 255, 4096
# Records and settings are less than 20 deep. Far more would exhaust the stack of a function that walks the tree.
MOST_DEPTH = 60
TOO_DEEP = f"it is nested more than {MOST_DEPTH} deep"
# tomllib's work on a dotted name grows with the square of its parts, and each line below a table's name repeats it.
MOST_NAME_WORK = 2_000_000


def read_file(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Return the content of a regular file.

    Raises:
        OSError: It cannot be read, is larger than ``most_bytes``, or is a device or a pipe.
    """
    with _opened(path) as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, f"is larger than {most_bytes} bytes")
    return content


def sha256_of(path: Path) -> str:
    """Return the hash of a regular file in hex; raise ``OSError`` if it is a device, a pipe or unreadable."""
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_archive(path: Path) -> None:
    """Refuse a ZIP archive that unpacks to more than its own size: torch does not compress tensors.

    Raises:
        ValueError: It would unpack to more.
        zipfile.BadZipFile: It is broken.
    """
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            n_bytes = sum(member.file_size for member in archive.infolist())
        if n_bytes > path.stat().st_size:
            raise ValueError(f"it would unpack to {n_bytes} bytes, more than it has")


def usable_path(text: str) -> str:
    """Return a path or corpus name, or raise ``ValueError``: too long, not UTF-8, or with a zero byte.

    >>> usable_path("my-sounds/"), usable_path("demo")
    ('my-sounds/', 'demo')
    """
    if re.match(r"[A-Za-z]:[^\\/]*[\a\b\f\n\r\t\v\x1b]", text):
        raise ValueError(r"is no usable path: in TOML, write paths of Windows in single quotes: 'C:\Users\me'")
    if "\0" in text or any("\ud800" <= each <= "\udfff" for each in text):
        raise ValueError("is no usable path: it holds a zero byte, or is not in UTF-8")
    sizes = [len(part.encode()) for part in text.split("/")]
    if max(sizes) > MOST_NAME_BYTES or sum(sizes) > MOST_PATH_BYTES:
        raise ValueError(f"is no usable path: its names take more than {MOST_NAME_BYTES} bytes")
    return text


def parse_json(text: str | bytes) -> Any:  # noqa: ANN401 - JSON is of any type
    """Return the value of JSON, or raise ``ValueError``: not JSON, or nested too deeply."""
    return _parsed(json.loads, text)


def parse_toml(text: str) -> dict[str, Any]:
    """Return the tables of TOML, or raise ``ValueError``: not TOML, or with names or nesting too deep."""
    lines = text.split("\n")
    dots = [line.count(".") for line in lines]
    if len(lines) * max(dots) + sum(n * n for n in dots) > MOST_NAME_WORK:
        raise ValueError("a line has too many dots; put long lists on several lines")
    tree: dict[str, Any] = _parsed(tomllib.loads, text)
    return tree


def _opened(path: Path) -> BufferedReader:
    """Open a regular file; reading a pipe could wait for ever, and reading a device never ends."""
    try:
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, "is not a file")
        return path.open("rb")
    except ValueError as error:
        raise OSError(errno.EINVAL, "its name holds a zero byte") from error


def _parsed(parse: Callable[[Any], Any], text: str | bytes) -> Any:  # noqa: ANN401 - see parse_json
    """Return the tree unless it is too deep; the check goes level by level, without recursion."""
    try:
        tree = parse(text)
    except RecursionError as error:
        raise ValueError(TOO_DEEP) from error
    level = [tree]
    for _ in range(MOST_DEPTH):
        groups = (
            node.values() if isinstance(node, dict) else node for node in level if isinstance(node, dict | list)
        )
        if not (level := list(chain.from_iterable(groups))):
            return tree
    raise ValueError(TOO_DEEP)
