"""Formats of phones and browsers are decoded, within limits, in a process of its own."""

import time

import av
import numpy as np
import pytest
from tests.audio.phones import TONE_HZ, write

from lowsr_tradeoff.audio import ffmpeg
from lowsr_tradeoff.audio.decode import Excerpt, decode, decode_blocks
from lowsr_tradeoff.corpora.inspect import AudioInfo, UnusableAudio, inspect_files
from lowsr_tradeoff.errors import DataError

DURATION_S = 1.0
# File name, codec, its format of samples, rate.
KINDS = [
    ("a.m4a", "aac", "fltp", 16000),
    ("a.mp4", "aac", "fltp", 44100),
    ("a.3gp", "libopencore_amrnb", "s16", 8000),
    ("a.amr", "libopencore_amrnb", "s16", 8000),
    ("a.aac", "aac", "fltp", 16000),
    ("a.webm", "libopus", "flt", 48000),
    ("a.mka", "flac", "s16", 16000),
    ("a.mov", "pcm_s16le", "s16", 16000),
    ("a.wv", "wavpack", "fltp", 16000),
    ("a.tta", "tta", "s16", 16000),
]


@pytest.mark.parametrize(("name", "codec", "form", "rate_hz"), KINDS, ids=[kind[0] for kind in KINDS])
def test_a_tone_is_a_tone_of_that_pitch_and_length(tmp_path, name, codec, form, rate_hz):
    samples, found_hz = decode(write(tmp_path / name, codec, form, rate_hz, DURATION_S))
    assert (samples.dtype, samples.ndim, found_hz) == (np.float32, 1, rate_hz)
    assert DURATION_S - 0.01 < len(samples) / rate_hz < DURATION_S + 0.2
    spectrum = np.abs(np.fft.rfft(samples))
    assert np.fft.rfftfreq(len(samples), 1 / rate_hz)[spectrum.argmax()] == pytest.approx(TONE_HZ, abs=2)
    assert np.sqrt(np.mean(samples**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.2)


def test_channels_are_averaged_and_blocks_join_to_the_whole(tmp_path):
    path = write(tmp_path / "a.m4a", "aac", "fltp", 48000, 3.0, n_channels=2)
    whole, _ = decode(path)
    assert np.array_equal(np.concatenate([block for block, _ in decode_blocks(path)]), whole)
    assert 3.0 < len(whole) / 48000 < 3.2


def test_a_recording_of_a_phone_named_wav_is_read(tmp_path):
    write(tmp_path / "a.m4a", "aac", "fltp", 16000).rename(tmp_path / "a.wav")
    assert isinstance(inspect_files([tmp_path / "a.wav"], None)[tmp_path / "a.wav"], AudioInfo)


@pytest.mark.parametrize("name", ["a.m4a", "a.mka"])
def test_a_file_that_is_cut_off_is_refused(tmp_path, name):
    codec, form = {"a.m4a": ("aac", "fltp"), "a.mka": ("flac", "s16")}[name]
    path = write(tmp_path / name, codec, form, 16000)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = inspect_files([path], None)[path]
    assert isinstance(found, UnusableAudio)
    assert "is cut off" in found.reason or "cannot be read as audio" in found.reason


def test_a_film_without_sound_is_named(tmp_path):
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 16, 16, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(DataError, match=r"a\.mp4: cannot be read as audio \(holds no sound\)"):
        decode(tmp_path / "a.mp4")


def test_a_playlist_that_calls_itself_a_film_is_not_followed(tmp_path):
    (tmp_path / "a.m4a").write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.aac\n")
    with pytest.raises(DataError, match="cannot be read as audio"):
        decode(tmp_path / "a.m4a")
    (tmp_path / "b.m4a").write_bytes(b"\0\0\0\x08ftyp#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.aac\n")
    with pytest.raises(DataError, match="cannot be read as audio"):
        decode(tmp_path / "b.m4a")


def test_decoding_that_takes_too_long_is_ended(tmp_path, monkeypatch):
    path = write(tmp_path / "a.m4a", "aac", "fltp", 48000, duration_s=1.0)
    script = tmp_path / "slow.py"
    script.write_text("import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass\n")
    monkeypatch.setattr(ffmpeg.ffmpeg_process, "__file__", str(script))
    with pytest.raises(DataError, match=r"a\.m4a: cannot be read as audio: decoding takes more than 5 s"):
        decode(path)


def test_too_little_memory_is_a_refusal(tmp_path, monkeypatch):
    monkeypatch.setattr(ffmpeg, "MOST_BYTES", 50 * 2**20)
    with pytest.raises(DataError, match=r"a\.m4a: cannot be read as audio"):
        decode(write(tmp_path / "a.m4a", "aac", "fltp", 16000))


def test_a_reader_that_stops_early_leaves_no_process(tmp_path):
    blocks = decode_blocks(write(tmp_path / "a.m4a", "aac", "fltp", 48000, duration_s=20.0))
    next(blocks)
    start = time.process_time()
    blocks.close()
    assert time.process_time() - start < 1


def test_an_excerpt_of_a_phones_recording_is_that_part_of_the_whole(tmp_path):
    path = write(tmp_path / "a.m4a", "aac", "fltp", 16000, 12.0)
    samples, rate_hz = decode(Excerpt(path, 5.0, 6.5))
    assert rate_hz == 16000
    assert np.array_equal(samples, decode(path)[0][80000:104000])
    with pytest.raises(DataError, match=r"a\.m4a: ends at 12\.\d* s, before the part from 12\.0 s to 13\.0 s"):
        decode(Excerpt(path, 12.0, 13.0))
