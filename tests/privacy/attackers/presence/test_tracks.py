import numpy as np
import pytest

from lowsr_tradeoff.privacy.attackers.presence import tracks


def sounding(n=9000, seed=0):
    """A sound that is loud for half its length, and then 40 dB lower."""
    rng = np.random.default_rng(seed)
    sound = 0.1 * rng.standard_normal(n).astype(np.float32)
    sound[n // 2 :] *= 0.01
    return sound


def test_the_noise_of_a_track_has_spectrum_and_level_of_the_utterance():
    sound, said = tracks.track(sounding(), np.random.default_rng(0))
    spoken = sound[said == 1]
    outside = sound[said == 0]
    noise = outside[tracks.WINDOW * 16 : -tracks.WINDOW * 16]
    assert len(noise) == len(spoken) == 9216
    np.testing.assert_allclose(
        np.abs(np.fft.rfft(noise))[1:-1], np.abs(np.fft.rfft(spoken))[1:-1], rtol=2e-3, atol=1e-3
    )
    assert np.std(noise) == pytest.approx(np.std(spoken), rel=1e-2)
    assert not sound[: tracks.WINDOW * 15].any()
    assert not sound[-tracks.WINDOW * 15 :].any()


def test_a_track_depends_on_its_draw_alone():
    first, again, other = (tracks.track(sounding(), np.random.default_rng(seed))[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_pauses_count_as_neither():
    sound, said = tracks.track(sounding(), np.random.default_rng(0))
    is_speech, is_certain = tracks.truth(sound, said)
    inside = np.flatnonzero(said.reshape(-1, tracks.WINDOW).any(axis=1))
    assert is_speech[inside].sum() == 9
    assert (~is_certain).sum() == (~is_certain[inside]).sum() == 9
    assert not is_speech[~is_certain].any()
