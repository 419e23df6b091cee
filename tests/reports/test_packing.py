import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.reports.packing import compact_json, embedded, packed, source_of, unpacked


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


def test_a_source_is_named_by_the_digest_of_its_bytes():
    # From the example in the CSP3 draft: https://www.w3.org/TR/CSP3/#external-hash
    assert source_of("alert('Hello, world.');") == "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    assert source_of("é") != source_of("e")
