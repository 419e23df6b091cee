import numpy as np
import pytest

from lowsr_tradeoff.privacy.whisper.decoding import LEVEL, is_silence, level, policy_of, windows
from lowsr_tradeoff.settings.groups import PrivacySettings


def test_silence_is_what_whisper_takes_for_it():
    from inspect import signature

    from whisper.transcribe import transcribe

    usual = {name: parameter.default for name, parameter in signature(transcribe).parameters.items()}
    speech, logprob = usual["no_speech_threshold"], usual["logprob_threshold"]
    assert is_silence(speech + 0.01, logprob - 0.01)
    assert not is_silence(speech - 0.01, logprob - 0.01)
    assert not is_silence(speech + 0.01, logprob + 0.01)


def test_clips_are_brought_to_one_level_and_silence_stays_silence():
    x = np.random.default_rng(0).standard_normal(1000).astype(np.float32)
    for gain in (1e-3, 1, 30):
        assert np.sqrt(np.mean(level(np.float32(gain) * x) ** 2)) == pytest.approx(LEVEL, rel=1e-5)
    assert not level(np.zeros(10, np.float32)).any()
    assert len(level(np.zeros(0, np.float32))) == 0


@pytest.mark.parametrize(("duration_s", "n"), [(1, 1), (28, 1), (29, 2), (100, 4)])
def test_windows_hold_every_sample_and_leave_room_for_the_silence(duration_s, n):
    x = np.arange(duration_s * 16000, dtype=np.float32)
    parts = windows(x, 2.0)
    assert len(parts) == n
    assert max(map(len, parts)) <= 28 * 16000
    assert np.array_equal(np.concatenate(parts), x)


def test_the_policy_says_which_engine_and_what_is_done_about_silence():
    forced, default = policy_of(PrivacySettings()), policy_of(PrivacySettings(policy="default"))
    assert "no sampled fallback" in forced
    assert "every clip written down" in forced
    assert "0.6" in default
    assert "float32" in policy_of(PrivacySettings(engine="openai-whisper"))
