"""Transfers from a server on this machine: whole, broken off, gone on with, wrong, and refused."""

import errno
import functools
import hashlib
from contextlib import ExitStack, nullcontext
from http.server import ThreadingHTTPServer

import numpy as np
import pytest
from tests.corpora.published.server import Handler, running

from lowsr_tradeoff.corpora.published.download import checksum_of, download
from lowsr_tradeoff.errors import DataError, MissingResourceError, StageError

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]

CONTENT = np.random.default_rng(0).bytes(700_000)
SHA256 = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"


class Server(Handler):
    """Serves one content; ``plan`` says for each request after how many bytes the line breaks."""

    def __init__(self, *args, content, plan, seen, knows_ranges):
        self.content, self.plan, self.seen, self.knows_ranges = content, plan, seen, knows_ranges
        super().__init__(*args)

    def respond(self):
        asked = self.headers.get("Range")
        self.seen.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.knows_ranges else 0
        if start >= len(self.content):
            self.send_error(416)
            return
        self.answer(self.content[start:], 206 if start else 200, self.plan.pop(0) if self.plan else None)


@pytest.fixture
def serve():
    with ExitStack() as stack:

        def start(content=CONTENT, plan=(), *, knows_ranges=True):
            seen = []
            handler = functools.partial(
                Server, content=content, plan=list(plan), seen=seen, knows_ranges=knows_ranges
            )
            server = stack.enter_context(running(ThreadingHTTPServer(("127.0.0.1", 0), handler)))
            return f"http://127.0.0.1:{server.server_port}/file", seen

        yield start


def nothing(*_):
    pass


def test_a_file_arrives_and_progress_counts_its_bytes(serve, tmp_path):
    address, seen = serve()
    told = []
    download(address, tmp_path / "new" / "a.bin", SHA256, lambda *at: told.append(at))
    assert (tmp_path / "new" / "a.bin").read_bytes() == CONTENT
    assert told[-1] == (700_000, 700_000)
    assert told == sorted(told)
    assert seen == [None]
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["a.bin"]


def test_a_file_that_is_there_and_right_is_not_asked_for(serve, tmp_path):
    address, seen = serve()
    (tmp_path / "a.bin").write_bytes(CONTENT)
    download(address, tmp_path / "a.bin", SHA256, nothing)
    assert seen == []


def test_a_broken_transfer_goes_on_where_it_stopped(serve, tmp_path):
    address, seen = serve(plan=[300_000])
    with pytest.raises(MissingResourceError, match=r"broke off after 300000 of 700000 bytes.*goes on from there"):
        download(address, tmp_path / "a.bin", SHA256, nothing)
    assert not (tmp_path / "a.bin").exists()
    assert (tmp_path / "a.bin.part").read_bytes() == CONTENT[:300_000]
    told = []
    download(address, tmp_path / "a.bin", SHA256, lambda *at: told.append(at))
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert seen == [None, "bytes=300000-"]
    assert told[0][0] > 300_000
    assert told[-1] == (700_000, 700_000)
    assert not (tmp_path / "a.bin.part").exists()


def test_a_server_without_ranges_starts_again(serve, tmp_path):
    address, seen = serve(plan=[300_000], knows_ranges=False)
    for expected in (pytest.raises(MissingResourceError), nullcontext()):
        with expected:
            download(address, tmp_path / "a.bin", SHA256, nothing)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert seen == [None, "bytes=300000-"]


def test_a_part_that_is_whole_already_is_taken(serve, tmp_path):
    address, _ = serve()
    (tmp_path / "a.bin.part").write_bytes(CONTENT)
    download(address, tmp_path / "a.bin", SHA256, nothing)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT


@pytest.mark.parametrize("part", [b"", b"of another file", CONTENT + b"too long"])
def test_nothing_of_a_wrong_file_is_kept(serve, tmp_path, part):
    address, _ = serve(content=b"x" + CONTENT[1:])
    if part:
        (tmp_path / "a.bin.part").write_bytes(part)
    with pytest.raises(DataError, match=f"does not have the checksum {SHA256}"):
        download(address, tmp_path / "a.bin", SHA256, nothing)
    assert list(tmp_path.iterdir()) == []


def test_without_a_checksum_no_part_is_trusted(serve, tmp_path):
    address, seen = serve()
    (tmp_path / "a.bin.part").write_bytes(b"of another file")
    download(address, tmp_path / "a.bin", None, nothing)
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert seen == [None]


def test_a_server_that_is_not_there_is_one_clear_error(tmp_path):
    told = rf"http://127\.0\.0\.1:9/file: cannot be fetched .*put the file at {tmp_path}/a\.bin"
    with pytest.raises(MissingResourceError, match=told):
        download("http://127.0.0.1:9/file", tmp_path / "a.bin", SHA256, nothing)


def test_what_the_server_refuses_is_told(serve, tmp_path):
    address, _ = serve(content=b"")
    with pytest.raises(MissingResourceError, match="cannot be fetched"):
        download(address, tmp_path / "a.bin", SHA256, nothing)


def test_md5_as_zenodo_states_it(serve, tmp_path):
    address, _ = serve()
    download(address, tmp_path / "a.bin", f"md5:{hashlib.md5(CONTENT).hexdigest()}", nothing)
    assert checksum_of(tmp_path / "a.bin") == SHA256
    assert checksum_of(tmp_path / "a.bin", "md5") == f"md5:{hashlib.md5(CONTENT).hexdigest()}"


def test_a_full_disk_is_not_taken_for_a_lost_network(serve, tmp_path, monkeypatch):
    address, _ = serve()
    full = OSError(errno.ENOSPC, "No space left on device")

    def fsync(_):
        raise full

    monkeypatch.setattr("os.fsync", fsync)
    with pytest.raises(StageError, match=r"No space left.*make room"):
        download(address, tmp_path / "a.bin", SHA256, nothing)


def test_a_place_that_cannot_be_written(serve, tmp_path):
    address, _ = serve()
    (tmp_path / "file").write_text("")
    with pytest.raises(StageError, match="choose another --to"):
        download(address, tmp_path / "file" / "a.bin", SHA256, nothing)


def test_an_encrypted_address_that_leads_to_an_open_one_is_refused(tmp_path, monkeypatch):
    class Opened:
        def geturl(self):
            return "http://elsewhere/file"

        def close(self):
            pass

    monkeypatch.setattr("urllib.request.urlopen", lambda *_, **__: Opened())
    with pytest.raises(MissingResourceError, match="http://elsewhere/file, which is not encrypted"):
        download("https://here/file", tmp_path / "a.bin", SHA256, nothing)
