import ctranslate2
import numpy as np
import pytest
import torch
from tests.privacy.embedded import SPEECH
from whisper import DecodingOptions, decode, log_mel_spectrogram, pad_or_trim

from lowsr_tradeoff.corpora.clips import read
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.whisper import ctranslate
from lowsr_tradeoff.privacy.whisper.convert import read_tensors, reference_model
from lowsr_tradeoff.privacy.whisper.weights import folder_of
from lowsr_tradeoff.privacy.words import count
from lowsr_tradeoff.settings.groups import PrivacySettings

FOLDER = folder_of(None)
SENTENCES = SPEECH.utterances[:4]


@pytest.fixture(scope="module")
def reference():
    return reference_model(FOLDER / "model.bin")


def mel(utterance):
    sound, _ = read(utterance)
    return log_mel_spectrogram(pad_or_trim(sound))


def test_both_engines_compute_the_same_states(reference):
    frames = mel(SENTENCES[0])[None]
    engine = ctranslate2.models.Whisper(str(FOLDER), compute_type="float32", intra_threads=1)
    states = np.array(engine.encode(ctranslate2.StorageView.from_array(frames.numpy())))
    with torch.no_grad():
        expected = reference.embed_audio(frames).numpy()
    np.testing.assert_allclose(states, expected, atol=1e-3 * np.abs(expected).max())


# openai-whisper leaves its vocabulary open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_both_engines_write_the_same_words(reference):
    options = DecodingOptions(language="en", without_timestamps=True, fp16=False)
    expected = [decode(reference, mel(utterance), options).text for utterance in SENTENCES]
    sounds = [read(utterance)[0] for utterance in SENTENCES]
    heard = ctranslate.transcribe(ctranslate.load(None), sounds, PrivacySettings())
    assert [count.normalise(text) for text in heard] == [count.normalise(text) for text in expected]


def test_every_tensor_of_the_file_is_read():
    tensors = read_tensors(FOLDER / "model.bin")
    n_values = sum(array.size for array in tensors.values() if array.dtype.kind == "f")
    # Radford et al. 2023, table 1, give 39 M for tiny; the rest are positions and biases of keys.
    assert n_values == pytest.approx(39e6, rel=0.05)


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x06\0\0\0\x05\0Text\0\x03\0\0\0\0\0\0\0"])
def test_another_file_is_refused(tmp_path, content):
    (tmp_path / "model.bin").write_bytes(content)
    with pytest.raises(DataError, match="is not a Whisper model in CTranslate2 form"):
        read_tensors(tmp_path / "model.bin")


def test_file_cut_short_is_refused(tmp_path):
    (tmp_path / "model.bin").write_bytes((FOLDER / "model.bin").read_bytes()[:50_000_000])
    with pytest.raises(DataError, match="is not a Whisper model in CTranslate2 form"):
        read_tensors(tmp_path / "model.bin")


def test_quantised_weights_are_refused(tmp_path):
    header = b"\x06\0\0\0\x0c\0WhisperSpec\0\x03\0\0\0\x01\0\0\0"
    tensor = b"\x08\0encoder\0\x01\x02\0\0\0\x01\x02\0\0\0\x07\x08"
    (tmp_path / "model.bin").write_bytes(header + tensor)
    with pytest.raises(DataError, match="is not a Whisper model with floating-point weights"):
        reference_model(tmp_path / "model.bin")
