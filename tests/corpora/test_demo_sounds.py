"""The sound models against the physics in their docstrings, before any background."""

import numpy as np
import pytest

from lowsr_tradeoff.corpora import demo_sounds
from lowsr_tradeoff.corpora.demo_sounds import FREQS_HZ, N_SAMPLES, RATE_HZ, SOUNDS


def render(label, source, take=0):
    return SOUNDS[label](np.random.default_rng([source, take]), np.random.default_rng(source))


def share(sound, low_hz, high_hz):
    """Share of the energy between two frequencies."""
    power = np.abs(np.fft.rfft(sound)) ** 2
    return power[(low_hz <= FREQS_HZ) & (high_hz > FREQS_HZ)].sum() / power.sum()


def shares(label, low_hz, high_hz):
    return [share(render(label, source), low_hz, high_hz) for source in range(25)]


@pytest.mark.parametrize(("label", "least"), [("engine", 0.95), ("heartbeat", 0.95), ("waves", 0.8)])
def test_low_sounds_live_below_500_hz(label, least):
    assert min(shares(label, 0, 500)) > least


@pytest.mark.parametrize("label", ["birds", "crackle", "keys"])
def test_high_sounds_leave_nothing_below_2_khz(label):
    assert max(shares(label, 0, 2000)) < 0.01


@pytest.mark.parametrize("label", ["alarm", "bark", "drops", "knock"])
def test_middle_sounds_reach_neither_the_bottom_nor_only_the_top(label):
    assert np.median(shares(label, 100, 3000)) > 0.8
    assert np.median(shares(label, 0, 80)) < 0.05


@pytest.mark.parametrize("label", SOUNDS)
def test_every_draw_sounds_and_is_finite(label):
    for source in range(25):
        sound = render(label, source)
        assert sound.shape == (N_SAMPLES,)
        assert np.all(np.isfinite(sound))
        assert demo_sounds.rms(sound) > 0


@pytest.mark.parametrize("label", SOUNDS)
def test_the_draws_of_a_source_do_not_depend_on_the_take(label):
    draws = [np.random.default_rng(3), np.random.default_rng(3)]
    first, second = (SOUNDS[label](np.random.default_rng(take), draw) for take, draw in enumerate(draws))
    assert draws[0].bit_generator.state == draws[1].bit_generator.state
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("radius_m", [0.8e-3, 2e-3, 5e-3])
def test_a_bubble_sounds_at_minnaerts_frequency(radius_m):
    bubble = demo_sounds._bubble(radius_m, rise=0.0)
    spectrum = np.abs(np.fft.rfft(bubble, RATE_HZ))
    pressure_pa, density, gamma = 101325, 998, 1.4
    minnaert_hz = np.sqrt(3 * gamma * pressure_pa / density) / (2 * np.pi * radius_m)
    assert np.argmax(spectrum) == pytest.approx(minnaert_hz, rel=0.1)


def test_a_rising_bubble_gains_pitch_as_it_fades():
    bubble = demo_sounds._bubble(3e-3, rise=0.1)
    crossings = np.diff(np.flatnonzero(np.diff(np.sign(bubble))))
    assert np.mean(crossings[-10:]) < 0.7 * np.mean(crossings[:10])


def test_modes_fade_with_their_time_constant():
    decays_s = np.array([0.01, 0.05])
    modes = demo_sounds._modes(np.array([1000.0, 2000.0]), decays_s)
    n = RATE_HZ // 100
    energy = np.sum(modes[:, : 2 * n].reshape(2, 2, n) ** 2, axis=2)
    assert energy[:, 1] / energy[:, 0] == pytest.approx(np.exp(-2 * 0.01 / decays_s), rel=1e-2)


def test_harmonics_stand_at_multiples_and_never_alias():
    tone = demo_sounds._harmonics(np.full(RATE_HZ, 3000.0), np.array([1.0, 0.5, 0.25]))
    amplitude = 2 * np.abs(np.fft.rfft(tone)) / RATE_HZ
    assert amplitude[[3000, 6000]] == pytest.approx([1.0, 0.5], abs=1e-6)
    assert np.sum(amplitude > 1e-6) == 2


def test_beats_keep_their_period_and_scatter():
    steps_s = np.diff(demo_sounds._beats(np.random.default_rng(0), 0.005, 0.1))
    assert np.mean(steps_s) == pytest.approx(0.005, rel=0.02)
    assert np.std(steps_s) == pytest.approx(0.0005, rel=0.15)


def test_impulses_stand_where_and_as_strong_as_asked():
    train = demo_sounds._impulses(np.array([0.5, 0.5, 1.9999]), np.array([1.0, 2.0, 4.0]))
    assert dict(zip(np.flatnonzero(train), train[train > 0], strict=True)) == {8000: 3.0, 31998: 4.0}


def test_noise_has_the_spectrum_that_was_asked_for():
    gain = demo_sounds._below(1000, 4) * demo_sounds._above(500, 4)
    sound = demo_sounds.noise(np.random.default_rng(0), gain)
    assert demo_sounds.rms(np.array([3.0, -3.0])) == 3
    is_inside = (FREQS_HZ >= 600) & (FREQS_HZ < 900)
    assert demo_sounds.rms(sound) == pytest.approx(1)
    assert share(sound, 600, 900) == pytest.approx(np.sum(gain[is_inside] ** 2) / np.sum(gain**2), abs=0.03)


def test_filters_halve_the_power_at_their_corners():
    corner = round(1000 * N_SAMPLES / RATE_HZ)
    assert demo_sounds._below(1000, 3)[corner] ** 2 == pytest.approx(0.5)
    assert demo_sounds._above(1000, 3)[corner] ** 2 == pytest.approx(0.5)
