import os
import pty
import sys

import pytest

from lowsr_tradeoff.cli import main as cli


@pytest.fixture
def cache(tmp_path_factory, monkeypatch):
    """A cache folder of the test's own."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder


@pytest.fixture
def call(capsys, cache):
    """Run a command line and return its exit code and what it wrote to standard output and error."""

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return left.value.code, captured.out, captured.err

    return run


def on_a_terminal(arguments, variables):
    """Run the command line on a terminal, as :func:`on_a_terminal_by` does."""
    program = "import sys; from lowsr_tradeoff.cli.main import main; main(sys.argv[1:])"
    return on_a_terminal_by(program, variables, arguments)


def on_a_terminal_by(program, variables, arguments=()):
    """Run a program with all its streams on a terminal of 80 columns, and return what it showed."""
    seen = []

    def read(descriptor):
        seen.append(os.read(descriptor, 1 << 16))
        return seen[-1]

    environment = {"TERM": "xterm", "COLUMNS": "80", **{k: v for k, v in os.environ.items() if k != "NO_COLOR"}}
    environment |= variables
    command = ["env", "-i", *(f"{k}={v}" for k, v in environment.items()), sys.executable, "-c", program]
    pty.spawn([*command, *arguments], read)
    return b"".join(seen).decode()
