"""One run at a time in a folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lowsr_tradeoff.errors import ConfigError, MissingResourceError


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold a run folder for this process alone; the lock ends with the process, however that ends.

    What a killed run was writing is removed.

    Raises:
        ConfigError: Another run holds the folder.
        MissingResourceError: The folder cannot be written.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        file = (root / ".lock").open("w")
    except OSError as error:
        told = f"{root}: cannot be written ({error.strerror}); choose another --out"
        raise MissingResourceError(told) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(
                f"{root}: another run is using this folder; wait for it or choose another --out"
            ) from error
        for left in (root / "steps").glob("*/.*"):
            left.unlink(missing_ok=True)
        yield
