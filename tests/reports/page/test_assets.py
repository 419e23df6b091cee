import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.reports.page.assets import compact_json, embedded, packed, unpacked


@given(st.text())
def test_packed_text_comes_back_and_holds_no_markup(text):
    letters = packed(text)
    assert unpacked(letters) == text
    assert letters.replace("+", "").replace("/", "").rstrip("=").isalnum()
    assert packed(text) == letters


def test_what_a_page_holds_is_found_by_its_id():
    page = f'<script type="text/plain" id="a">{packed("one")}</script>'
    assert embedded(page, "a") == "one"
    with pytest.raises(KeyError, match="b"):
        embedded(page, "b")


def test_json_is_compact_and_refuses_what_json_has_not():
    assert compact_json({"b": [1, None], "a": "é"}) == '{"a":"\\u00e9","b":[1,null]}'
    with pytest.raises(ValueError, match="not JSON compliant"):
        compact_json(float("nan"))
