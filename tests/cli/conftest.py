import pytest

from lowsr_tradeoff.cli import main as cli


@pytest.fixture
def call(capsys):
    """Run a command line and return its exit code and what it wrote to standard output and error."""

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return left.value.code, captured.out, captured.err

    return run
