"""Progress on standard error alone: bars on a terminal, lines or nothing elsewhere."""

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cli.conftest import on_a_terminal_by

from lowsr_tradeoff.cli.progress import BLOCKS, PLAIN, Steps, byte_progress, step_progress
from lowsr_tradeoff.runner.schedule import Progress

LABELS = st.text(max_size=120)
COUNTS = st.integers(0, 99_999)


def steps(at, at_s=0.0, is_quiet=False):
    found = Steps(is_quiet, known_s={"presence": 2.0})
    found.at, found.at_s = at, at_s
    return found


@pytest.mark.parametrize(
    ("is_terminal", "is_quiet", "told"),
    [(False, False, "[1/2] speech presence, 16 kHz · about 5 s left\n"), (False, True, ""), (True, True, "")],
)
def test_finished_steps_are_lines_or_nothing(capsys, monkeypatch, cache, is_terminal, is_quiet, told):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    with step_progress(is_quiet=is_quiet) as show:
        show(Progress("", 0, 2, n_left={"presence": 2}, running=("speech presence at 16000 Hz",)))
        show(Progress("speech presence at 16000 Hz", 1, 2, "presence", 3.0, {"presence": 1}))
    assert capsys.readouterr() == ("", told)
    assert show.took_s == {"presence": [3.0]}


def test_a_terminal_shows_bar_count_what_runs_and_time_left():
    at = Progress("", 49, 126, n_left={"presence": 60}, jobs=2, running=("speech presence at 16000 Hz",))
    told = steps(at).line(80, 0.0)
    assert told == "[■■■□□□□□□□] 49/126 · speech presence, 16 kHz · about 1 min left"


@given(LABELS, COUNTS, COUNTS, st.integers(20, 200), st.sampled_from([BLOCKS, PLAIN]))
def test_the_line_fits_and_ends_with_the_time_left(label, n_done, n_more, width, marks):
    at = Progress("", n_done, n_done + n_more, n_left={"presence": 1 + n_more}, running=(label,))
    told = steps(at).line(width, 0.0, marks)
    assert len(told) <= width
    assert "\n" not in told
    if width >= 60:
        assert told.endswith(" left")
        assert f"] {n_done}/{n_done + n_more}{marks[2]}" in told
        assert told.count(marks[0], 0, 12) == 10 * n_done // max(1, n_done + n_more)


def test_time_goes_on_between_two_events_and_never_below_some_seconds():
    at = Progress("", 0, 60, n_left={"presence": 60}, running=("x",))
    assert steps(at).left(0.0) == "about 2 min left"
    assert steps(at).left(90.0) == "about 30 s left"
    assert steps(at).left(900.0) == "about 5 s left"


def test_before_the_first_event_and_after_the_last_the_line_says_what_goes_on():
    assert steps(None).line(80, 0.0) == "checking the input"
    assert steps(Progress("x", 2, 2)).line(80, 0.0).endswith("2/2 · x · writing the report")


def test_on_a_terminal_of_80_columns_every_line_fits(tmp_path):
    seen = on_a_terminal_by(
        """
from lowsr_tradeoff.cli.progress import step_progress
from lowsr_tradeoff.runner.schedule import Progress
import time
with step_progress(is_quiet=False) as show:
    for n in range(3):
        show(Progress("", n, 3, n_left={"train": 3 - n}, running=(f"{n}" + " long" * 40,)))
        time.sleep(0.6)
""",
        {"XDG_CACHE_HOME": str(tmp_path)},
    )
    lines = [re.sub(r"\x1b\[[0-9?]*[A-Za-z]", "", part) for part in re.split(r"[\r\n]", seen)]
    assert any(re.fullmatch(r"\[■{3}□{7}\] 1/3 · 1 long.*… · about \d+ s left", part) for part in lines)
    assert max(map(len, lines)) < 80


@pytest.mark.parametrize(("is_terminal", "told"), [(True, "1.0/2.0 kB"), (False, "")])
def test_bytes_are_a_bar_on_a_terminal_alone(capsys, monkeypatch, is_terminal, told):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    with byte_progress() as tell:
        tell(1000, 2000)
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert bool(err) == is_terminal
