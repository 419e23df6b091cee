"""Records, hashes, archives and the ledger, against a small stand-in of Zenodo on this machine."""

import hashlib
import io
import json
import zipfile
from http.server import ThreadingHTTPServer
from urllib.parse import unquote

import pytest
from tests.corpora.published.server import Handler, running

from lowsr_tradeoff.corpora.published.catalogue import Download, find_download
from lowsr_tradeoff.corpora.published.fetch import fetch
from lowsr_tradeoff.errors import ConfigError, DataError, MissingResourceError

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

WEIGHTS = {"Net_mAP=0.4.pth": b"weights" * 1000}


def zipped(**content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return buffer.getvalue()


class Zenodo(ThreadingHTTPServer):
    """A record whose files, hashes and requests a test can look at and change."""

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), Record)
        self.files, self.asked = dict(files), []
        self.stated = {name: f"md5:{hashlib.md5(data).hexdigest()}" for name, data in files.items()}
        self.record = f"http://127.0.0.1:{self.server_port}/api/records/1"


class Record(Handler):
    def respond(self):
        self.server.asked.append(self.path)
        files = self.server.files
        if self.path == "/api/records/1":
            listed = [{"key": name, "checksum": stated} for name, stated in self.server.stated.items()]
            return self.answer(json.dumps({"files": listed}).encode())
        name = unquote(self.path.removeprefix("/api/records/1/files/").removesuffix("/content"))
        return self.answer(files[name]) if name in files else self.send_error(404)


def zenodo(files):
    return running(Zenodo(files))


def of(server, **more):
    return Download(what="w", source="s", licence="l", record=server.record, files=tuple(server.files), **more)


def get(wanted, to, sha256=None):
    return fetch(wanted, to, sha256, lambda *_: None)


def files_in(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_a_file_is_checked_against_its_record_and_not_fetched_twice(tmp_path):
    with zenodo(WEIGHTS) as server:
        place = get(of(server), tmp_path)
        assert place.path == tmp_path / "Net_mAP=0.4.pth"
        assert place.path.read_bytes() == b"weights" * 1000
        assert "equal to the publisher's record" in place.notes[0]
        assert server.asked == ["/api/records/1", "/api/records/1/files/Net_mAP%3D0.4.pth/content"]
        assert get(of(server), tmp_path) == place
        assert len(server.asked) == 2
        place.path.write_bytes(b"changed")
        get(of(server), tmp_path)
        assert place.path.read_bytes() == b"weights" * 1000


def test_a_file_unlike_its_record_is_not_kept(tmp_path):
    with zenodo(WEIGHTS) as server:
        server.files["Net_mAP=0.4.pth"] = b"weightz" * 1000
        with pytest.raises(DataError, match="does not have the checksum md5:"):
            get(of(server), tmp_path)
    assert files_in(tmp_path) == set()


@pytest.mark.parametrize("stated", [{}, {"Net_mAP=0.4.pth": "crc:1"}])
def test_a_record_that_states_no_hash_is_not_trusted(tmp_path, stated):
    with zenodo(WEIGHTS) as server:
        server.stated = stated
        with pytest.raises(MissingResourceError, match=r"states no hash of Net_mAP=0\.4\.pth"):
            get(of(server), tmp_path)


def test_what_is_no_record_is_told(tmp_path):
    with zenodo({"x": b""}) as server:
        wanted = Download(what="", source="", licence="", record=f"{server.record}/files/x/content", files=("x",))
        with pytest.raises(MissingResourceError, match="not answered as a Zenodo record"):
            get(wanted, tmp_path)


def test_a_file_the_record_has_lost(tmp_path):
    with zenodo(WEIGHTS) as server:
        wanted = of(server)
        server.files.clear()
        with pytest.raises(MissingResourceError, match="HTTP 404"):
            get(wanted, tmp_path)


def test_archives_are_unpacked_and_deleted_one_by_one(tmp_path):
    parts = {"a.meta.zip": zipped(**{"set/meta.csv": b"m"}), "a.audio.zip": zipped(**{"set/audio/1.wav": b"1"})}
    with zenodo(parts) as server:
        wanted = of(server, folder="set")
        assert get(wanted, tmp_path).path == tmp_path / "set"
        assert files_in(tmp_path) == {"set/meta.csv", "set/audio/1.wav", "fetched.json"}
        n_asked = len(server.asked)
        get(wanted, tmp_path)
        assert len(server.asked) == n_asked


def test_after_a_failure_only_the_rest_is_fetched(tmp_path):
    parts = {"one.zip": zipped(**{"set/1": b"1"}), "two.zip": zipped(**{"set/2": b"2"})}
    with zenodo(parts) as server:
        wanted = of(server, folder="set")
        kept = server.files.pop("two.zip")
        with pytest.raises(MissingResourceError):
            get(wanted, tmp_path)
        server.files["two.zip"], server.asked[:] = kept, []
        get(wanted, tmp_path)
        assert server.asked == ["/api/records/1", "/api/records/1/files/two.zip/content"]
    assert (tmp_path / "set" / "1").read_bytes() == b"1"


def test_a_hostile_archive_with_the_right_hash_writes_nothing(tmp_path):
    hostile = {"a.zip": zipped(**{"set/good": b"1", "../evil": b"2"})}
    with zenodo(hostile) as server, pytest.raises(DataError, match="leads out of the folder"):
        get(of(server, folder="set"), tmp_path / "to")
    assert files_in(tmp_path) == {"to/a.zip"}


def offline(files, **more):
    with zenodo(files) as server:
        return of(server, **more)


def test_without_a_network_the_message_says_what_to_put_where(tmp_path):
    wanted = offline({"a.zip": b"", "b.zip": b""}, folder="set")
    with pytest.raises(MissingResourceError) as told:
        get(wanted, tmp_path)
    assert "cannot be reached (" in str(told.value)
    for name in ("a.zip", "b.zip"):
        assert f"  {wanted.record}/files/{name}/content -> {tmp_path / name}" in str(told.value)


def test_a_file_put_there_by_hand_is_trusted_on_first_use_only_and_says_so(tmp_path):
    wanted = offline(WEIGHTS)
    (tmp_path / "Net_mAP=0.4.pth").write_bytes(b"by hand")
    assert "checked against nothing: trusted on first use" in get(wanted, tmp_path).notes[0]
    (tmp_path / "Net_mAP=0.4.pth").write_bytes(b"changed")
    with pytest.raises(MissingResourceError):  # what is there now is not what was trusted
        get(wanted, tmp_path)


def test_a_file_put_there_by_hand_is_checked_against_a_given_hash(tmp_path):
    wanted = offline(WEIGHTS)
    (tmp_path / "Net_mAP=0.4.pth").write_bytes(b"by hand")
    right = hashlib.sha256(b"by hand").hexdigest()
    assert "equal to the hash you gave" in get(wanted, tmp_path, right.upper()).notes[0]
    with pytest.raises(MissingResourceError):
        get(wanted, tmp_path, "0" * 64)


def test_a_single_address_with_its_recorded_hash(tmp_path):
    content = zipped(**{"set/1": b"1"})
    with zenodo({"a.zip": content}) as server:
        common = {"what": "", "source": "", "licence": "", "files": ("a.zip",), "folder": "set"}
        address = f"{server.record}/files/a.zip/content"
        right = Download(address=address, checksum=f"sha256:{hashlib.sha256(content).hexdigest()}", **common)
        assert "that lowsr-tradeoff keeps of it" in get(right, tmp_path / "right").notes[0]
        wrong = Download(address=address, checksum=f"sha256:{'0' * 64}", **common)
        with pytest.raises(DataError, match="does not have the checksum"):
            get(wrong, tmp_path / "wrong")


@pytest.mark.parametrize(
    ("files", "sha256", "told"), [("ab", "0" * 64, "has 2 files"), ("a", "12", "64 hexadecimal digits")]
)
def test_a_hash_that_cannot_be_used(tmp_path, files, sha256, told):
    with pytest.raises(ConfigError, match=told):
        get(offline(dict.fromkeys(files, b"")), tmp_path, sha256)


def test_a_damaged_ledger_is_not_passed_over(tmp_path):
    (tmp_path / "fetched.json").write_text("{")
    with pytest.raises(DataError, match=r"fetched\.json: is damaged"):
        get(offline(WEIGHTS), tmp_path)


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="choose another --to"):
        get(offline(WEIGHTS), tmp_path / "file" / "x")


@pytest.mark.parametrize("name", ["yamnet", "yamnet-256"])
def test_a_changed_yamnet_is_not_taken(name, tmp_path):
    """Neither from its publisher nor put there by hand: it is held against the hash that is kept of it."""
    wanted = find_download(name)
    with zenodo({"x": b"changed"}) as server:
        moved = wanted.model_copy(update={"address": f"{server.record}/files/x/content"})
        with pytest.raises(DataError, match=f"does not have the checksum {wanted.checksum}"):
            get(moved, tmp_path)
        assert files_in(tmp_path) == set()
        (tmp_path / wanted.files[0]).write_bytes(b"changed")
        with pytest.raises(DataError, match="does not have the checksum"):
            get(moved, tmp_path)
