"""One file over HTTP, going on where an earlier attempt stopped, and nothing kept whose hash is wrong."""

import errno
import hashlib
import logging
import os
import shutil
import urllib.request
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from importlib.metadata import version
from pathlib import Path
from typing import cast
from urllib.error import HTTPError

from lowsr_tradeoff.errors import DataError, MissingResourceError, StageError

TIMEOUT_S = 60
CHUNK_BYTES = 1 << 18
PARTIAL, RANGE_PAST_END = 206, 416
NOT_WRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS)

# Called with the bytes that are there and those there will be; the latter is None where the server does not say.
OnProgress = Callable[[int, int | None], None]


def download(address: str, to: Path, checksum: str | None, on_progress: OnProgress) -> None:
    """Write one file, unfinished as ``<to>.part``; a file that is there with the right checksum stays.

    ``checksum`` is ``"md5:…"`` or ``"sha256:…"``; ``None`` accepts any file and starts anew. Nothing of a file with
    a wrong checksum is kept.
    """
    import pooch  # type: ignore[import-untyped] # noqa: PLC0415 - a twentieth of a second, for who downloads

    pooch.get_logger().setLevel(logging.WARNING)  # the command line shows progress
    part = to.with_name(f"{to.name}.part")

    def resume(_address: str, output: str, _pooch: object) -> None:
        if checksum is None:
            part.unlink(missing_ok=True)
        _transfer(address, part, to, on_progress)
        shutil.move(part, output)

    try:
        pooch.retrieve(address, checksum, fname=to.name, path=to.parent, downloader=resume)
    except ValueError as error:
        raise DataError(
            f"{address}: what came does not have the checksum {checksum} and was deleted; fetch again, and if that "
            "repeats, the file was changed: find out by whom before using --sha256"
        ) from error
    except OSError as error:
        raise StageError(f"{to}: cannot be written ({error}); choose another --to") from error


def checksum_of(path: Path, algorithm: str = "sha256") -> str:
    """Return the hash of a file as ``"sha256:…"``."""
    with path.open("rb") as file:
        return f"{algorithm}:{hashlib.file_digest(file, algorithm).hexdigest()}"


def read_json_bytes(address: str) -> bytes:
    """Return a small document, or raise ``OSError``."""
    with _open(address, 0) as response:
        return response.read()


def _transfer(address: str, part: Path, to: Path, on_progress: OnProgress) -> None:
    have = part.stat().st_size if part.exists() else 0
    try:
        with _open(address, have) as response:
            _append(response, part, have if response.status == PARTIAL else 0, on_progress)
    except HTTPError as error:
        # All of it is there already, or the file has changed: the hash decides.
        if error.code != RANGE_PAST_END or not have:
            raise MissingResourceError(_cannot_fetch(address, to, f"HTTP {error.code} {error.reason}")) from error
    except (OSError, HTTPException) as error:
        if getattr(error, "errno", None) in NOT_WRITTEN:
            raise StageError(f"{to}: cannot be written ({error}); make room or choose another --to") from error
        raise MissingResourceError(_cannot_fetch(address, to, str(error))) from error


def _open(address: str, have: int) -> HTTPResponse:
    agent = {"User-Agent": f"lowsr-tradeoff/{version('lowsr-tradeoff')}"}
    headers = agent | ({"Range": f"bytes={have}-"} if have else {})
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - addresses are the package's own
    response = cast("HTTPResponse", urllib.request.urlopen(request, timeout=TIMEOUT_S))  # noqa: S310 - the same
    if address.startswith("https:") and not response.geturl().startswith("https:"):
        response.close()
        raise OSError(f"it leads to {response.geturl()}, which is not encrypted")
    return response


def _append(response: HTTPResponse, part: Path, have: int, on_progress: OnProgress) -> None:
    total = have + response.length if response.length is not None else None
    with part.open("r+b" if have else "wb") as file:
        file.seek(have)
        while chunk := response.read(CHUNK_BYTES):
            file.write(chunk)
            have += len(chunk)
            on_progress(have, total)
        file.flush()
        os.fsync(file.fileno())
    if total is not None and have < total:
        raise OSError(f"the transfer broke off after {have} of {total} bytes; the same command goes on from there")


def _cannot_fetch(address: str, to: Path, why: str) -> str:
    return f"{address}: cannot be fetched ({why}); without a network, put the file at {to} and run the same command"
