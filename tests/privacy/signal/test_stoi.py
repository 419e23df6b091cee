import numpy as np
import pytest
from pystoi import stoi as pystoi
from pystoi import utils
from tests.privacy.embedded import SPEECH

from lowsr_tradeoff.audio.capture import capture, restore
from lowsr_tradeoff.corpora.clips import read
from lowsr_tradeoff.privacy.signal.stoi import _spectra, stoi_and_estoi
from lowsr_tradeoff.settings.front_end import FrontEnd

SENTENCES = SPEECH.utterances[:2]


@pytest.mark.parametrize("rate_hz", [500, 2000, 16000])
@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence.clip_id)
def test_values_are_those_of_pystoi(sentence, rate_hz):
    original, _ = read(sentence)
    heard = restore(capture(original, 16000, rate_hz, FrontEnd(), 0), rate_hz, 16000)
    n = min(len(original), len(heard))
    pair = original[:n], heard[:n]
    expected = [pystoi(*pair, 16000, extended=extended) for extended in (False, True)]
    assert stoi_and_estoi(*pair, 16000) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("rate_hz", [8000, 10000, 44100])
def test_values_are_those_of_pystoi_at_other_rates(rate_hz):
    rng = np.random.default_rng(0)
    original = rng.standard_normal(rate_hz).astype(np.float32)
    heard = original + rng.standard_normal(rate_hz).astype(np.float32)
    expected = [pystoi(original, heard, rate_hz, extended=extended) for extended in (False, True)]
    assert stoi_and_estoi(original, heard, rate_hz) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("n_samples", [257, 385, 12345])
def test_spectra_are_those_of_pystoi_to_the_last_bit(n_samples):
    sound = np.random.default_rng(0).standard_normal(n_samples)
    assert np.array_equal(_spectra(sound), utils.stft(sound, 256, 512, overlap=2))


def test_a_sound_matches_itself():
    sound, rate_hz = read(SENTENCES[0])
    assert stoi_and_estoi(sound, sound, rate_hz) == pytest.approx((1, 1), abs=1e-9)


@pytest.mark.parametrize("n_samples", [0, 100, 257, 3000])
def test_less_than_30_frames_have_no_value(n_samples):
    sound = np.random.default_rng(0).standard_normal(n_samples).astype(np.float32)
    assert stoi_and_estoi(sound, sound, 10000) is None


def test_silence_after_the_speech_changes_nothing():
    sound, rate_hz = read(SENTENCES[0])
    longer = np.pad(sound, (0, rate_hz))
    noise = 0.01 * np.random.default_rng(0).standard_normal(len(longer)).astype(np.float32)
    short = stoi_and_estoi(sound, sound + noise[: len(sound)], rate_hz)
    assert stoi_and_estoi(longer, longer + noise, rate_hz) == pytest.approx(short, abs=1e-3)


def test_what_is_not_heard_at_all_matches_nothing():
    sound, rate_hz = read(SENTENCES[0])
    assert stoi_and_estoi(sound, np.zeros_like(sound), rate_hz) == (0, 0)
