import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import permutation_test, spearmanr

from lowsr_tradeoff.classify.diagnosis.spectrum import (
    energies_below,
    energy_below,
    permutation_p_value,
    rank_correlation,
)
from lowsr_tradeoff.corpora.clips import EventClip
from lowsr_tradeoff.files.reading import sha256_of


def tone(hz, rate_hz=16000, amplitude=1.0, n=16000):
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(n) / rate_hz)).astype(np.float32)


def test_energy_is_that_of_the_tones_below_each_edge():
    """A sine of amplitude a over n samples has the energy n a² / 2."""
    x = tone(100) + tone(1000, amplitude=0.5) + tone(6000, amplitude=0.1)
    found = energy_below(x, 16000, [500, 2000, 8000])
    np.testing.assert_allclose(found, 8000 * np.array([1, 1.25, 1.26]), rtol=1e-5)


def test_rumble_below_the_lowest_band_counts_nowhere():
    x = 10 * tone(20) + 5 + tone(1000)
    np.testing.assert_allclose(energy_below(x, 16000, [500, 8000]), [0, 8000], atol=1)


@given(seed=st.integers(0, 50), n=st.sampled_from([1000, 1001]), rate_hz=st.sampled_from([8000, 44100]))
def test_noise_keeps_the_share_of_the_band_and_all_below_its_nyquist(seed, n, rate_hz):
    x = np.random.default_rng(seed).standard_normal(n * 10).astype(np.float32)
    below, half, everything = energy_below(x, rate_hz, [50, rate_hz / 4, rate_hz])
    assert below == 0
    assert half / everything == pytest.approx((rate_hz / 4 - 50) / (rate_hz / 2 - 50), abs=0.06)
    above_lowest = np.fft.rfft(x.astype(float))
    above_lowest[np.fft.rfftfreq(len(x), 1 / rate_hz) < 50] = 0
    assert everything == pytest.approx(np.square(np.fft.irfft(above_lowest, len(x))).sum(), rel=1e-9)


def test_only_what_the_network_hears_of_a_clip_counts(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.concatenate([tone(200), tone(3000)]) / 2, 16000, subtype="FLOAT")
    clip = EventClip("a", "x", 1, "a", sha256_of(tmp_path / "a.wav"), tmp_path / "a.wav")
    (first,) = energies_below([clip], 1.0, [1000, 8000])
    (both,) = energies_below([clip], 9.0, [1000, 8000])
    assert first[0] / first[1] == pytest.approx(1, abs=1e-3)
    assert both[0] / both[1] == pytest.approx(0.5, abs=1e-3)


@given(seed=st.integers(0, 100))
def test_rank_correlation_is_scipys_with_ties(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 5, 12), rng.standard_normal(12)
    assert rank_correlation(x, y) == pytest.approx(spearmanr(x, y).statistic)


def test_what_is_constant_or_too_few_has_no_rank_correlation():
    assert rank_correlation([1, 1, 1], [1, 2, 3]) is None
    assert permutation_p_value([1, 2, 3], [4, 4, 4], 99, 0) is None
    assert rank_correlation([1, 2], [1, 2]) is None
    assert rank_correlation([], []) is None


def test_permutation_p_is_scipys_exact_one():
    """Five classes have 120 orders; random ones estimate the exact share."""
    x, y = np.array([1, 2, 3, 4, 5]), np.array([2, 1, 3, 5, 4])
    exact = permutation_test(
        (y,), lambda order: spearmanr(x, order).statistic, permutation_type="pairings", n_resamples=np.inf
    ).pvalue
    assert permutation_p_value(x, y, 20_000, 0) == pytest.approx(exact, abs=0.01)


def test_permutation_p_is_never_zero_and_the_same_for_the_same_seed():
    x = np.arange(10)
    assert permutation_p_value(x, x, 999, 0) == 0.001
    y = np.random.default_rng(0).standard_normal(10)
    assert permutation_p_value(x, y, 999, 3) == permutation_p_value(x, y, 999, 3)


def test_permutation_p_is_uniform_where_nothing_goes_together():
    rng = np.random.default_rng(0)
    p = [permutation_p_value(rng.standard_normal(10), rng.standard_normal(10), 199, i) for i in range(300)]
    assert np.mean(np.array(p) <= 0.05) == pytest.approx(0.05, abs=0.03)
