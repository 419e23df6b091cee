import numpy as np
import pytest

from lowsr_tradeoff.classify.diagnosis.hump import MIDDLE_HZ, hump_test
from lowsr_tradeoff.statistics.intervals import resample_weights

RATES_HZ = (500, 1000, 2000, 4000, 8000)


def gains_of(by_rate, n=400, seed=0):
    """Per clip -1, 0 or 1, as two networks differ, with the mean of each rate."""
    rng = np.random.default_rng(seed)
    return {
        rate_hz: rng.choice([-1.0, 0.0, 1.0], n, p=[0.1 - mean / 2, 0.8, 0.1 + mean / 2])
        for rate_hz, mean in by_rate.items()
    }


def weights_of(n=400, per_source=4, n_resamples=500):
    return resample_weights([f"s{i // per_source}" for i in range(n)], n_resamples, 0)


def test_a_hump_is_found_and_the_contrast_is_that_of_the_means():
    gains = gains_of(dict(zip(RATES_HZ, (0.0, 0.15, 0.2, 0.15, 0.0), strict=True)))
    found = hump_test(gains, weights_of(), "native")
    mean = {rate_hz: gain.mean() for rate_hz, gain in gains.items()}
    middle = (mean[1000] + mean[2000] + mean[4000]) / 3
    assert (found.middle_rates_hz, found.outer_rates_hz) == ((1000, 2000, 4000), (500, 8000))
    assert found.contrast.value == pytest.approx(middle - (mean[500] + mean[8000]) / 2)
    assert found.rise.value == pytest.approx(middle - mean[500])
    assert found.fall.value == pytest.approx(middle - mean[8000])
    assert found.is_supported
    assert found.contrast.n == 400


@pytest.mark.parametrize("means", [(0.2, 0.1, 0.05, 0.0, -0.15), (-0.15, 0.0, 0.05, 0.1, 0.2)])
def test_a_gain_that_only_falls_or_rises_with_the_rate_is_no_hump(means):
    found = hump_test(gains_of(dict(zip(RATES_HZ, means, strict=True))), weights_of(), "native")
    assert not found.is_supported
    assert max(found.rise.low, found.fall.low) > 0


def test_a_gain_that_is_the_same_everywhere_is_seldom_called_a_hump():
    flat, weights = dict.fromkeys(RATES_HZ, 0.1), weights_of(n_resamples=200)
    called = [hump_test(gains_of(flat, seed=seed), weights, "native").is_supported for seed in range(200)]
    assert np.mean(called) <= 0.025


def test_rates_on_one_side_only_cannot_show_a_hump():
    found = hump_test(gains_of(dict.fromkeys((500, 1000, 2000, 4000), 0.1)), weights_of(), "shared")
    assert found.fall.reason == f"no rate above {MIDDLE_HZ[1]} Hz"
    assert found.contrast.value is not None
    assert not found.is_supported
    assert hump_test(gains_of({500: 0.1}), weights_of(), "shared").rise.reason == "no middle rate"


def test_clips_that_all_agree_give_no_interval():
    found = hump_test({rate_hz: np.zeros(40) for rate_hz in RATES_HZ}, weights_of(40), "shared")
    assert (found.rise.value, found.rise.low) == (0, None)
    assert not found.is_supported
