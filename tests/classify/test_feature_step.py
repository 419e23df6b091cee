from pathlib import Path

import librosa
import numpy as np
import pytest
import scipy.signal
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.classify.corpora import event_corpus

from lowsr_tradeoff.audio.capture import capture, noise_seed, restore
from lowsr_tradeoff.classify import feature_step
from lowsr_tradeoff.classify.feature_step import image_of, run
from lowsr_tradeoff.classify.image_steps import feature_steps
from lowsr_tradeoff.classify.step_settings import FeatureSettings
from lowsr_tradeoff.corpora.clips import EventClip
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.files.reading import sha256_of
from lowsr_tradeoff.learning.log_mel import LOG_FLOOR, log_mel, mel_bank
from lowsr_tradeoff.learning.mel import Layout, fit_length, lay_out
from lowsr_tradeoff.learning.panns_hearing import front_end_of
from lowsr_tradeoff.learning.panns_log_mel import panns_log_mel
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

LAYOUTS = [(500, "native"), (1000, "native"), (4000, "native"), (16000, "shared")]


def tone(hz: float, rate_hz: int, duration_s: float = 1.0) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hz * np.arange(int(duration_s * rate_hz)) / rate_hz)).astype(np.float32)


@pytest.mark.parametrize(("rate_hz", "grid"), LAYOUTS)
@pytest.mark.parametrize("position", [0.1, 0.25, 0.4])
def test_a_tone_peaks_in_a_band_that_holds_its_frequency(rate_hz, grid, position):
    layout, hz = lay_out(rate_hz, grid, 1.0), position * rate_hz
    loudest = log_mel(tone(hz, rate_hz), rate_hz, layout).astype(float).mean(axis=1).argmax()
    bins_hz = np.fft.rfftfreq(layout.fft_size, 1 / layout.model_rate_hz)
    inside = bins_hz[mel_bank(layout)[:, loudest] > 0]
    bin_hz = layout.model_rate_hz / layout.fft_size
    assert inside.min() - bin_hz <= hz <= inside.max() + bin_hz


@pytest.mark.parametrize(("rate_hz", "grid"), LAYOUTS)
def test_noise_of_one_density_has_one_level_in_every_layout(rate_hz, grid):
    rng = np.random.default_rng(0)
    rms = 0.1 * np.sqrt(rate_hz / 16000)
    noise = (rms * rng.standard_normal(10 * rate_hz)).astype(np.float32)
    power = np.exp(log_mel(noise, rate_hz, lay_out(rate_hz, grid, 10.0)).astype(float)).mean()
    density = 0.1**2 * 0.375 * 512 / (16000 / 512)  # sigma^2 * sum(hann^2) per Hz of the shared grid's bins
    assert np.log(power) == pytest.approx(np.log(density), abs=0.35)  # pooling averages logarithms, so a bit below


def test_log_mel_is_scipys_spectrogram_in_librosas_bands_pooled_over_two_frames():
    x = (0.1 * np.random.default_rng(0).standard_normal(16000)).astype(np.float32)
    *_, spectra = scipy.signal.stft(x, nperseg=512, noverlap=512 - 320, boundary="even", padded=False)
    power = np.abs(spectra * 256) ** 2  # scipy divides by the sum of the window
    mel = librosa.filters.mel(sr=16000, n_fft=512, n_mels=64, fmin=50, fmax=8000) @ power
    level = np.log(np.maximum(mel[:, :50], np.exp(LOG_FLOOR)))
    expected = (level[:, 0::2] + level[:, 1::2]) / 2
    np.testing.assert_allclose(log_mel(x, 16000, lay_out(16000, "shared", 1.0)), expected, atol=4e-3)


@pytest.mark.parametrize(("rate_hz", "grid"), LAYOUTS)
def test_the_mel_bank_is_librosas(rate_hz, grid):
    layout = lay_out(rate_hz, grid, 1.0)
    oracle = librosa.filters.mel(
        sr=layout.model_rate_hz,
        n_fft=layout.fft_size,
        n_mels=layout.mel_bands,
        fmin=layout.low_hz,
        fmax=layout.high_hz,
    )
    np.testing.assert_allclose(mel_bank(layout), oracle.T, atol=1e-6)


def test_silence_lies_on_the_floor():
    image = log_mel(np.zeros(1000, np.float32), 1000, lay_out(1000, "native", 1.0))
    assert (image == LOG_FLOOR).all()


def test_the_shared_grid_is_empty_above_half_the_rate():
    noise = (0.1 * np.random.default_rng(0).standard_normal(2000)).astype(np.float32)
    layout = lay_out(1000, "shared", 2.0)
    lowest_hz = np.array([np.flatnonzero(band)[0] for band in mel_bank(layout).T]) * 16000 / 512
    image = log_mel(noise, 1000, layout)[:, 1:-1]  # an abrupt start and end sound in every band
    assert (image[lowest_hz > 700] == LOG_FLOOR).all()
    assert (image[(lowest_hz > 100) & (lowest_hz < 400)] > LOG_FLOOR + 3).all()


@settings(deadline=None, max_examples=60)
@given(rate_hz=st.integers(100, 48000), window_s=st.floats(0.1, 10))
def test_a_native_layout_ends_at_half_the_rate_and_has_no_deaf_band(rate_hz, window_s):
    layout = lay_out(rate_hz, "native", window_s)
    assert 0 < layout.low_hz < layout.high_hz == rate_hz / 2
    assert 4 <= layout.mel_bands <= 64
    assert mel_bank(layout).any(axis=0).all()
    column_s = 2 * layout.hop / rate_hz
    assert column_s == pytest.approx(0.04, rel=0.25)
    assert layout.image[1] == pytest.approx(window_s / column_s, abs=1.01)


@pytest.mark.parametrize("rate_hz", [500, 1000, 2000, 4000])
def test_the_shared_layout_is_one_for_all_rates(rate_hz):
    assert lay_out(rate_hz, "shared", 2.0) == lay_out(16000, "shared", 2.0)


def test_a_window_without_a_column_is_refused():
    with pytest.raises(ConfigError, match=r"0\.03 s is shorter .* at 1000 Hz; give a longer one"):
        lay_out(1000, "native", 0.03)


def test_a_band_between_two_bins_is_refused_with_its_rate():
    crowded = Layout(500, 32, 10, 100, 64, 20.0, 250.0, 2.0)
    with pytest.raises(ConfigError, match=r"500 Hz: mel bands .* of 64 hold no FFT bin"):
        mel_bank(crowded)


@given(n=st.integers(0, 20), n_samples=st.integers(0, 20))
def test_fit_length_keeps_the_start_and_adds_silence(n, n_samples):
    x = np.arange(1, n + 1, dtype=np.float32)
    fitted = fit_length(x, n_samples)
    assert len(fitted) == n_samples
    assert (fitted[:n] == x[:n_samples]).all()
    assert not fitted[n:].any()


@pytest.fixture
def corpus(tmp_path):
    """Two folds of two clips, one shorter and one longer than what is heard of them."""
    clips = []
    for i, duration_s in enumerate([0.3, 0.7, 0.5, 0.5]):
        path = tmp_path / f"{i}.wav"
        soundfile.write(path, tone(100 + 50 * i, 16000, duration_s), 16000)
        clips.append(EventClip(f"clip{i}", "tone", 1 + i % 2, f"s{i}", sha256_of(path), path))
    return event_corpus(clips, 0.5)


def test_every_layout_of_a_fold_is_made_from_one_reading(corpus, tmp_path, monkeypatch):
    read_paths: list[Path] = []

    def count(clip):
        read_paths.append(clip.audio)
        return soundfile.read(clip.audio, dtype="float32")

    monkeypatch.setattr(feature_step, "read", count)
    config, store = StudyConfig(front_end=FrontEnd()), Store(tmp_path / "run")
    points = [(1000, "shared"), (1000, "native"), (4000, "native")]
    steps = [feature_steps(config, corpus, rate_hz, grid)[1] for rate_hz, grid in points]
    run(steps, corpus, store)
    assert read_paths == [corpus.clips[1].audio, corpus.clips[3].audio]
    for step, (rate_hz, grid) in zip(steps, points, strict=True):
        images = store.arrays(step)["features"]
        assert store.meta(step)["clips"] == ["clip1", "clip3"]
        assert images.dtype == np.float16
        for image, clip in zip(images, (corpus.clips[1], corpus.clips[3]), strict=True):
            sound = fit_length(soundfile.read(clip.audio, dtype="float32")[0], 8000)
            heard = capture(sound, 16000, rate_hz, FrontEnd(), noise_seed(0, clip.digest, rate_hz))
            np.testing.assert_array_equal(image[0], log_mel(heard, rate_hz, lay_out(rate_hz, grid, 0.5)))


def test_the_microphone_hears_its_own_noise_after_a_short_clip(corpus, tmp_path):
    """The clip is lengthened before the microphone: after its end there is noise, not digital silence."""
    config = StudyConfig(front_end=FrontEnd(noise_floor_dbfs=-50.0))
    step = feature_steps(config, corpus, 1000, "native")[0]
    run([step], corpus, Store(tmp_path / "run"))
    after_the_end = Store(tmp_path / "run").arrays(step)["features"][0, 0, :, -3:]
    assert (after_the_end > LOG_FLOOR).any()


def test_clips_too_short_for_the_panns_are_refused():
    with pytest.raises(ConfigError, match="the PANNs need 32; give a longer one"):
        lay_out(1000, "shared", 0.3, "cnn14")


def test_panns_images_are_their_own_log_mel_of_the_restored_capture():
    asked = FeatureSettings(
        rate_hz=2000, grid="shared", front="mobilenetv2", as_published=False, fold=1, clips="", clip_s=1.0,
        front_end=FrontEnd(), seed=0,
    )  # fmt: skip
    captured = tone(300, 2000)
    front_end = front_end_of("mobilenetv2")
    expected = panns_log_mel(restore(captured, 2000, 32000)[:32000], front_end)
    image = image_of(captured, asked)
    assert image.shape == lay_out(2000, "shared", 1.0, "mobilenetv2").image
    np.testing.assert_allclose(image, expected, atol=0.07)  # half precision at -100 dB
