"""One large array in a safetensors file, written row by row and read without loading it.

The format (https://github.com/huggingface/safetensors): eight bytes with the length of the header, the header as
JSON padded with spaces to a multiple of eight, the data.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.files.reading import parse_json
from lowsr_tradeoff.files.writing import replacing

ArrayRow = NDArray[Any]
Append = Callable[[ArrayRow], None]
MOST_HEADER_BYTES = 1 << 20
DTYPES = {"F16": np.float16, "F32": np.float32, "F64": np.float64, "I64": np.int64, "U8": np.uint8}


@contextmanager
def written_by_rows(path: Path, name: str, n_rows: int) -> Iterator[tuple[Append, Callable[[], str]]]:
    """Yield a function that appends a row, and one that returns the file's checksum once all rows are written.

    All rows have one shape and type. The file replaces ``path`` when the block ends, complete and flushed to disk;
    after an error nothing is left of it.

    Raises:
        StageError: The folder cannot be written, or another number of rows came.
    """
    digest, n_written = hashlib.sha256(), 0
    with replacing(path) as file:

        def append(row: ArrayRow) -> None:
            nonlocal n_written
            for part in (row.tobytes(),) if n_written else (_header(name, row, n_rows), row.tobytes()):
                file.write(part)
                digest.update(part)
            n_written += 1

        yield append, digest.hexdigest
        if n_written != n_rows:
            raise StageError(
                f"{path}: {n_written} rows came of {n_rows}; this is a fault of the program, report it"
            )


def mapped(path: Path, name: str) -> NDArray[Any]:
    """Return an array of a safetensors file as a read-only view of the file, which processes share.

    Raises:
        OSError: The file cannot be read.
        KeyError: It has no array of that name.
        TypeError, ValueError: It is no such file, or shorter than its header says.
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


def _header(name: str, row: ArrayRow, n_rows: int) -> bytes:
    dtype = next(key for key, kind in DTYPES.items() if row.dtype == kind)
    entry = {"dtype": dtype, "shape": [n_rows, *row.shape], "data_offsets": [0, n_rows * row.nbytes]}
    text = json.dumps({name: entry}, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text
