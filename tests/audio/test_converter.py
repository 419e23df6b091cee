"""The sigma-delta converter against theory and against a loop that is really run."""

import numpy as np
import pytest
from scipy import signal

from lowsr_tradeoff.audio.converter import convert, modulator_noise_density
from lowsr_tradeoff.settings.front_end import FrontEnd

MIDDLES = (np.arange(20_000) + 0.5) / 40_000


def sigma_delta(oversampling, order=3):
    return FrontEnd(filter="sigma_delta", order=order, oversampling=oversampling, noise_floor_dbfs=None, bits=24)


def run_modulator(x):
    """Bits of a one-bit second-order loop (Boser and Wooley, IEEE J. Solid-State Circuits 23, 1988)."""
    first = second = 0.0
    bits = np.empty(len(x))
    for i, heard in enumerate(x):
        bits[i] = 1.0 if second >= 0 else -1.0
        second += 0.5 * (first - bits[i])
        first += 0.5 * (heard - bits[i])
    return bits


@pytest.mark.parametrize("oversampling", [16, 64, 128])
def test_the_noise_of_a_third_order_cic_has_its_closed_form(oversampling):
    density = modulator_noise_density(3, oversampling, MIDDLES)
    assert density.mean() == pytest.approx(2 / oversampling**5, rel=1e-6)
    np.testing.assert_allclose(density, 16 * np.sin(np.pi * MIDDLES) ** 4 / (3 * oversampling**5), rtol=1e-6)


@pytest.mark.parametrize("oversampling", [32, 64, 128])
def test_before_droop_and_folding_the_effective_bits_are_the_textbooks(oversampling):
    """A full-scale tone over the noise is 3/2 · 5 / π⁴ · R⁵ (Schreier and Temes, Delta-Sigma, 2005)."""
    shaped = (2 * np.sin(np.pi * MIDDLES / oversampling)) ** 4 / (3 * oversampling)
    textbook = 1.5 * 5 / np.pi**4 * oversampling**5
    assert 0.5 / shaped.mean() == pytest.approx(textbook, rel=0.01)
    low = modulator_noise_density(3, oversampling, np.array([0.01]))[0]
    assert low == pytest.approx((2 * np.pi * 0.01 / oversampling) ** 4 / (3 * oversampling), rel=0.01)


@pytest.mark.parametrize("order", [2, 3, 4])
@pytest.mark.parametrize("oversampling", [16, 64])
def test_a_silent_capture_holds_the_noise_that_the_density_foretells(order, oversampling):
    noise = convert(np.zeros(200_000, np.float32), sigma_delta(oversampling, order), np.random.default_rng(0))
    expected = modulator_noise_density(order, oversampling, MIDDLES).mean() + 2.0**-46 / 12
    assert np.mean(np.square(noise, dtype=np.float64)) == pytest.approx(expected, rel=0.02)


def test_doubling_the_oversampling_gives_two_and_a_half_bits():
    at_32, at_64 = (
        np.std(convert(np.zeros(100_000, np.float32), sigma_delta(times), np.random.default_rng(1)))
        for times in (32, 64)
    )
    assert np.log2(at_32 / at_64) == pytest.approx(2.5, abs=0.05)


@pytest.mark.parametrize(("level", "above_db"), [(0.05, 1.5), (0.25, 1.5), (0.5, 3)])
def test_a_loop_that_is_run_is_little_noisier_than_the_model(level, above_db):
    oversampling, n, frequency = 16, 3000, 0.0371
    taps = np.ones(1)
    for _ in range(3):
        taps = np.convolve(taps, np.ones(oversampling) / oversampling)
    # The offset keeps the loop from cycling.
    sound = 0.0137 + level * np.sin(2 * np.pi * frequency * np.arange(n * oversampling) / oversampling)
    decimated = signal.convolve(run_modulator(sound), taps, "same")[::oversampling][50:-50]
    phase = 2 * np.pi * frequency * np.arange(len(decimated))
    wanted = np.stack([np.ones(len(phase)), np.sin(phase), np.cos(phase)], axis=1)
    noise = decimated - wanted @ np.linalg.lstsq(wanted, decimated)[0]
    assert 10 * np.log10(np.mean(noise**2) / (2 / oversampling**5)) == pytest.approx(above_db, abs=1)


def test_the_other_filters_draw_the_noise_floor_alone():
    silence = np.zeros(1000, np.float32)
    ideal, none = (
        convert(silence, FrontEnd(filter=name), np.random.default_rng(3)).tobytes() for name in ("ideal", "none")
    )
    assert ideal == none
