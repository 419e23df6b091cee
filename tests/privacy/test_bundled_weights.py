import hashlib

import pytest

from lowsr_tradeoff.errors import DataError, MissingResourceError
from lowsr_tradeoff.privacy.bundled_weights import bundled_file


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An importable package that refuses to be imported, with weights inside."""
    folder = tmp_path / "some_weights"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('imported')")
    (folder / "net.bin").write_bytes(b"weights")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


def test_a_file_is_found_without_importing_its_package(package):
    sha256 = hashlib.sha256(b"weights").hexdigest()
    assert bundled_file("some_weights", "net.bin", sha256) == package / "net.bin"


def test_another_content_is_refused_with_file_and_remedy(package):
    with pytest.raises(DataError, match=r"net\.bin: .* reinstall .* some-weights"):
        bundled_file("some_weights", "net.bin", "0" * 64)


def test_what_is_not_there_is_named(package):
    with pytest.raises(MissingResourceError, match=r"other\.bin: is not there; reinstall some-weights"):
        bundled_file("some_weights", "other.bin", "0" * 64)
    with pytest.raises(MissingResourceError, match="no_such_package: is not installed"):
        bundled_file("no_such_package", "net.bin", "0" * 64)
