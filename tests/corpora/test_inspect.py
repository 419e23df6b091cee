"""What a file holds is found once, in little memory, and every unusable one is told apart."""

import tracemalloc

import numpy as np
import pytest
import soundfile

from lowsr_tradeoff.corpora import inspect
from lowsr_tradeoff.corpora.inspect import AudioInfo, UnusableAudio, inspect_files
from lowsr_tradeoff.files.writing import seal, unseal


def write(path, samples=None, rate_hz=16000, **kwargs):
    path.parent.mkdir(parents=True, exist_ok=True)
    # Different names, different bytes.
    seed = sum(path.as_posix().encode())
    noise = np.random.default_rng(seed).uniform(-0.5, 0.5, 4000)
    soundfile.write(path, noise if samples is None else samples, rate_hz, **kwargs)
    return path


def float_wav(path, samples):
    return write(path, np.asarray(samples, np.float32), subtype="FLOAT")


def with_sample(value, n=200_000):
    samples = np.full(n, 0.1, np.float32)
    samples[3] = value
    return samples


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
@pytest.mark.parametrize("n_channels", [1, 2])
@pytest.mark.parametrize("rate_hz", [8000, 11025, 48000])
def test_rate_length_and_digest_are_found(tmp_path, suffix, n_channels, rate_hz):
    samples = np.random.default_rng(0).uniform(-0.5, 0.5, (70_000, n_channels))
    path = write(tmp_path / f"a.{suffix}", samples, rate_hz)
    finding = inspect_files([path], None)[path]
    assert (finding.source_rate_hz, finding.n_samples) == (rate_hz, 70_000)
    assert finding.duration_s == 70_000 / rate_hz
    assert len(finding.digest) == 64


def opposite(path):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 500)
    return write(path, np.stack([noise, -noise], axis=1), subtype="FLOAT")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: path.touch(), "is empty (0 bytes)"),
        (lambda path: write(path, np.zeros(0)), "is empty (no samples)"),
        (lambda path: path.write_text("hello"), "cannot be read as audio"),
        (lambda path: path.write_bytes(write(path).read_bytes()[:20]), "cannot be read as audio"),
        (lambda path: float_wav(path, with_sample(np.nan)), "has samples that are NaN or infinite"),
        (lambda path: float_wav(path, with_sample(np.inf)), "has samples that are NaN or infinite"),
        (lambda path: float_wav(path, [[np.inf, -np.inf], [0, 0]]), "has samples that are NaN or infinite"),
        (lambda path: write(path, np.zeros(100)), "is silent: every sample is zero"),
        (opposite, "is silent: every sample is zero"),
        (lambda path: float_wav(path, with_sample(20000.0)), "is not scaled to full scale 1"),
    ],
)
def test_every_way_of_being_unusable_is_told(tmp_path, make, reason):
    path = tmp_path / "a.wav"
    make(path)
    finding = inspect_files([path], None)[path]
    assert isinstance(finding, UnusableAudio)
    assert finding.reason.startswith(reason)
    assert str(tmp_path) not in finding.reason


def test_the_overshoot_of_a_lossy_codec_is_fine(tmp_path):
    path = float_wav(tmp_path / "a.wav", with_sample(1.1))
    assert isinstance(inspect_files([path], None)[path], AudioInfo)


def test_a_file_that_goes_away_is_reported_not_raised(tmp_path):
    assert inspect_files([tmp_path / "gone.wav"], None)[tmp_path / "gone.wav"].reason == (
        "cannot be read (No such file or directory)"
    )


def test_what_is_too_long_for_a_clip_is_found_before_it_is_read_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("lowsr_tradeoff.audio.decode.MOST_SAMPLES", 70_000)
    path = write(tmp_path / "a.flac", np.full(150_000, 0.1), 8000)
    assert inspect_files([path], None)[path].reason.startswith("is 19 s long")


def test_memory_does_not_grow_with_the_file(tmp_path):
    n = 3_000_000
    path = write(tmp_path / "long.wav", np.full((n, 2), 0.1), 44100)
    tracemalloc.start()
    finding = inspect_files([path], None)[path]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert finding.n_samples == n
    assert peak < n * 4 / 4


def test_known_bytes_are_not_decoded_again_even_under_another_name(tmp_path, monkeypatch):
    good, bad, cache = write(tmp_path / "a.wav"), tmp_path / "b.wav", tmp_path / "run" / "inspected"
    bad.write_text("hello")
    first = inspect_files([good, bad], cache)
    moved = good.rename(tmp_path / "c.wav")
    monkeypatch.setattr(inspect, "decode_blocks", lambda path, **_: pytest.fail(f"decoded {path} again"))
    again = inspect_files([moved, bad], cache)
    assert [again[moved], again[bad]] == [first[good], first[bad]]


def test_changed_bytes_are_decoded_again(tmp_path):
    cache = tmp_path / "inspected"
    path = write(tmp_path / "a.wav")
    before = inspect_files([path], cache)[path]
    write(path, np.full(50, 0.1))
    after = inspect_files([path], cache)[path]
    assert (before.n_samples, after.n_samples) == (4000, 50)


@pytest.mark.parametrize("content", ["", "{", '{"code": "x", "files": {}}', '{"code": 3}', "[]"])
def test_a_damaged_or_outdated_memory_is_made_anew(tmp_path, content):
    cache, path = tmp_path / "inspected", write(tmp_path / "a.wav")
    cache.write_text(content)
    assert inspect_files([path], cache)[path].n_samples == 4000
    assert '"n_samples":4000' in cache.read_text()


def test_what_other_code_found_is_not_believed(tmp_path, monkeypatch):
    cache, path = tmp_path / "inspected", write(tmp_path / "a.wav")
    inspect_files([path], cache)
    cache.write_bytes(seal(unseal(cache.read_bytes()).replace(b'"n_samples":4000', b'"n_samples":1')))
    assert inspect_files([path], cache)[path].n_samples == 1
    monkeypatch.setattr(inspect, "code_of", lambda _: "edited")
    assert inspect_files([path], cache)[path].n_samples == 4000


def test_a_second_corpus_keeps_what_was_found_of_the_first(tmp_path, monkeypatch):
    a, b, cache = write(tmp_path / "a.wav"), write(tmp_path / "b.wav"), tmp_path / "inspected"
    inspect_files([a], cache)
    inspect_files([b], cache)
    monkeypatch.setattr(inspect, "decode_blocks", lambda path, **_: pytest.fail(f"decoded {path} again"))
    inspect_files([a, b], cache)
