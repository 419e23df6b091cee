import pytest

from lowsr_tradeoff.errors import DataError, MissingResourceError
from lowsr_tradeoff.privacy.whisper import openai


def test_weights_that_are_not_there_are_named(tmp_path):
    with pytest.raises(MissingResourceError, match=r"none.pt: cannot be read .* a .pt file"):
        openai.load(str(tmp_path / "none.pt"))


@pytest.mark.parametrize("content", [b"", b"not a model", b"PK\x03\x04 cut short"])
def test_damaged_weights_are_named_with_the_remedy(tmp_path, content):
    (tmp_path / "own.pt").write_bytes(content)
    with pytest.raises(DataError, match=r"own.pt: is no Whisper model of openai-whisper .* download it again"):
        openai.load(str(tmp_path / "own.pt"))
