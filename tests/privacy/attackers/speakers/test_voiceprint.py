import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from tests.privacy.embedded import SPEECH

from lowsr_tradeoff.corpora.clips import read
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.attackers.speakers import voiceprint
from lowsr_tradeoff.privacy.bundled_weights import speaker_encoder


@pytest.fixture(scope="module")
def encoder():
    return voiceprint.load_encoder(speaker_encoder())


@pytest.fixture(scope="module")
def sounds():
    """Sentences of a few seconds, one of them cut to less than a part."""
    whole = [read(utterance)[0] for utterance in SPEECH.utterances[:3]]
    return [*whole, whole[0][:12000]]


@pytest.fixture(scope="module")
def peer():
    """Resemblyzer itself, which imports from a place that SciPy 2 will not have."""
    with warnings.catch_warnings(action="ignore"):
        from resemblyzer import VoiceEncoder, normalize_volume

        network = VoiceEncoder("cpu", verbose=False)
    return lambda sound: network.embed_utterance(normalize_volume(sound, -30))


def test_voices_are_those_of_resemblyzer(encoder, sounds, peer):
    mine = voiceprint.embed(sounds, encoder)
    theirs = np.stack([peer(sound) for sound in sounds])
    np.testing.assert_allclose(mine, theirs, atol=2e-5)


def test_the_weights_are_those_that_resemblyzer_publishes():
    published = torch.load(
        Path(find_spec("resemblyzer").origin).parent / "pretrained.pt", map_location="cpu", weights_only=True
    )["model_state"]
    shipped = load_file(speaker_encoder())
    assert set(published) - set(shipped) == {"similarity_weight", "similarity_bias"}
    assert all(torch.equal(weight, published[name]) for name, weight in shipped.items())


def test_neither_level_nor_company_changes_a_voice(encoder, sounds):
    together = voiceprint.embed(sounds, encoder)
    alone = voiceprint.embed([sounds[1] * np.float32(0.03)], encoder)
    np.testing.assert_allclose(together[1:2], alone, atol=2e-5)


def test_vectors_have_unit_length_but_that_of_silence_none(encoder, sounds):
    voices = voiceprint.embed([sounds[0], np.zeros(20000, np.float32)], encoder)
    np.testing.assert_allclose(np.linalg.norm(voices, axis=1), [1, 0], atol=1e-6)


@pytest.mark.parametrize("n_samples", [1, 16000, 25599, 25600, 31999, 32000, 40000, 48000, 160000])
def test_parts_are_those_of_resemblyzer(n_samples):
    with warnings.catch_warnings(action="ignore"):
        from resemblyzer import VoiceEncoder
    _, slices = VoiceEncoder.compute_partial_slices(n_samples, 1.3, 0.75)
    assert list(voiceprint.part_starts(n_samples)) == [part.start for part in slices]


def test_other_weights_are_refused(tmp_path):
    file = tmp_path / "weights.safetensors"
    file.write_bytes(b"no weights")
    with pytest.raises(DataError, match=r"weights\.safetensors.*reinstall"):
        voiceprint.load_encoder(file)
