"""Sound files that lie: what a header promises costs nothing and deceives nobody."""

import resource
import struct
import time

import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.audio import decode as decoding
from lowsr_tradeoff.audio.decode import decode, decode_blocks
from lowsr_tradeoff.corpora.inspect import UnusableAudio, inspect_files
from lowsr_tradeoff.errors import DataError

READERS = [decode, lambda path: list(decode_blocks(path))]


def noise(n):
    return np.random.default_rng(0).uniform(-0.5, 0.5, n).astype(np.float32)


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
@pytest.mark.parametrize("n_bytes", [1602, 0x7FFFFF00, 0xFFFFFFFF])
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


def test_what_is_too_long_for_a_clip_is_found_before_it_is_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(decoding, "MOST_SAMPLES", 70_000)
    soundfile.write(tmp_path / "a.flac", noise(150_000), 8000)
    with pytest.raises(DataError, match="too long for a clip; cut it into clips of at most 8 s"):
        decode(tmp_path / "a.flac")
    finding = inspect_files([tmp_path / "a.flac"], None)[tmp_path / "a.flac"]
    assert isinstance(finding, UnusableAudio)
    assert finding.reason.startswith("is 16 s long")
    assert sum(len(block) for block, _ in decode_blocks(tmp_path / "a.flac")) == 150_000


def test_a_path_with_a_zero_byte_is_no_audio(tmp_path):
    with pytest.raises(DataError, match="cannot be read as audio"):
        decode(tmp_path / "a\0.wav")
