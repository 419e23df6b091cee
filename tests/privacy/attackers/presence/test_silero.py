import warnings

import numpy as np
import pytest
import torch
from tests.privacy.embedded import SPEECH

from lowsr_tradeoff.corpora.clips import read
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.attackers.presence import silero
from lowsr_tradeoff.privacy.bundled_weights import speech_detector


@pytest.fixture(scope="module")
def detector():
    return silero.load_detector(speech_detector())


@pytest.fixture(scope="module")
def sounds():
    return [read(utterance)[0] for utterance in SPEECH.utterances[:2]]


@pytest.fixture(scope="module")
def peer():
    """Silero's own program, window after window."""
    with warnings.catch_warnings(action="ignore"):
        from silero_vad import load_silero_vad

        model = load_silero_vad()

    def probability(sound):
        model.reset_states()
        whole = torch.nn.functional.pad(torch.from_numpy(sound), (0, -len(sound) % 512))
        with warnings.catch_warnings(action="ignore"):
            return np.array([model(window, 16000).item() for window in whole.split(512)])

    return probability


def test_probabilities_are_those_of_silero(detector, sounds, peer):
    for mine, sound in zip(silero.speech_probability(sounds, detector), sounds, strict=True):
        np.testing.assert_allclose(mine, peer(sound), atol=1e-4)


def test_what_other_sounds_are_heard_along_changes_nothing(detector, sounds):
    short = sounds[0][:5000]
    together = silero.speech_probability([short, sounds[1]], detector)
    (alone,) = silero.speech_probability([short], detector)
    assert len(alone) == 10
    np.testing.assert_allclose(together[0], alone, atol=1e-5)


def test_other_weights_are_refused(tmp_path):
    file = tmp_path / "silero_vad.jit"
    file.write_bytes(b"no weights")
    with pytest.raises(DataError, match=r"silero_vad\.jit.*reinstall"):
        silero.load_detector(file)
