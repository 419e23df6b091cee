"""Progress on standard error alone: bars on a terminal, lines or nothing elsewhere."""

import sys

import pytest

from lowsr_tradeoff.cli.progress import byte_progress, step_progress
from lowsr_tradeoff.execute import Progress


@pytest.mark.parametrize(
    ("is_terminal", "is_quiet", "told"),
    [(False, False, "[1/2] features\n"), (False, True, ""), (True, True, "")],
)
def test_steps_are_lines_or_nothing(capsys, monkeypatch, is_terminal, is_quiet, told):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    with step_progress(is_quiet=is_quiet) as show:
        show(Progress("features", 1, 2))
    assert capsys.readouterr() == ("", told)


def test_steps_are_a_bar_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with step_progress(is_quiet=False) as show:
        show(Progress("features", 1, 2))
    out, err = capsys.readouterr()
    assert out == ""
    assert "1/2" in err
    assert "features" in err


@pytest.mark.parametrize(("is_terminal", "told"), [(True, "1.0/2.0 kB"), (False, "")])
def test_bytes_are_a_bar_on_a_terminal_alone(capsys, monkeypatch, is_terminal, told):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    with byte_progress() as tell:
        tell(1000, 2000)
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert bool(err) == is_terminal
