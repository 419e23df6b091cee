"""Progress on standard error alone: bars on a terminal, lines or nothing elsewhere."""

import sys

import pytest

from lowsr_tradeoff.cli.progress import byte_progress, step_progress, time_left
from lowsr_tradeoff.runner.schedule import Progress


@pytest.mark.parametrize(
    ("is_terminal", "is_quiet", "told"),
    [(False, False, "[1/2] features (about 3 s left)\n"), (False, True, ""), (True, True, "")],
)
def test_steps_are_lines_or_nothing(capsys, monkeypatch, is_terminal, is_quiet, told):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    with step_progress(is_quiet=is_quiet) as show:
        show(Progress("features", 1, 2, "features", 3.0, {"features": 1}))
    assert capsys.readouterr() == ("", told)


def test_steps_are_a_bar_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with step_progress(is_quiet=False) as show:
        show(Progress("features [/b]", 1, 2, "features", 3.0, {"features": 1}))
    out, err = capsys.readouterr()
    assert out == ""
    assert "1/2" in err
    assert "features [/b] (about 3 s left)" in err


@pytest.mark.parametrize(("is_terminal", "told"), [(True, "1.0/2.0 kB"), (False, "")])
def test_bytes_are_a_bar_on_a_terminal_alone(capsys, monkeypatch, is_terminal, told):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    with byte_progress() as tell:
        tell(1000, 2000)
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert bool(err) == is_terminal


@pytest.mark.parametrize(
    ("took_s", "n_left", "jobs", "told"),
    [
        ({"train": [10, 20]}, {"train": 8}, 2, "about 60 s left"),
        ({"train": [10, 20], "attack": [600]}, {"train": 8, "attack": 2}, 2, "about 11 min left"),
        ({"train": [100]}, {"train": 1}, 8, "about 2 min left"),
        ({"train": [10]}, {"train": 4, "attack": 1}, 1, "more than 40 s left, of attack nothing is known yet"),
        ({}, {"train": 4, "attack": 1}, 1, "of 2 kinds of step nothing is known yet"),
        ({}, {"train": 4}, 1, "of train nothing is known yet"),
        ({"train": [10]}, {}, 1, "the report follows"),
    ],
)
def test_time_left_weighs_kinds_and_owns_up_to_what_it_does_not_know(took_s, n_left, jobs, told):
    assert time_left(took_s, n_left, jobs) == told


def test_a_step_that_did_not_run_says_nothing_of_its_kind(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    with step_progress(is_quiet=False) as show:
        show(Progress("blocked", 1, 2, "train", None, {"train": 1}))
    assert "of train nothing is known yet" in capsys.readouterr().err
