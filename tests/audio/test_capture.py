"""Capture by physics: tones, aliases, noise and steps that theory foretells."""

import hashlib

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal
from tests.audio.signals import amplitude_at, middle, rms, tone

from lowsr_tradeoff.audio.capture import capture, noise_seed, restore
from lowsr_tradeoff.settings.front_end import FrontEnd, Scene

NOISELESS = FrontEnd(noise_floor_dbfs=None, bits=24)
UNFILTERED = FrontEnd(filter="none", noise_floor_dbfs=None, bits=24)
SOURCES_HZ = (8000, 11025, 16000, 22050, 44100, 48000, 96000)
RATES_HZ = (500, 1000, 1250, 2000, 3777, 4000, 8000)


def db(ratio):
    return 20 * np.log10(ratio)


@pytest.mark.parametrize("source_rate_hz", SOURCES_HZ)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_tones_below_045_of_the_rate_survive(source_rate_hz, rate_hz):
    for hz in np.array([0.03, 0.1, 0.25, 0.4, 0.45]) * rate_hz:
        captured = capture(tone(hz, source_rate_hz), source_rate_hz, rate_hz, NOISELESS, 0)
        assert abs(db(amplitude_at(hz, captured, rate_hz) / 0.5)) < 0.1


@pytest.mark.parametrize("source_rate_hz", SOURCES_HZ)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_tones_above_055_of_the_rate_fall_by_80_db(source_rate_hz, rate_hz):
    for hz in (
        ratio * rate_hz for ratio in (0.55, 0.61, 0.9, 1.0, 1.55, 2.3, 7.7) if ratio * rate_hz < source_rate_hz / 2
    ):
        sound = tone(hz, source_rate_hz)
        captured = capture(sound, source_rate_hz, rate_hz, NOISELESS, 0)
        assert rms(middle(captured)) < 10 ** (-80 / 20) * rms(middle(sound))


@pytest.mark.parametrize(
    ("hz", "source_rate_hz", "rate_hz", "alias_hz"),
    [
        (700, 16000, 1000, 300),
        (1300, 16000, 1000, 300),
        (2600, 16000, 1000, 400),
        (7100, 16000, 2000, 900),
        (5130, 44100, 500, 130),
        (3000, 44100, 1250, 500),
        (9000, 22050, 4000, 1000),
        (3000, 8000, 3777, 777),
        (6000, 44100, 11025, 5025),
        (16000, 44100, 15000, 1000),
    ],
)
def test_without_the_filter_aliases_land_where_theory_says(hz, source_rate_hz, rate_hz, alias_hz):
    captured = capture(tone(hz, source_rate_hz), source_rate_hz, rate_hz, UNFILTERED, 0)
    assert abs(hz - rate_hz * round(hz / rate_hz)) == alias_hz
    assert abs(db(amplitude_at(alias_hz, captured, rate_hz) / 0.5)) < 0.1
    assert rms(middle(captured)) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)  # and nowhere else


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_without_the_filter_what_lies_below_half_the_rate_is_the_same(rate_hz):
    sound = tone(0.4 * rate_hz, 44100)
    with_filter, without = (capture(sound, 44100, rate_hz, front_end, 0) for front_end in (NOISELESS, UNFILTERED))
    n = min(len(with_filter), len(without))
    assert rms(middle(with_filter[:n] - without[:n])) < 0.5 * 10 ** (-35 / 20)


@pytest.mark.parametrize("bits", [2, 4, 8, 12, 16, 20])
def test_quantisation_noise_of_a_busy_signal_is_a_twelfth_of_the_step_squared(bits):
    step = 2.0 ** (1 - bits)
    sound = np.random.default_rng(0).uniform(-0.5, 0.5, 200_000).astype(np.float32)
    captured = capture(sound, 1000, 1000, FrontEnd(noise_floor_dbfs=None, bits=bits), 0)
    error = captured.astype(np.float64) - sound
    assert np.abs(error).max() <= step / 2
    assert np.all(captured / step == np.round(captured / step))
    assert np.mean(error**2) == pytest.approx(step**2 / 12, rel=0.02)


@pytest.mark.parametrize("rate_hz", [500, 16000])
@pytest.mark.parametrize("floor_dbfs", [-90.0, -60.0, -30.0])
def test_the_noise_floor_has_the_set_rms_at_every_rate_and_is_white(rate_hz, floor_dbfs):
    silence = np.zeros(60000 * 16000 // rate_hz, np.float32)
    noise = capture(silence, 16000, rate_hz, FrontEnd(noise_floor_dbfs=floor_dbfs, bits=24), 3)
    assert db(rms(noise)) == pytest.approx(floor_dbfs, abs=0.1)
    _, density = signal.welch(noise, rate_hz, nperseg=256)
    low, high = np.array_split(density[4:-4], 2)
    assert low.mean() == pytest.approx(high.mean(), rel=0.05)


def test_a_floor_below_the_step_is_lost_in_quantisation():
    silence = np.zeros(1000, np.float32)
    assert not capture(silence, 1000, 1000, FrontEnd(noise_floor_dbfs=-80, bits=8), 0).any()


@pytest.mark.parametrize("bits", [8, 16, 24])
def test_beyond_full_scale_it_clips_to_the_outermost_codes(bits):
    captured = capture(tone(100, 8000, amplitude=3), 8000, 8000, FrontEnd(noise_floor_dbfs=None, bits=bits), 0)
    assert captured.max() == 1 - 2.0 ** (1 - bits)
    assert captured.min() == -1


def test_a_pulse_stays_in_its_place():
    sound = np.zeros(16000, np.float32)
    sound[8000] = 1
    assert np.argmax(capture(sound, 16000, 1000, NOISELESS, 0)) == 500
    assert np.argmax(capture(sound, 16000, 1000, UNFILTERED, 0)) == 500


def test_same_seed_same_bytes_and_the_sound_is_left_as_it_was():
    sound = tone(300, 16000)
    before = sound.copy()
    first, again, other = (capture(sound, 16000, 16000, FrontEnd(), seed) for seed in (1, 1, 2))
    assert first.dtype == np.float32
    assert first.tobytes() == again.tobytes() != other.tobytes()
    assert np.array_equal(sound, before)


def test_the_default_microphone_records_the_bytes_it_always_has():
    """What studies under way were keyed on: no resampling, so the same on every machine."""
    sound = np.random.default_rng(7).uniform(-0.9, 0.9, 16000).astype(np.float32)
    captured = capture(sound, 16000, 16000, FrontEnd(), 5)
    assert hashlib.sha256(captured.tobytes()).hexdigest()[:16] == "41ee0be2f27ff67c"


@pytest.mark.parametrize(("source_rate_hz", "rate_hz"), [(16000, 1000), (44100, 1250), (22050, 4000)])
def test_the_default_microphone_is_soxr_white_noise_and_rounding(source_rate_hz, rate_hz):
    sound = np.random.default_rng(7).uniform(-0.9, 0.9, 16000).astype(np.float32)
    low = soxr.resample(sound, source_rate_hz, rate_hz, quality="HQ").astype(np.float64)
    low += 1e-4 * np.random.default_rng(5).standard_normal(len(low))
    expected = (np.clip(np.rint(low * 2**15), -(2**15), 2**15 - 1) / 2**15).astype(np.float32)
    assert capture(sound, source_rate_hz, rate_hz, FrontEnd(), 5).tobytes() == expected.tobytes()


def test_noise_around_the_microphone_differs_from_seed_to_seed_and_only_then():
    front_end = FrontEnd(scene=Scene(environment="white", environment_snr_db=0))
    sound = tone(300, 16000)
    first, again, other = (capture(sound, 16000, 2000, front_end, seed) for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes() != other.tobytes()


def test_a_quiet_scene_from_one_metre_changes_nothing():
    sound = tone(300, 16000)
    scene = Scene(room_seed=3, room_volume_m3=200)
    captures = (capture(sound, 16000, 2000, FrontEnd(scene=each), 1).tobytes() for each in (Scene(), scene))
    assert len(set(captures)) == 1


@pytest.mark.parametrize("distance_m", [2, 4])
def test_the_microphone_hears_a_far_speaker_with_the_level_of_the_distance(distance_m):
    front_end = NOISELESS.model_copy(update={"scene": Scene(distance_m=distance_m)})
    near, far = (capture(tone(300, 16000), 16000, 2000, each, 0) for each in (NOISELESS, front_end))
    assert db(rms(far) / rms(near)) == pytest.approx(-20 * np.log10(distance_m), abs=0.001)


@pytest.mark.parametrize("name", ["ideal", "none", "fir", "butterworth", "sigma_delta"])
def test_of_nothing_nothing_is_recorded(name):
    scene = Scene(rt60_s=0.3, environment="pink", environment_snr_db=0)
    assert len(capture(np.zeros(0, np.float32), 16000, 500, FrontEnd(filter=name, scene=scene), 0)) == 0


def test_no_two_rates_clips_or_seeds_share_their_noise():
    seeds = {noise_seed(seed, clip, rate) for seed in (0, 1) for clip in ("a", "b") for rate in (500, 1000, 16000)}
    assert len(seeds) == 12
    silence = np.zeros(16000, np.float32)
    at_500, at_1000 = (capture(silence, 16000, rate, FrontEnd(), noise_seed(0, "a", rate)) for rate in (500, 1000))
    assert abs(np.corrcoef(at_500, at_1000[:500])[0, 1]) < 0.2


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_restore_adds_nothing_above_half_the_rate_and_keeps_what_is_below(rate_hz):
    white = np.random.default_rng(0).uniform(-0.5, 0.5, 4 * rate_hz).astype(np.float32)
    restored = restore(white, rate_hz, 16000)
    density_hz, density = signal.welch(restored, 16000, "blackmanharris", nperseg=8192)
    inside = density[density_hz < 0.44 * rate_hz].mean()
    assert 10 * np.log10(density[density_hz > 0.5 * rate_hz + 20].max() / inside) < -80
    sound = tone(0.4 * rate_hz, rate_hz)
    assert abs(db(amplitude_at(0.4 * rate_hz, restore(sound, rate_hz, 16000), 16000) / 0.5)) < 0.1


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(1, 5000),
    source_rate_hz=st.integers(4000, 48000),
    rate_hz=st.integers(100, 4000),
    name=st.sampled_from(["ideal", "none", "fir", "butterworth", "sigma_delta"]),
    scene=st.sampled_from([Scene(), Scene(distance_m=3, rt60_s=0.2, environment="pink", environment_snr_db=5)]),
    level=st.floats(0, 10),
)
def test_any_sound_gives_finite_samples_in_range_and_of_the_right_number(
    n, source_rate_hz, rate_hz, name, scene, level
):
    sound = (level * np.random.default_rng(0).standard_normal(n)).astype(np.float32)
    captured = capture(sound, source_rate_hz, rate_hz, FrontEnd(filter=name, scene=scene), 0)
    assert abs(len(captured) - n * rate_hz / source_rate_hz) <= 1
    assert np.isfinite(captured).all()
    assert -1 <= captured.min(initial=0) <= captured.max(initial=0) < 1
    assert abs(len(restore(captured, rate_hz, 16000)) - len(captured) * 16000 / rate_hz) <= 1
