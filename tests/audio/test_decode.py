"""Every supported kind of file comes out as mono float32 at its own rate; what a header claims is compared."""

import resource
import struct
import time
import tracemalloc

import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.audio.decode import BLOCK_SAMPLES, Excerpt, decode, decode_blocks
from lowsr_tradeoff.errors import DataError

KINDS = [
    ("wav", "PCM_16"),
    ("wav", "PCM_24"),
    ("wav", "FLOAT"),
    ("wav", "PCM_U8"),
    ("flac", "PCM_16"),
    ("ogg", "VORBIS"),
]
READERS = [decode, lambda path: list(decode_blocks(path))]


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
    for read in READERS:
        with pytest.raises(DataError, match=rf"{name}: cannot be read as audio .*convert it to WAV"):
            read(tmp_path / name)


def promising_wav(path, n_bytes):
    soundfile.write(path, noise(800), 8000)
    content = bytearray(path.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = struct.pack("<I", n_bytes)
    path.write_bytes(content)


def promising_flac(path, n_samples):
    """STREAMINFO begins at byte 8; 36 bits from byte 21 on are the number of samples (RFC 9639, 8.2)."""
    soundfile.write(path, noise(800), 8000)
    content = bytearray(path.read_bytes())
    promised = int.from_bytes(content[18:26], "big") >> 36 << 36 | n_samples
    content[18:26] = promised.to_bytes(8, "big")
    path.write_bytes(content)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("n_bytes", [1646, 0x7FFE0000, 0x90000000])
def test_a_wav_that_promises_more_than_it_holds_is_refused(tmp_path, read, n_bytes):
    promising_wav(tmp_path / "a.wav", n_bytes)
    with pytest.raises(DataError, match=rf"a\.wav: is cut off: .* promises {n_bytes} bytes .* 1600 are there"):
        read(tmp_path / "a.wav")


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("n_samples", [801, 2**31, 2**36 - 1])
def test_a_flac_that_promises_more_than_it_holds_is_refused_at_once(tmp_path, read, n_samples):
    promising_flac(tmp_path / "a.flac", n_samples)
    start, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DataError, match=r"a\.flac: "):
        read(tmp_path / "a.flac")
    assert time.process_time() - start < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


@pytest.mark.parametrize("rate_hz", [1, 2_000_001, 2**31 - 1])
def test_a_rate_that_no_recorder_has_is_refused(tmp_path, rate_hz):
    soundfile.write(tmp_path / "a.wav", noise(800), rate_hz)
    with pytest.raises(DataError, match=f"claims to be sampled at {rate_hz} Hz"):
        decode(tmp_path / "a.wav")


def test_what_is_too_long_for_a_clip_is_refused_whole_and_read_in_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr("lowsr_tradeoff.audio.decode.MOST_SAMPLES", 70_000)
    soundfile.write(tmp_path / "a.flac", noise(150_000), 8000)
    with pytest.raises(DataError, match="too long for a clip; cut it into clips of at most 8 s"):
        decode(tmp_path / "a.flac")
    assert sum(len(block) for block, _ in decode_blocks(tmp_path / "a.flac")) == 150_000


def test_a_path_with_a_zero_byte_is_no_audio(tmp_path):
    with pytest.raises(DataError, match="cannot be read as audio"):
        decode(tmp_path / "a\0.wav")


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3", "aiff"])
@pytest.mark.parametrize("begin", [0, 1, BLOCK_SAMPLES - 1, 2 * BLOCK_SAMPLES])
def test_an_excerpt_is_that_part_of_the_whole(tmp_path, suffix, begin):
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, noise(3 * BLOCK_SAMPLES, 2), 16000)
    whole, rate_hz = decode(path)
    excerpt = Excerpt(path, begin / 16000, (begin + BLOCK_SAMPLES) / 16000)
    assert np.abs(decode(excerpt)[0] - whole[begin : begin + BLOCK_SAMPLES]).max() < 1e-6
    assert rate_hz == 16000


def test_only_the_blocks_of_an_excerpt_are_decoded(tmp_path, monkeypatch):
    path, n_read = tmp_path / "a.flac", []
    soundfile.write(path, noise(20 * BLOCK_SAMPLES), 16000)
    read = soundfile.SoundFile.read

    def counted(*args, **kwargs):
        block = read(*args, **kwargs)
        n_read.append(len(block))
        return block

    monkeypatch.setattr(soundfile.SoundFile, "read", counted)
    decode(Excerpt(path, 10.0, 10.5))
    assert n_read == [BLOCK_SAMPLES]


@pytest.mark.parametrize("behind_s", [0.0009, 0.0011])
def test_times_are_as_exact_as_three_decimals(tmp_path, behind_s):
    soundfile.write(tmp_path / "a.wav", noise(48000), 48000)
    excerpt = Excerpt(tmp_path / "a.wav", 0.5, 1 + behind_s)
    if behind_s < 0.001:
        assert decode(excerpt)[0].size == 24000
    else:
        with pytest.raises(DataError, match=r"ends at 1\.000 s, before the part from 0\.5 s to 1\.0011 s"):
            decode(excerpt)
