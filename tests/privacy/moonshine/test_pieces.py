from importlib.util import find_spec

import pytest

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy import bundled_weights
from lowsr_tradeoff.privacy.moonshine import pieces

pytestmark = pytest.mark.skipif(not find_spec("moonshine_voice"), reason="no wheel for this system")


@pytest.fixture(scope="module")
def vocabulary():
    return pieces.read(bundled_weights.moonshine()["tokenizer.bin"])


def test_the_vocabulary_is_control_tokens_bytes_and_pieces(vocabulary):
    assert vocabulary.by_token[:3] == (b"<unk>", b"<s>", b"</s>")
    assert vocabulary.by_token[3:259] == tuple(bytes([byte]) for byte in range(256))
    assert len(vocabulary.by_token) == 32768


@pytest.mark.parametrize("text", ["Ask her to bring these things.", "3,400 kilos", "a", "naïve — 漢字 🎤"])
def test_a_text_comes_back_from_its_tokens(vocabulary, text):
    assert pieces.text_of(vocabulary, pieces.tokens_of(vocabulary, text)) == text


def test_frequent_words_are_one_token(vocabulary):
    """As in the vocabulary of Llama 2, which Moonshine took: "▁Hello" and "▁world"."""
    assert pieces.tokens_of(vocabulary, "Hello world") == [15043, 3186]


def test_control_tokens_write_nothing(vocabulary):
    assert pieces.text_of(vocabulary, [pieces.START, *pieces.tokens_of(vocabulary, "yes"), pieces.END]) == "yes"


def test_a_vocabulary_that_is_cut_short_is_refused(tmp_path):
    (tmp_path / "tokenizer.bin").write_bytes(b"\x05<unk>\x03<s")
    with pytest.raises(DataError, match=r"tokenizer\.bin: ends within a piece"):
        pieces.read(tmp_path / "tokenizer.bin")
