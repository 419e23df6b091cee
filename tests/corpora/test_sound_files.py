"""Which files are sounds, and which one a table means."""

import unicodedata

import pytest

from lowsr_tradeoff.corpora.sound_files import audio_files, named_file
from lowsr_tradeoff.errors import DataError


def test_audio_is_found_at_any_depth_and_what_is_hidden_is_not(tmp_path):
    hidden = (".e.wav", "x/._f.wav", ".git/g.wav", "__MACOSX/h.wav")
    for name in ("b.WAV", "a.flac", "x/c.ogg", "x/y/d.m4a", "notes.txt", *hidden):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "x" / "linked").symlink_to(tmp_path / "x" / "y")
    found = [path.relative_to(tmp_path).as_posix() for path in audio_files(tmp_path)]
    assert found == ["a.flac", "b.WAV", "x/c.ogg", "x/y/d.m4a"]


def test_a_folder_that_cannot_be_listed_is_named(tmp_path):
    with pytest.raises(DataError, match="none: cannot be listed"):
        audio_files(tmp_path / "none")


@pytest.mark.parametrize(("there", "named"), [("NFD", "NFC"), ("NFC", "NFD")])
def test_a_name_in_the_other_unicode_form_is_the_same_name(tmp_path, there, named):
    file = tmp_path / unicodedata.normalize(there, "é") / "a.wav"
    file.parent.mkdir()
    file.touch()
    assert named_file(tmp_path, unicodedata.normalize(named, "é/a.wav")) == file


def test_paths_of_windows_name_files_here(tmp_path):
    (tmp_path / "dog").mkdir()
    for name in ("dog/a.wav", "b\\c.wav"):
        (tmp_path / name).touch()
    assert named_file(tmp_path, ".\\dog\\a.wav").resolve() == (tmp_path / "dog" / "a.wav").resolve()
    assert named_file(tmp_path, "b\\c.wav") == tmp_path / "b\\c.wav"
    assert named_file(tmp_path, "no\\d.wav") == tmp_path / "no\\d.wav"
