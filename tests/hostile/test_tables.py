"""Tables of corpora that mean harm: rows that lead elsewhere, and tables that grow while they are read."""

import os

import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.corpora import rows
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.corpora.rows import read_table
from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.errors import DataError


def sound(path, seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, 0.1 * np.random.default_rng(seed).standard_normal(4000), 16000)
    return path


@pytest.fixture
def corpus(tmp_path):
    """A folder with one sound inside, beside one that is not, and links from inside to it."""
    sound(tmp_path / "in/good.wav")
    outside = sound(tmp_path / "secret/bad.wav", 1)
    (tmp_path / "in/link.wav").symlink_to(outside)
    (tmp_path / "in/folder").symlink_to(outside.parent)
    (tmp_path / "in/loop.wav").symlink_to("loop.wav")
    os.mkfifo(tmp_path / "in/pipe.wav")
    return tmp_path / "in"


OUTSIDE = {
    "../secret/bad.wav": "leads out of the corpus folder",
    "link.wav": "leads out of the corpus folder",
    "folder/bad.wav": "leads out of the corpus folder",
    "/etc/passwd": "leads out of the corpus folder",
    "/dev/zero": "leads out of the corpus folder",
    "pipe.wav": "is not a file",
    "loop.wav": "no usable path|does not exist",
    "a\0b.wav": "no usable path",
    "a" * 5000: "no usable path",
}


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_row_that_leads_elsewhere_is_named(corpus, path):
    (corpus / "events.csv").write_text(f"path,label\ngood.wav,a\n{path},b\n")
    with pytest.raises(DataError, match=rf"events\.csv line 3 .*({OUTSIDE[path]})"):
        load_events(str(corpus / "events.csv"), 2, None, 0, (1000,), 8000, skip_bad=False, cache=None)
    (corpus / "metadata.csv").write_text(f"file,text\ngood.wav,yes\n{path},no\n")
    with pytest.raises(DataError, match=rf"metadata\.csv line 3 .*({OUTSIDE[path]})"):
        load_speech(str(corpus), (1000,), 8000, skip_bad=False, cache=None)


def test_linked_folders_are_not_entered_and_linked_files_are_named(corpus):
    with pytest.raises(DataError, match=r"link\.wav: leads out of the corpus folder") as caught:
        load_speech(str(corpus), (1000,), 8000, skip_bad=False, cache=None)
    assert "bad.wav" not in str(caught.value)


def test_a_name_that_is_not_utf_8_is_named_for_renaming(tmp_path):
    sound(tmp_path / "in/dog/1.wav")
    (tmp_path / "in/dog/1.wav").rename(tmp_path / "in/dog/\udcff.wav")
    with pytest.raises(DataError, match="its name is not UTF-8; rename it"):
        load_events(str(tmp_path / "in"), 2, None, 0, (1000,), 8000, skip_bad=False, cache=None)


def test_a_table_does_not_grow_while_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(rows, "MOST_CELLS", 1000)
    (tmp_path / "a.csv").write_text(",".join(["path", "label", *map(str, range(498))]) + "\n" + "x\n" * 3)
    with pytest.raises(DataError, match="more than 1000 cells"):
        read_table(tmp_path / "a.csv", ("path", "label"))


def test_an_endless_table_is_not_read(tmp_path):
    (tmp_path / "a.csv").symlink_to("/dev/zero")
    with pytest.raises(DataError, match="is not a file"):
        read_table(tmp_path / "a.csv", ("path",))
