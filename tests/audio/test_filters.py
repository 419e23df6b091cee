"""Filters by theory: scipy's responses, closed forms, and tones that fold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal
from tests.audio.signals import amplitude_at, tone

from lowsr_tradeoff.audio.filters import cic, response, sample
from lowsr_tradeoff.settings.front_end import FrontEnd

SOURCE_HZ = 48000
FILTERED = [
    FrontEnd(filter="butterworth", order=1),
    FrontEnd(filter="butterworth", order=4),
    FrontEnd(filter="butterworth", order=8, cutoff=0.5),
    FrontEnd(filter="fir"),
    FrontEnd(filter="fir", order=15, cutoff=1.0, oversampling=16),
    FrontEnd(filter="sigma_delta"),
    FrontEnd(filter="sigma_delta", order=5, oversampling=32),
]


def by_scipy(front_end, rate_hz, hz):
    """Magnitude of the filter as scipy has it."""
    match front_end.filter:
        case "butterworth":
            analogue = signal.butter(
                front_end.order, 2 * np.pi * front_end.cutoff * rate_hz / 2, analog=True, output="zpk"
            )
            return np.abs(signal.freqs_zpk(*analogue, worN=2 * np.pi * hz)[1])
        case "fir":
            fast_hz = front_end.oversampling * rate_hz
            taps = signal.firwin(front_end.order, front_end.cutoff * rate_hz / 2, window="hamming", fs=fast_hz)
            return np.abs(signal.freqz(taps, worN=hz, fs=fast_hz)[1])
        case _:
            one = np.ones(front_end.oversampling) / front_end.oversampling
            fast_hz = front_end.oversampling * rate_hz
            return np.abs(signal.freqz(one, worN=hz, fs=fast_hz)[1]) ** front_end.order


@pytest.mark.parametrize("front_end", FILTERED)
@pytest.mark.parametrize("rate_hz", [500, 2000, 8000])
def test_the_response_is_scipys(front_end, rate_hz):
    hz = np.linspace(0, 3.9 * rate_hz, 400)
    passed = np.abs(response(front_end, rate_hz, hz))
    np.testing.assert_allclose(passed, by_scipy(front_end, rate_hz, hz), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("front_end", FILTERED)
@pytest.mark.parametrize("share", [0.1, 0.3, 0.45, 0.62, 0.8, 1.3, 2.4])
def test_a_tone_lands_where_it_folds_to_and_is_as_loud_as_the_filter_lets_it(front_end, share):
    rate_hz = 2000
    hz = share * rate_hz
    sampled = sample(tone(hz, SOURCE_HZ, duration_s=1.0), SOURCE_HZ, rate_hz, front_end)
    folded_hz = abs(hz - rate_hz * round(share))
    expected = 0.5 * by_scipy(front_end, rate_hz, np.array([hz]))[0]
    assert amplitude_at(folded_hz, sampled, rate_hz) == pytest.approx(expected, rel=0.01, abs=2e-6)


@pytest.mark.parametrize("order", [1, 2, 4, 8])
def test_a_butterworth_filter_has_3_db_at_its_cutoff_and_6_db_per_octave_and_order_beyond(order):
    front_end = FrontEnd(filter="butterworth", order=order, cutoff=0.5)
    at_cutoff, octave_below, octave_above = 20 * np.log10(
        np.abs(response(front_end, 1000, np.array([250.0, 16000.0, 32000.0])))
    )
    assert at_cutoff == pytest.approx(10 * np.log10(0.5))
    assert octave_below - octave_above == pytest.approx(6.02 * order, rel=0.01)


@pytest.mark.parametrize("order", [1, 3, 5])
@pytest.mark.parametrize("oversampling", [8, 64, 256])
def test_a_cic_droops_as_boxcars_do(order, oversampling):
    taps = np.ones(1)
    for _ in range(order):
        taps = np.convolve(taps, np.ones(oversampling) / oversampling)
    frequency = np.linspace(0.01, 1.7, 50)
    _, expected = signal.freqz(taps, worN=frequency, fs=oversampling)
    np.testing.assert_allclose(cic(order, oversampling, frequency), np.abs(expected), rtol=1e-6, atol=1e-9)


def test_a_cic_of_many_samples_loses_392_db_per_order_at_half_the_rate():
    for order in (1, 3, 5):
        assert -20 * np.log10(cic(order, 256, np.array([0.5]))[0]) == pytest.approx(3.92 * order, rel=0.001)


@pytest.mark.parametrize("front_end", FILTERED)
def test_a_slow_sound_is_not_delayed(front_end):
    t = np.arange(96000) / SOURCE_HZ
    slow = np.exp(-0.5 * ((t - 1) / 0.05) ** 2).astype(np.float32)
    sampled = sample(slow, SOURCE_HZ, 2000, front_end)
    assert np.argmax(sampled) == 2000
    np.testing.assert_allclose(sampled, slow[::24], atol=2e-3)


@pytest.mark.parametrize("front_end", FILTERED)
def test_the_end_of_a_sound_does_not_return_at_its_start(front_end):
    sound = np.zeros(24000, np.float32)
    sound[-50:] = 1
    sampled = sample(sound, SOURCE_HZ, 2000, front_end)
    assert np.abs(sampled[:500]).max() < 1e-5


@pytest.mark.parametrize("source_rate_hz", [16000, 22050, 48000])
def test_a_filter_is_the_same_whatever_rate_the_recording_has(source_rate_hz):
    front_end = FrontEnd(filter="butterworth", order=2)
    sampled = sample(tone(1200, source_rate_hz, duration_s=1.0), source_rate_hz, 2000, front_end)
    expected = 0.5 / np.sqrt(1 + (1200 / 800) ** 4)
    assert amplitude_at(800, sampled, 2000) == pytest.approx(expected, rel=0.01)


@settings(max_examples=30, deadline=None)
@given(front_end=st.sampled_from(FILTERED), rate_hz=st.integers(100, 16000), share=st.floats(0, 40))
def test_no_filter_amplifies(front_end, rate_hz, share):
    passed = response(front_end, rate_hz, np.array([share * rate_hz]))
    assert np.isfinite(passed).all()
    assert abs(passed[0]) <= 1.005  # a windowed sinc ripples by a thousandth
