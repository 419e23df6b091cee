"""What a run has still to do, so that nobody takes a folder that it left in the middle for a finished one."""

from collections.abc import Iterable
from pathlib import Path

from lowsr_tradeoff.files.reading import MEGABYTE, read_file
from lowsr_tradeoff.files.writing import write_atomic
from lowsr_tradeoff.runner.step import Step, with_needs

UNFINISHED = "unfinished.txt"


def begin(root: Path, wanted: Iterable[Step]) -> None:
    """Write down the results that a run is to have, one name a line, before it runs."""
    names = (f"{step.stage}/{step.key}.json" for step in with_needs(wanted))
    write_atomic(root / UNFINISHED, "\n".join(names).encode())


def end(root: Path) -> None:
    """Remove what :func:`begin` wrote: the run is finished, and all its files are there."""
    (root / UNFINISHED).unlink(missing_ok=True)


def done_of(root: Path) -> tuple[int, int] | None:
    """Return how many of how many results are there of a run that was not finished, or ``None``."""
    try:
        names = read_file(root / UNFINISHED, 100 * MEGABYTE).decode().splitlines()
    except (OSError, ValueError):
        return None
    return sum((root / "steps" / name).is_file() for name in names), len(names)
