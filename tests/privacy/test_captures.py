import numpy as np
import pytest
from tests.privacy.embedded import SPEECH

from lowsr_tradeoff.corpora.clips import read
from lowsr_tradeoff.privacy.captures import captured, captured_at_16k, captures_of, original_at_16k
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

SAID = SPEECH.utterances[0]


@pytest.mark.parametrize("rate_hz", [500, 1000, 4000])
def test_a_capture_holds_nothing_above_half_its_rate(rate_hz):
    settings = captures_of(StudyConfig(front_end=FrontEnd()), SPEECH, rate_hz)
    low, restored, original = captured(SAID, settings), captured_at_16k(SAID, settings), original_at_16k(SAID)
    assert abs(len(low) / rate_hz - len(original) / 16000) < 2 / rate_hz
    assert abs(len(restored) - len(original)) <= 16000 / rate_hz + 1
    power = np.abs(np.fft.rfft(restored)) ** 2
    hz = np.fft.rfftfreq(len(restored), 1 / 16000)
    assert power[hz > 0.52 * rate_hz].sum() < 1e-6 * power.sum()


def test_the_same_settings_give_the_same_noise_and_another_seed_another():
    settings = captures_of(StudyConfig(front_end=FrontEnd()), SPEECH, 1000)
    assert np.array_equal(captured(SAID, settings), captured(SAID, settings))
    assert not np.array_equal(captured(SAID, settings), captured(SAID, settings.model_copy(update={"seed": 1})))


def test_the_original_is_the_file():
    x, rate_hz = read(SAID)
    assert len(original_at_16k(SAID)) == pytest.approx(len(x) * 16000 / rate_hz, abs=1)
