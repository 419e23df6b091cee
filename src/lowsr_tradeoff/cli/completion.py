"""Command that sets a shell up to complete this program's commands and options."""

from typing import Literal

from lowsr_tradeoff.cli.app import app
from lowsr_tradeoff.cli.printing import tell
from lowsr_tradeoff.errors import ConfigError, StageError


@app.command(name="--install-completion")
def install_completion(shell: Literal["bash", "zsh", "fish", "powershell"] | None = None, /) -> None:
    """Complete commands, options and choices with the Tab key.

    Writes a script into your home and a line into the shell's start file, and prints where the script is.

    Examples:
        lowsr-tradeoff --install-completion bash

    Args:
        shell: The shell; the one that runs when left out.
    """
    from cyclopts.completion.detect import ShellDetectionError

    try:
        tell(app.install_completion(shell=shell), "Start a new shell to use it.")
    except ShellDetectionError as error:
        raise ConfigError(
            "--install-completion: which shell runs is not known; name it: bash, zsh, fish"
        ) from error
    except OSError as error:
        raise StageError(
            f"{error.filename}: cannot be written ({error.strerror}); allow writing in your home"
        ) from error
