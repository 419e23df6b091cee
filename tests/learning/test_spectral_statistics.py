import numpy as np
import pytest

from lowsr_tradeoff.learning.log_mel import LOG_FLOOR
from lowsr_tradeoff.learning.spectral_statistics import (
    CEPSTRAL_PERCENTILES,
    LOUDNESS_PERCENTILES,
    N_CEPSTRA,
    N_LAGS,
    PERCENTILES,
    fine_layout,
    statistics_of,
)

RATE_HZ, CLIP_S = 4000, 4.0
N_BANDS = fine_layout(RATE_HZ, CLIP_S).mel_bands


def noise(rms: float = 0.1) -> np.ndarray:
    return (rms * np.random.default_rng(0).standard_normal(int(CLIP_S * RATE_HZ))).astype(np.float32)


def parts_of(x: np.ndarray) -> dict[str, np.ndarray]:
    """The statistics by name."""
    sizes = {
        "maximum": N_BANDS, "mean": N_BANDS, "deviation": N_BANDS, "change": N_BANDS,
        "percentiles": N_BANDS * len(PERCENTILES),
        "cepstra": N_CEPSTRA * (3 + len(CEPSTRAL_PERCENTILES)),
        "loudness": len(LOUDNESS_PERCENTILES), "autocorrelation": N_LAGS,
    }  # fmt: skip
    (found,) = statistics_of(x, RATE_HZ, CLIP_S).astype(float)
    return dict(zip((*sizes, "modulation"), np.split(found, np.cumsum(list(sizes.values()))), strict=True))


def test_a_louder_sound_has_higher_levels_and_moves_no_more():
    soft, loud = parts_of(noise(0.1)), parts_of(noise(0.4))
    for name in ("mean", "maximum", "percentiles", "loudness"):
        np.testing.assert_allclose(loud[name] - soft[name], 2 * np.log(4), atol=0.02, err_msg=name)
    for name in ("deviation", "change", "autocorrelation", "modulation"):
        np.testing.assert_allclose(loud[name], soft[name], atol=0.03, err_msg=name)


def test_a_sound_that_comes_and_goes_four_times_a_second_comes_again_after_a_quarter():
    t = np.arange(int(CLIP_S * RATE_HZ)) / RATE_HZ
    beating = noise() * (1 + 0.9 * np.sin(2 * np.pi * 4 * t)).astype(np.float32)
    found, steady = parts_of(beating), parts_of(noise())
    lags_s = 0.01 * np.geomspace(1, 200, N_LAGS).astype(int)
    again = found["autocorrelation"][np.argmin(np.abs(lags_s - 0.25))]
    between = found["autocorrelation"][np.argmin(np.abs(lags_s - 0.125))]
    assert again > 0.5 > -0.3 > between
    # 4 Hz is the 16th multiple of 1 / 4 s, of 200; twelve bands of equal ratio put it into the seventh.
    assert found["modulation"].argmax() == 6
    assert found["modulation"].max() > steady["modulation"].max() + 2


def test_percentiles_of_levels_are_in_order_around_the_mean():
    found = parts_of(noise())
    percentiles = found["percentiles"].reshape(len(PERCENTILES), N_BANDS)
    assert (np.diff(percentiles, axis=0) >= 0).all()
    assert (percentiles[-1] <= found["maximum"]).all()
    assert (percentiles[0] < found["mean"]).all()


@pytest.mark.parametrize("rate_hz", [100, 250, 500, 777, 1000, 2000, 8000, 16000, 44100, 96000])
@pytest.mark.parametrize("clip_s", [0.04, 0.5, 3.0])
def test_every_rate_and_length_has_finite_statistics_of_one_size(rate_hz, clip_s):
    n_samples = round(clip_s * rate_hz)
    silent, loud = np.zeros(n_samples, np.float32), np.ones(n_samples + 5, np.float32)
    found = [statistics_of(x, rate_hz, clip_s) for x in (silent, loud, loud[: n_samples // 2])]
    assert all(np.isfinite(each).all() for each in found)
    assert {each.shape for each in found} == {statistics_of(silent, rate_hz, 5.0).shape}
    assert found[0][0, 0] == LOG_FLOOR
