"""Every supported kind of file comes out as mono float32 at its own rate."""

import tracemalloc

import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.audio.decode import BLOCK_SAMPLES, decode, decode_blocks
from lowsr_tradeoff.errors import DataError

KINDS = [
    ("wav", "PCM_16"),
    ("wav", "PCM_24"),
    ("wav", "FLOAT"),
    ("wav", "PCM_U8"),
    ("flac", "PCM_16"),
    ("ogg", "VORBIS"),
]


def noise(n, n_channels=1):
    return np.random.default_rng(0).uniform(-0.5, 0.5, (n, n_channels)).astype(np.float32)


@pytest.mark.parametrize(("suffix", "subtype"), KINDS)
@pytest.mark.parametrize("n_channels", [1, 2, 6])
@pytest.mark.parametrize("rate_hz", [8000, 11025, 44100])
def test_channels_are_averaged_and_the_rate_is_the_files_own(tmp_path, suffix, subtype, n_channels, rate_hz):
    path, written = tmp_path / f"a.{suffix}", noise(1234, n_channels)
    soundfile.write(path, written, rate_hz, subtype=subtype)
    samples, source_rate_hz = decode(path)
    assert (samples.dtype, samples.shape, source_rate_hz) == (np.float32, (1234,), rate_hz)
    tolerance = {"PCM_16": 2**-15, "PCM_24": 2**-23, "FLOAT": 1e-7, "PCM_U8": 2**-6}.get(subtype)
    if tolerance:
        assert np.abs(samples - written.mean(axis=1)).max() <= tolerance


def test_an_odd_rate_is_kept(tmp_path):
    soundfile.write(tmp_path / "a.wav", noise(100), 12345)
    assert decode(tmp_path / "a.wav")[1] == 12345


@pytest.mark.parametrize("n", [1, BLOCK_SAMPLES, 2 * BLOCK_SAMPLES + 7])
@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
def test_blocks_join_to_the_whole(tmp_path, suffix, n):
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, noise(n, 2), 16000)
    blocks = list(decode_blocks(path))
    assert np.array_equal(np.concatenate([block for block, _ in blocks]), decode(path)[0])
    assert {rate for _, rate in blocks} == {16000}


def test_blocks_take_memory_that_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "long.wav"
    soundfile.write(path, noise(20 * BLOCK_SAMPLES, 2), 16000)
    tracemalloc.start()
    n = sum(len(block) for block, _ in decode_blocks(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert n == 20 * BLOCK_SAMPLES
    assert peak < 5 * BLOCK_SAMPLES * 2 * 4


@pytest.mark.parametrize("name", ["text.wav", "none.wav", "text.raw", "folder.wav", "cut.flac"])
def test_what_is_no_audio_says_which_file_and_what_to_do(tmp_path, name):
    (tmp_path / "text.wav").write_text("not audio")
    (tmp_path / "text.raw").write_text("not audio")
    (tmp_path / "folder.wav").mkdir()
    soundfile.write(tmp_path / "cut.flac", noise(9000), 16000)
    (tmp_path / "cut.flac").write_bytes((tmp_path / "cut.flac").read_bytes()[:9000])
    for read in (decode, lambda path: list(decode_blocks(path))):
        with pytest.raises(DataError, match=rf"{name}: cannot be read as audio .*convert it to WAV"):
            read(tmp_path / name)
