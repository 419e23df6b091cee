import librosa
import numpy as np
import pytest
import scipy.signal

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.learning.panns_hearing import front_end_of
from lowsr_tradeoff.learning.panns_log_mel import panns_log_mel

NETWORKS = ["cnn14", "cnn14_8k", "cnn14_32k", "resnet38", "mobilenetv2"]


def noise(rate_hz, duration_s=1.0):
    return np.random.default_rng(0).normal(0, 0.1, round(rate_hz * duration_s)).astype(np.float32)


def tone(tone_hz, rate_hz):
    return np.sin(2 * np.pi * tone_hz * np.arange(rate_hz) / rate_hz).astype(np.float32)


def loudest_band(image):
    return int(image[:, 5:-5].mean(axis=1).argmax())


@pytest.mark.parametrize("network", NETWORKS)
def test_scipys_spectra_in_librosas_bands_are_the_same_levels(network):
    front_end = front_end_of(network)
    x = noise(front_end.model_rate_hz)
    window = scipy.signal.get_window("hann", front_end.window)
    overlap = front_end.window - front_end.hop
    *_, spectra = scipy.signal.stft(x, window=window, noverlap=overlap, nperseg=front_end.window, boundary="even")
    # scipy divides by the sum of the window.
    power = np.abs(spectra * window.sum()) ** 2
    edges = {"fmin": front_end.low_hz, "fmax": front_end.high_hz}
    bank = librosa.filters.mel(sr=front_end.model_rate_hz, n_fft=front_end.window, n_mels=64, **edges)
    image = panns_log_mel(x, front_end)
    expected = 10 * np.log10(np.maximum(bank @ power, 1e-10))[:, : image.shape[1]]
    assert image.dtype == np.float32
    assert image.shape == front_end.image(len(x))
    np.testing.assert_allclose(image, expected, atol=1e-3)


def test_silence_lies_on_the_floor():
    assert (panns_log_mel(np.zeros(16000, np.float32), front_end_of("cnn14")) == -100).all()


def test_ten_times_the_pressure_is_20_db():
    x, front_end = noise(16000), front_end_of("cnn14")
    np.testing.assert_allclose(panns_log_mel(10 * x, front_end) - panns_log_mel(x, front_end), 20, atol=1e-3)


def test_the_papers_levels_are_those_of_another_logarithm():
    x = noise(16000)
    decimal = panns_log_mel(x, front_end_of("cnn14"))
    natural = panns_log_mel(x, front_end_of("cnn14", as_published=True))
    np.testing.assert_allclose(natural, decimal * np.log(10), rtol=1e-5)


@pytest.mark.parametrize("network", ["resnet38", "mobilenetv2"])
def test_as_published_a_tone_is_heard_an_octave_up(network):
    published, corrected = front_end_of(network, as_published=True), front_end_of(network)
    heard = loudest_band(panns_log_mel(tone(1000, 16000), published))
    assert heard == loudest_band(panns_log_mel(tone(2000, 32000), corrected))
    assert heard > loudest_band(panns_log_mel(tone(1000, 32000), corrected))


def test_cnn14_hears_a_tone_where_it_is_either_way():
    bands = {
        loudest_band(panns_log_mel(tone(1000, 16000), front_end_of("cnn14", as_published=as_published)))
        for as_published in (False, True)
    }
    assert len(bands) == 1


def test_a_clip_shorter_than_half_a_frame_is_refused():
    front_end = front_end_of("cnn14")
    assert panns_log_mel(noise(16000)[:257], front_end).shape == (64, 2)
    with pytest.raises(DataError, match="256 samples at 16000 Hz are too few"):
        panns_log_mel(noise(16000)[:256], front_end)
