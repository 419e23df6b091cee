"""What users and files say reaches a terminal as text and never as an order."""

import io
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.cli.printing import tell
from lowsr_tradeoff.sinks import visible


@given(st.text(st.characters()))
def test_nothing_that_a_terminal_obeys_is_left(text):
    shown = visible(text)
    assert all(c in "\n\t" or c.isprintable() or unicodedata.category(c) == "Zs" for c in shown)
    assert shown.encode().decode() == shown
    if text.isprintable():
        assert shown == text


def test_lines_are_printed_on_the_stream_asked_for():
    stream = io.StringIO()
    tell("rate 500 Hz → 1000 Hz", "\x1b]0;owned\x07\u202e", to=stream)
    assert stream.getvalue() == "rate 500 Hz → 1000 Hz\n\\x1b]0;owned\\x07\\u202e\n"
