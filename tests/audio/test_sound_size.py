"""What headers promise is compared with what is there, in every format of chunks."""

import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.audio.decode import decode
from lowsr_tradeoff.audio.sound_size import find_sound
from lowsr_tradeoff.corpora.inspect import AudioInfo, inspect_files
from lowsr_tradeoff.errors import DataError

N, RATE_HZ = 8000, 16000
FORMS = {"wav": "WAV", "rf64": "RF64", "w64": "W64", "aiff": "AIFF", "au": "AU", "caf": "CAF", "sph": "NIST"}
BIG_ENDIAN = {"aiff", "au", "caf"}


def write(folder, suffix, n=N):
    path = folder / f"a.{suffix}"
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, n)
    soundfile.write(path, noise, RATE_HZ, format=FORMS[suffix], subtype="PCM_16")
    return path


def promise(path, n_bytes):
    """Write another size of the sound into the header."""
    sound, content = find_sound(path), bytearray(path.read_bytes())
    width = len(sound.to_the_end)
    order = "big" if path.suffix[1:] in BIG_ENDIAN else "little"
    content[sound.size_at : sound.size_at + width] = (n_bytes % 256**width).to_bytes(width, order)
    path.write_bytes(content)


@pytest.mark.parametrize("suffix", FORMS)
def test_a_whole_file_is_read_whole(tmp_path, suffix):
    path = write(tmp_path, suffix)
    assert len(decode(path)[0]) == N
    assert not find_sound(path).is_open_ended


@pytest.mark.parametrize("suffix", FORMS)
@pytest.mark.parametrize("n_left_out", [2000, N])
def test_a_file_that_is_cut_off_is_refused(tmp_path, suffix, n_left_out):
    path = write(tmp_path, suffix)
    path.write_bytes(path.read_bytes()[:-n_left_out])
    with pytest.raises(DataError, match=rf"a\.{suffix}: is cut off: its header promises 16\d\d\d bytes of sound"):
        decode(path)


@pytest.mark.parametrize("suffix", [suffix for suffix in FORMS if suffix != "sph"])
@pytest.mark.parametrize("size", [0, -1])
def test_the_header_of_a_recording_that_was_not_finished_goes_to_the_end(tmp_path, suffix, size):
    whole = decode(path := write(tmp_path, suffix))[0]
    promise(path, size)
    assert np.array_equal(decode(path)[0], whole)
    found = inspect_files([path], None)[path]
    assert isinstance(found, AudioInfo)
    assert (found.n_samples, found.is_open_ended) == (N, True)


@pytest.mark.parametrize("size", [0x7FFFF000, 0x7FFFFFFF, 0x80000000])
def test_sizes_that_sox_and_arecord_write_to_a_pipe_go_to_the_end(tmp_path, size):
    promise(path := write(tmp_path, "wav"), size)
    assert len(decode(path)[0]) == N


@pytest.mark.parametrize("n_more", [8, 36, 44])
def test_a_size_that_counts_the_header_too_is_read(tmp_path, n_more):
    promise(path := write(tmp_path, "wav"), 2 * N + n_more)
    assert len(decode(path)[0]) == N


@pytest.mark.parametrize("suffix", ["wav", "rf64"])
def test_a_header_of_a_shorter_recording_is_told(tmp_path, suffix):
    promise(path := write(tmp_path, suffix), 3200)
    with pytest.raises(DataError, match=r"has 12800 bytes of no known kind behind the 3200 bytes of sound"):
        decode(path)


@pytest.mark.parametrize(
    "behind", [b"LIST\x04\0\0\0abcd", b"TAG" + bytes(125), bytes(4096), b"bext\x90\1\0\0" + b"x" * 400]
)
def test_chunks_tags_and_zeros_behind_the_sound_are_none(tmp_path, behind):
    path = write(tmp_path, "wav")
    path.write_bytes(path.read_bytes() + behind)
    assert len(decode(path)[0]) == N


def test_an_empty_recording_with_a_chunk_behind_is_empty(tmp_path):
    path = write(tmp_path, "wav", n=0)
    path.write_bytes(path.read_bytes() + b"LIST\x04\0\0\0abcd")
    assert len(decode(path)[0]) == 0


def test_unfinished_recordings_are_counted_in_the_note(tmp_path):
    from tests.corpora.sounds import write_noise

    from lowsr_tradeoff.corpora.events import load_events

    for i, label in enumerate(("dog", "dog", "rain", "rain")):
        path = write_noise(tmp_path / label / f"{i}.wav", i)
        if label == "dog":
            promise(path, 0)
    loaded = load_events(str(tmp_path), 2, None, 0, (500,), 16000, skip_bad=False, cache=None)
    assert "2 files have the header of a recording that was not finished" in loaded.summary.note
    assert loaded.summary.duration_s == 2.0
