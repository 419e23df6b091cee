"""What a run is made with arrives on a machine that has nothing of it."""

from pathlib import Path

import pytest

from lowsr_tradeoff.runner.cluster.packing import AbsentFilesError, pack, unpack
from lowsr_tradeoff.runner.store import Store


@pytest.fixture
def clip(tmp_path):
    file = tmp_path / "here" / "clip.wav"
    file.parent.mkdir()
    file.write_bytes(b"sound")
    return file


def test_the_store_is_the_receivers_and_a_file_at_its_place_is_found(tmp_path, clip):
    parcel = pack({"store": Store(tmp_path / "here"), "clip": clip, "name": "clip"})
    there = unpack(parcel.content, tmp_path / "there", {})
    assert there == {"store": Store(tmp_path / "there" / "run"), "clip": clip, "name": "clip"}


def test_a_file_that_is_not_there_or_another_is_asked_for_and_shipped_once(tmp_path, clip):
    parcel = pack([clip, clip, Path("no/file")])
    (digest,) = parcel.files
    for content in (b"another", None):
        clip.write_bytes(content) if content else clip.unlink()
        with pytest.raises(AbsentFilesError) as error:
            unpack(parcel.content, tmp_path / "there", {})
        assert error.value.args == (digest,)
    first, again, other = unpack(parcel.content, tmp_path / "there", {digest: b"sound"})
    assert first == again != clip
    assert first.read_bytes() == b"sound"
    assert other == Path("no/file")
    assert unpack(parcel.content, tmp_path / "there", {})[0] == first
