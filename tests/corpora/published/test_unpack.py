"""Archives that others made stay inside the folder, or write nothing."""

import stat
import zipfile

import pytest

from lowsr_tradeoff.corpora.published.unpack import unpack
from lowsr_tradeoff.errors import DataError, MissingResourceError, StageError


def zipped(path, **content):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def everything_in(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_files_keep_names_and_bytes(tmp_path):
    archive = zipped(tmp_path / "a.zip", **{"x/one.wav": b"1" * 3_000_000, "x/y/two.csv": b"a\tb", "x/empty": b""})
    unpack(archive, tmp_path / "to")
    found = everything_in(tmp_path / "to")
    assert found == {"x/one.wav": b"1" * 3_000_000, "x/y/two.csv": b"a\tb", "x/empty": b""}


@pytest.mark.parametrize(
    "name", ["../evil", "a/../../evil", "/evil", "C:/evil", "\\\\host\\evil", "..\\evil", "a\\..\\..\\evil"]
)
def test_a_name_that_leads_elsewhere_stops_everything(tmp_path, name):
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("good", b"1")
        member = zipfile.ZipInfo("x")
        member.filename = name  # the constructor would turn backslashes on other systems
        opened.writestr(member, b"evil")
    (tmp_path / "to").mkdir()
    with pytest.raises(DataError, match="leads out of the folder"):
        unpack(archive, tmp_path / "to")
    assert everything_in(tmp_path) == {"a.zip": archive.read_bytes()}


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO])
def test_links_and_devices_are_refused(tmp_path, kind):
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        member = zipfile.ZipInfo("link")
        member.external_attr = (kind | 0o777) << 16
        opened.writestr(member, "/etc/passwd")
    with pytest.raises(DataError, match="'link' is a link or a device"):
        unpack(archive, tmp_path)


def test_a_link_that_lies_in_the_folder_is_not_followed(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "x").symlink_to(tmp_path / "outside")
    with pytest.raises(DataError, match="by a link that is there"):
        unpack(zipped(tmp_path / "a.zip", **{"x/evil": b"1"}), tmp_path / "to")
    assert not list((tmp_path / "outside").iterdir())


def test_an_encrypted_member_is_refused(tmp_path):
    archive = zipped(tmp_path / "a.zip", secret=b"1")
    content = bytearray(archive.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(content)
    with pytest.raises(DataError, match="is encrypted"):
        unpack(archive, tmp_path / "to")


def test_a_damaged_file_does_not_appear(tmp_path):
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("x", b"sound" * 100)
    archive.write_bytes(archive.read_bytes().replace(b"soundsound", b"soundsOund", 1))
    with pytest.raises(DataError, match="no whole ZIP"):
        unpack(archive, tmp_path / "to")
    assert everything_in(tmp_path / "to") == {}


def test_half_an_archive_is_none(tmp_path):
    archive = zipped(tmp_path / "a.zip", x=b"1" * 1000)
    archive.write_bytes(archive.read_bytes()[:60])
    with pytest.raises(DataError, match="fetch it again"):
        unpack(archive, tmp_path / "to")


def test_what_does_not_fit_is_told_before_the_disk_is_full(tmp_path, monkeypatch):
    archive = zipped(tmp_path / "a.zip", bomb=b"\0" * 10_000)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 9_999}))
    with pytest.raises(MissingResourceError, match="needs 10000 bytes"):
        unpack(archive, tmp_path)
    assert not (tmp_path / "bomb").exists()


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StageError, match="choose another --to"):
        unpack(zipped(tmp_path / "a.zip", x=b"1"), tmp_path / "file" / "to")
