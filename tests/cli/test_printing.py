"""What users and files say reaches a terminal as text and never as an order."""

import io
import subprocess
import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.cli.printing import tell
from lowsr_tradeoff.files.safe_text import visible


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


def test_a_reader_that_stops_reading_ends_the_program_quietly():
    program = "from lowsr_tradeoff.cli.printing import tell\nfor _ in range(9): tell('x' * 99999)"
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=30) == 141
