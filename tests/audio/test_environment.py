"""Noise around the microphone: its level, and its spectrum by Welch's estimate."""

import numpy as np
import pytest
import soundfile
from scipy import signal
from tests.audio.signals import rms

from lowsr_tradeoff.audio.environment import SPEECH_DB, SPEECH_HZ, surrounding_noise
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.settings.front_end import Scene

RATE_HZ = 44100
SOUND = (0.1 * np.sin(np.arange(RATE_HZ))).astype(np.float32)


def around(environment, snr_db=0.0, sound=SOUND, seed=0):
    scene = Scene(environment=environment, environment_snr_db=snr_db)
    return surrounding_noise(sound, RATE_HZ, scene, np.random.default_rng(seed))


def density_db(x, at_hz):
    hz, density = signal.welch(x, RATE_HZ, nperseg=4096)
    return 10 * np.log10(np.interp(at_hz, hz, density))


@pytest.mark.parametrize("environment", ["white", "pink", "speech-shaped"])
@pytest.mark.parametrize("snr_db", [-10, 0, 7.5, 30])
def test_the_ratio_to_the_sound_is_exact(environment, snr_db):
    noise = around(environment, snr_db)
    assert 20 * np.log10(rms(SOUND) / rms(noise)) == pytest.approx(snr_db, abs=1e-4)


def test_white_noise_is_flat_and_pink_noise_falls_3_db_per_octave():
    long = np.ones(20 * RATE_HZ, np.float32)
    octaves_hz = np.array([125, 250, 500, 1000, 2000, 4000, 8000])
    for environment, slope_db in (("white", 0), ("pink", -3.01)):
        level_db = density_db(around(environment, sound=long), octaves_hz)
        assert np.polyfit(np.log2(octaves_hz), level_db, 1)[0] == pytest.approx(slope_db, abs=0.15)


def test_speech_shaped_noise_has_the_spectrum_of_the_standard():
    level_db = density_db(around("speech-shaped", sound=np.ones(20 * RATE_HZ, np.float32)), SPEECH_HZ)
    differences = level_db - level_db.mean() - (np.array(SPEECH_DB) - np.mean(SPEECH_DB))
    assert np.abs(differences).max() < 1.5


def test_a_quiet_scene_and_a_silent_clip_have_no_noise():
    assert not surrounding_noise(SOUND, RATE_HZ, Scene(), np.random.default_rng(0)).any()
    assert not around("white", sound=np.zeros(1000, np.float32)).any()
    assert len(around("pink", sound=np.zeros(0, np.float32))) == 0


def test_recorded_noise_starts_anywhere_and_over_again(tmp_path):
    recorded = np.random.default_rng(5).uniform(-0.3, 0.3, 1000).astype(np.float32)
    soundfile.write(tmp_path / "street.wav", recorded, RATE_HZ, subtype="FLOAT")
    noise, again, other = (around(str(tmp_path / "street.wav"), seed=seed) for seed in (0, 0, 1))
    assert noise.tobytes() == again.tobytes() != other.tobytes()
    np.testing.assert_allclose(noise[:1000], noise[1000:2000])
    assert sorted(noise[:1000] / rms(noise)) == pytest.approx(sorted(recorded / rms(recorded)), rel=0.02, abs=1e-3)


def test_recorded_silence_is_refused(tmp_path):
    soundfile.write(tmp_path / "street.wav", np.zeros(100), RATE_HZ)
    with pytest.raises(DataError, match=r"street\.wav: holds no noise"):
        around(str(tmp_path / "street.wav"))
