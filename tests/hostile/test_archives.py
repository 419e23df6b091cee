"""Archives that mean harm: nothing of them is written."""

import stat
import zipfile

import pytest

from lowsr_tradeoff.corpora.published import unpack as unpacking
from lowsr_tradeoff.corpora.published.unpack import unpack
from lowsr_tradeoff.errors import DataError

SPECIAL = {"a link": stat.S_IFLNK, "a device": stat.S_IFCHR, "a disk": stat.S_IFBLK, "a pipe": stat.S_IFIFO}
NAMES = ["../out.wav", "in/../../out.wav", "/out.wav", "C:\\out.wav", "..\\out.wav", "\\\\host\\share\\out.wav"]


def archive(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("good.wav", "good")
        for member, content in members:
            made.writestr(member, content)
    return path


def refused_whole(tmp_path, made, match):
    to = tmp_path / "to"
    with pytest.raises(DataError, match=match):
        unpack(made, to)
    assert list(to.rglob("*")) == []
    assert {path.name for path in tmp_path.iterdir()} == {made.name, "to"}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    refused_whole(tmp_path, archive(tmp_path / "a.zip", [(name, "bad")]), "leads out of the folder")


@pytest.mark.parametrize("kind", SPECIAL.values(), ids=SPECIAL)
def test_what_is_no_file_is_refused(tmp_path, kind):
    member = zipfile.ZipInfo("special")
    member.external_attr = (kind | 0o644) << 16
    refused_whole(tmp_path, archive(tmp_path / "a.zip", [(member, "/etc/passwd")]), "is a link or a device")


def test_what_grows_beyond_measure_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "HARMLESS_BYTES", 1 << 20)
    made = archive(tmp_path / "a.zip", [(f"{n}.wav", bytes(1 << 20)) for n in range(8)])
    refused_whole(tmp_path, made, "would grow to 8388612 bytes")


def test_a_link_that_is_there_is_not_followed(tmp_path):
    (tmp_path / "to").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "to/in").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DataError, match="leads out of the folder by a link that is there"):
        unpack(archive(tmp_path / "a.zip", [("in/out.wav", "bad")]), tmp_path / "to")
    assert list((tmp_path / "elsewhere").iterdir()) == []
