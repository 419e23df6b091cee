"""A file is written whole or not at all."""

import pytest

from lowsr_tradeoff.errors import MissingResourceError
from lowsr_tradeoff.files.writing import write_atomic


def test_a_write_that_fails_leaves_the_old_content(tmp_path):
    file = tmp_path / "report.html"
    write_atomic(file, b"old")
    with pytest.raises(TypeError):
        write_atomic(file, "not bytes")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_written_file_is_as_readable_as_any_other(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    write_atomic(tmp_path / "report.html", b"")
    assert (tmp_path / "report.html").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(MissingResourceError, match=r"cannot be written .* choose another folder"):
        write_atomic(tmp_path / "file" / "x.json", b"")
