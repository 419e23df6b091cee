import pytest

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.listening_test.key import read_key


def test_a_folder_without_a_key_is_named(tmp_path):
    with pytest.raises(DataError, match=r"key\.json: cannot be read .* give the folder of a listening pack"):
        read_key(tmp_path)


def test_a_damaged_key_is_named(tmp_path):
    (tmp_path / "key.json").write_text('{"pack": 1}')
    with pytest.raises(DataError, match=r"key\.json: is no key .* write the pack again"):
        read_key(tmp_path)
