"""The file is that of safetensors, byte for byte, and is whole or not there."""

import hashlib

import numpy as np
import pytest
from safetensors.numpy import save

from lowsr_tradeoff.errors import MissingResourceError, StageError
from lowsr_tradeoff.files.array_rows import mapped, written_by_rows


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64, np.uint8])
@pytest.mark.parametrize("name", ["x", "features", "a longer name"])
def test_rows_make_the_file_of_safetensors(tmp_path, dtype, name):
    whole = np.arange(60).reshape(5, 3, 4).astype(dtype)
    path = tmp_path / "a" / "x.safetensors"
    with written_by_rows(path, name, 5) as (append, digest):
        for row in whole:
            append(row)
    assert path.read_bytes() == save({name: whole})
    assert digest() == hashlib.sha256(path.read_bytes()).hexdigest()
    back = mapped(path, name)
    assert back.dtype == dtype
    assert np.array_equal(back, whole)
    with pytest.raises(ValueError, match="read-only"):
        back[0] = 0


def test_a_block_that_fails_or_ends_early_leaves_nothing(tmp_path):
    path = tmp_path / "x.safetensors"
    with pytest.raises(StageError, match="1 rows came of 2"), written_by_rows(path, "x", 2) as (append, _):
        append(np.ones(3))
    with pytest.raises(KeyError), written_by_rows(path, "x", 2) as (append, _):
        append({}["no row"])
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(MissingResourceError, match=r"cannot be written .* choose another folder"),
        written_by_rows(tmp_path / "file" / "x", "x", 1),
    ):
        pass
