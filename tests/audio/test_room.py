"""Rooms by their own definitions: decay, direct sound, distance."""

import numpy as np
import pytest
import soundfile
from scipy import signal

from lowsr_tradeoff.audio.room import arriving, direct_to_reverberant_db, impulse_response
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.settings.front_end import Scene

RATE_HZ = 16000


def rt60_by_schroeder_s(tail):
    """Twice the time from -5 to -35 dB of the energy still to come (ISO 3382-1, T30)."""
    left = np.cumsum(tail[::-1] ** 2)[::-1]
    level_db = 10 * np.log10(left / left[0])
    inside = np.flatnonzero((level_db <= -5) & (level_db >= -35))
    return -60 / np.polyfit(inside / RATE_HZ, level_db[inside], 1)[0]


@pytest.mark.parametrize("rt60_s", [0.15, 0.4, 1.0, 2.5])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_made_up_room_has_the_set_reverberation_time(rt60_s, seed):
    impulse = impulse_response(Scene(rt60_s=rt60_s, room_seed=seed), RATE_HZ)
    assert rt60_by_schroeder_s(impulse[1:]) == pytest.approx(rt60_s, rel=0.1)


@pytest.mark.parametrize("distance_m", [0.25, 0.5, 1, 2, 4])
def test_direct_sound_falls_6_db_per_doubling_and_the_rooms_stays(distance_m):
    near, far = (impulse_response(Scene(distance_m=d, rt60_s=0.5), RATE_HZ) for d in (distance_m, 2 * distance_m))
    assert 20 * np.log10(far[0] / near[0]) == pytest.approx(-6.02, abs=0.01)
    np.testing.assert_allclose(far[1:], near[1:], rtol=1e-9)


@pytest.mark.parametrize("distance_m", [0.3, 1.0, 3.0])
def test_the_ratio_of_direct_to_reverberant_sound_is_exact(distance_m):
    impulse = impulse_response(Scene(distance_m=distance_m, rt60_s=0.6, room_volume_m3=80), RATE_HZ)
    ratio_db = 10 * np.log10(impulse[0] ** 2 / np.sum(impulse[1:] ** 2))
    assert ratio_db == pytest.approx(direct_to_reverberant_db(distance_m, 0.6, 80))


def test_at_the_critical_distance_the_room_is_as_loud_as_the_mouth():
    critical_m = 0.057 * np.sqrt(50 / 0.5)
    assert direct_to_reverberant_db(critical_m, 0.5, 50) == pytest.approx(0, abs=1e-9)
    assert direct_to_reverberant_db(1, 0.5, 50) == pytest.approx(-4.88, abs=0.005)


def test_what_arrives_is_the_convolution():
    x = np.random.default_rng(0).uniform(-0.5, 0.5, 4000).astype(np.float32)
    scene = Scene(distance_m=2, rt60_s=0.1)
    expected = signal.convolve(x.astype(np.float64), impulse_response(scene, RATE_HZ))[:4000]
    np.testing.assert_allclose(arriving(x, RATE_HZ, scene), expected, atol=1e-6)


def test_another_room_seed_is_another_room_and_the_same_one_is_the_same():
    first, again, other = (impulse_response(Scene(rt60_s=0.3, room_seed=s), RATE_HZ) for s in (1, 1, 2))
    assert first.tobytes() == again.tobytes() != other.tobytes()


def test_a_measured_room_begins_with_its_direct_sound_whatever_came_before(tmp_path):
    written = np.zeros(800, np.float32)
    written[100], written[300] = 0.8, -0.4
    soundfile.write(tmp_path / "room.wav", written, RATE_HZ, subtype="FLOAT")
    scene = Scene(impulse_response=str(tmp_path / "room.wav"), distance_m=2)
    impulse = impulse_response(scene, RATE_HZ)
    assert impulse[0] == pytest.approx(0.5)
    assert impulse[200] == pytest.approx(-0.25)
    assert np.count_nonzero(impulse) == 2


def test_a_silent_impulse_response_is_refused(tmp_path):
    soundfile.write(tmp_path / "room.wav", np.zeros(100), RATE_HZ)
    with pytest.raises(DataError, match=r"room\.wav: holds no impulse response"):
        impulse_response(Scene(impulse_response=str(tmp_path / "room.wav")), RATE_HZ)
