"""The command that gives a user a settings file to start from."""

from pathlib import Path

from lowsr_tradeoff.cli.app import Flag, app
from lowsr_tradeoff.cli.printing import tell
from lowsr_tradeoff.errors import ConfigError


@app.command
def init(to: Path = Path("study.toml"), /, *, force: Flag = False) -> None:
    """Write a settings file: every setting with its meaning, unit, allowed values and default.

    Args:
        to: The file to write.
        force: Write over a file that is there.
    """
    from lowsr_tradeoff.starter import starter_toml
    from lowsr_tradeoff.store import write_atomic

    if to.exists() and not force:
        raise ConfigError(f"{to}: is there already; name another file, or write over it with --force")
    write_atomic(to, starter_toml().encode())
    tell(f"{to}\nChange what you need, then: lowsr-tradeoff --config {to}")
