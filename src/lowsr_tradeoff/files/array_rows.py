"""One large array in a safetensors file, written row by row and read without loading it.

The file is the one that safetensors writes (https://github.com/huggingface/safetensors): eight bytes with the
length of the header, the header as JSON padded with spaces to a multiple of eight, the data.
"""

import hashlib
import json
import math
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.files.reading import parse_json

Row = NDArray[Any]
Append = Callable[[Row], None]
MOST_HEADER_BYTES = 1 << 20
DTYPES = {"F16": np.float16, "F32": np.float32, "F64": np.float64, "I64": np.int64, "U8": np.uint8}


@contextmanager
def written_by_rows(
    path: Path, name: str, n_rows: int
) -> Iterator[tuple[Callable[[Row], None], Callable[[], str]]]:
    """Yield what appends a row, and what tells the checksum of the file once all are there.

    The file takes its place when the block ends, complete and flushed to disk; nothing is left of it otherwise.

    Args:
        path: The file.
        name: Of the array.
        n_rows: How many rows it has; all of one shape and type.

    Raises:
        StageError: The folder cannot be written, or another number of rows came.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    digest, n_come = hashlib.sha256(), 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("xb") as file:

            def append(row: Row) -> None:
                nonlocal n_come
                parts = (row.tobytes(),) if n_come else (_header(name, row, n_rows), row.tobytes())
                for part in parts:
                    file.write(part)
                    digest.update(part)
                n_come += 1

            yield append, digest.hexdigest
            file.flush()
            os.fsync(file.fileno())
        if n_come != n_rows:
            raise StageError(f"{path}: {n_come} rows came of {n_rows}; this is a fault of the program, report it")
        beside.replace(path)
    except OSError as error:
        raise StageError(f"{path}: cannot be written ({error.strerror}); choose another --out") from error
    finally:
        with suppress(OSError):
            beside.unlink()


def mapped(path: Path, name: str) -> NDArray[Any]:
    """Return an array of a safetensors file as a view of the file, which processes share; it cannot be changed.

    Raises:
        OSError: The file cannot be read.
        KeyError: It has no array of that name.
        TypeError, ValueError: It is no such file, or shorter than it says.
    """
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if size > MOST_HEADER_BYTES:
            raise ValueError(f"its header is longer than {MOST_HEADER_BYTES} bytes")
        found = parse_json(file.read(size))[name]
    (begin, end), shape, dtype = found["data_offsets"], found["shape"], np.dtype(DTYPES[found["dtype"]])
    if math.prod(shape) * dtype.itemsize != end - begin or 8 + size + end > path.stat().st_size:
        raise ValueError("its array is not as long as its header says")
    return np.memmap(path, dtype, mode="r", offset=8 + size + begin, shape=tuple(shape))


def _header(name: str, row: Row, n_rows: int) -> bytes:
    dtype = next(key for key, kind in DTYPES.items() if row.dtype == kind)
    of = {"dtype": dtype, "shape": [n_rows, *row.shape], "data_offsets": [0, n_rows * row.nbytes]}
    text = json.dumps({name: of}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text
