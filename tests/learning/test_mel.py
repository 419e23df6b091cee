import numpy as np
import pytest
from torchaudio.functional import melscale_fbanks

from lowsr_tradeoff.audio.capture import restore
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.log_mel import mel_bank
from lowsr_tradeoff.learning.mel import YAMNET_RATES_HZ, count_mel_weights, lay_out
from lowsr_tradeoff.learning.yamnet_log_mel import yamnet_log_mel


@pytest.mark.parametrize("grid", ["shared", "native"])
@pytest.mark.parametrize("rate_hz", range(300, 16_001, 913))
def test_mel_weights_are_counted_without_the_bank(rate_hz, grid):
    layout = lay_out(rate_hz, grid, 2.03)
    # A bin on the edge of a triangle weighs nothing, or as little as single precision rounds it to.
    assert abs(count_mel_weights(layout) - np.count_nonzero(mel_bank(layout))) <= 1


def test_yamnets_bank_is_torchaudios_but_straight_in_mel():
    """Same edges and bins; torchaudio's triangles are straight in hertz, so within a band they differ."""
    bank = mel_bank(lay_out(16000, "shared", 1.0, "yamnet"))
    others = melscale_fbanks(257, 125.0, 7500.0, 64, 16000, norm=None, mel_scale="htk").numpy()
    assert np.array_equal(bank > 0, others > 0)
    assert np.abs(bank - others).max() < 0.03


@pytest.mark.parametrize("rate_hz", YAMNET_RATES_HZ)
def test_at_every_rate_yamnets_image_has_the_same_shape_and_the_same_bins(rate_hz):
    own, full = lay_out(rate_hz, "native", 2.0, "yamnet"), lay_out(16000, "shared", 2.0, "yamnet")
    assert (own.image, own.patch, own.starts) == (full.image, full.patch, full.starts)
    assert own.model_rate_hz == rate_hz
    assert rate_hz / own.fft_size == 16000 / full.fft_size
    assert own.hop / rate_hz == full.hop / 16000
    assert abs(own.frame / rate_hz - full.frame / 16000) < 1 / rate_hz
    n_bins = own.fft_size // 2 + 1
    np.testing.assert_array_equal(mel_bank(own), mel_bank(full)[:n_bins])


@pytest.mark.parametrize("rate_hz", [250, 1500, 11_025, 32_000])
def test_where_yamnets_hop_has_no_whole_samples_the_rate_is_refused(rate_hz):
    with pytest.raises(
        ConfigError, match=rf"^{rate_hz} Hz: YAMNet's features .*, 16000 Hz; .* grids = .\"shared\""
    ):
        lay_out(rate_hz, "native", 2.0, "yamnet")


@pytest.mark.parametrize("rate_hz", YAMNET_RATES_HZ[1:-1])
def test_yamnets_image_at_a_rate_is_that_of_the_restored_sound(rate_hz):
    """Below half the rate by twice the width of the main lobe of its window; above it there is silence."""
    x = (0.1 * np.random.default_rng(0).standard_normal(2 * rate_hz)).astype(np.float32)
    own, full = lay_out(rate_hz, "native", 2.0, "yamnet"), lay_out(rate_hz, "shared", 2.0, "yamnet")
    found, expected = yamnet_log_mel(x, own), yamnet_log_mel(restore(x, rate_hz, 16000), full)
    bins_hz = np.linspace(0, 8000, 257)[:, None] * (mel_bank(full) > 0)
    is_below = bins_hz.max(axis=0) < rate_hz / 2 - 160
    is_above = ~mel_bank(own).any(axis=0)
    assert is_below.sum() >= 5
    assert np.quantile(np.abs(found - expected)[is_below], 0.99) < 0.02
    np.testing.assert_allclose(found[is_above], np.log(0.001))
    assert is_above.any() == (rate_hz < 15000)


def test_between_the_outermost_centres_yamnets_bands_add_up_to_one():
    bank = mel_bank(lay_out(16000, "shared", 1.0, "yamnet"))
    hz = np.linspace(0, 8000, 257)
    mel = 1127 * np.log1p(hz / 700)
    low, high = 1127 * np.log1p(np.array([125, 7500]) / 700)
    step = (high - low) / 65
    inside = (mel >= low + step) & (mel <= high - step)
    np.testing.assert_allclose(bank.sum(axis=1)[inside], 1, atol=1e-6)
    outside = (mel <= low) | (mel >= high)
    assert not bank[outside].any()
    assert 0 < bank.max() <= 1


def test_a_tone_is_loudest_in_yamnets_band_of_its_pitch():
    layout = lay_out(16000, "shared", 1.0, "yamnet")
    at = np.arange(16000) / 16000
    low, high = 1127 * np.log1p(np.array([125, 7500]) / 700)
    centres = 700 * np.expm1(np.linspace(low, high, 66)[1:-1] / 1127)
    for band in (20, 40, 60):
        image = yamnet_log_mel(np.sin(2 * np.pi * centres[band] * at).astype(np.float32), layout)
        assert image.shape == (64, 98)
        assert (image.argmax(axis=0) == band).all()


def test_silence_is_the_logarithm_of_the_offset_also_after_a_short_window():
    layout = lay_out(16000, "shared", 0.5, "yamnet")
    image = yamnet_log_mel(np.ones(8000, np.float32), layout)
    assert image.shape == (64, 96)
    np.testing.assert_allclose(image[:, 60:], np.log(0.001), rtol=1e-6)


def test_a_window_shorter_than_a_column_is_refused():
    with pytest.raises(ConfigError, match="shorter than one column"):
        lay_out(1000, "native", 0.03)
