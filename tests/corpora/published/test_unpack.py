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


def refused_whole(tmp_path, match, *members):
    """An archive with a good member and others is refused, and nothing of it is written."""
    archive, to = tmp_path / "a.zip", tmp_path / "to"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("good.wav", "good")
        for member, content in members:
            made.writestr(member, content)
    with pytest.raises(DataError, match=match):
        unpack(archive, to)
    assert list(to.rglob("*")) == []
    assert {path.name for path in tmp_path.iterdir()} == {"a.zip", "to"}


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "a/../../evil",
        "/evil",
        "C:/evil",
        "C:\\evil",
        "\\\\host\\share\\evil",
        "..\\evil",
        "a\\..\\..\\evil",
    ],
)
def test_a_name_that_leads_elsewhere_stops_everything(tmp_path, name):
    member = zipfile.ZipInfo("x")
    member.filename = name  # the constructor would turn backslashes on other systems
    refused_whole(tmp_path, "leads out of the folder", (member, b"evil"))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO])
def test_links_and_devices_are_refused(tmp_path, kind):
    member = zipfile.ZipInfo("link")
    member.external_attr = (kind | 0o777) << 16
    refused_whole(tmp_path, "'link' is a link or a device", (member, "/etc/passwd"))


def test_what_grows_beyond_measure_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("lowsr_tradeoff.corpora.published.unpack.HARMLESS_BYTES", 1 << 20)
    refused_whole(tmp_path, "would grow to 8388612 bytes", *((f"{n}.wav", bytes(1 << 20)) for n in range(8)))


def test_a_link_that_lies_in_the_folder_is_not_followed(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "to").mkdir()
    (tmp_path / "to" / "x").symlink_to(tmp_path / "outside")
    with pytest.raises(DataError, match="leads out of the folder by a link that is there"):
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
