"""What ran."""

from importlib.metadata import version

import pytest

from lowsr_tradeoff import manifest


def test_the_fingerprint_follows_sources_and_versions(tmp_path, monkeypatch):
    monkeypatch.setattr(manifest, "PACKAGE", tmp_path)
    (tmp_path / "room").mkdir()
    file = tmp_path / "room" / "code.py"

    def mark(libraries=("numpy",)):
        manifest.fingerprint.cache_clear()
        return manifest.fingerprint(("room",), libraries)

    file.write_text("x = 1")
    first = mark()
    file.write_text("x = 2")
    edited = mark()
    file.rename(file.with_name("renamed.py"))
    renamed = mark()
    assert len({first, edited, renamed, mark(("scipy",))}) == 4
    manifest.fingerprint.cache_clear()


def test_sources_that_do_not_exist_are_an_error_not_an_empty_hash():
    with pytest.raises(FileNotFoundError, match=r"no_such\.py"):
        manifest.fingerprint(("no_such.py",), ())


def test_provenance_names_versions_and_weights():
    found = manifest.provenance({"whisper": "abc"})
    assert found.libraries["torch"] == version("torch")
    assert found.weights == {"whisper": "abc"}


def test_the_machine_is_described():
    assert manifest.cpu_name()
    assert manifest.n_cores() >= 1
    assert manifest.memory_gb() > 0.5
