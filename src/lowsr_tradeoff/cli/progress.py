"""How far a command has come, on standard error."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import ProgressColumn

    from lowsr_tradeoff.corpora.download import Tell
    from lowsr_tradeoff.execute import Progress


@contextmanager
def step_progress(*, is_quiet: bool) -> "Iterator[Callable[[Progress], None]]":
    """Show a bar on a terminal, a line a step elsewhere, nothing when quiet."""
    if is_quiet:
        yield lambda _: None
    elif not sys.stderr.isatty():
        yield lambda at: print(f"[{at.n_done}/{at.n_total}] {at.label}", file=sys.stderr, flush=True)
    else:
        from rich import progress

        columns = (progress.MofNCompleteColumn(), progress.TimeRemainingColumn())
        with _bar(*columns, progress.TextColumn("{task.description}")) as bar:
            task = bar.add_task("checking the input", total=None)
            yield lambda at: bar.update(task, description=at.label, completed=at.n_done, total=at.n_total)


@contextmanager
def byte_progress() -> "Iterator[Tell]":
    """Show a bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _have, _total: None
        return
    from rich import progress

    columns = (progress.DownloadColumn(), progress.TransferSpeedColumn(), progress.TimeRemainingColumn())
    with _bar(*columns) as bar:
        task = bar.add_task("", total=None)
        yield lambda have, total: bar.update(task, completed=have, total=total)


def _bar(*columns: "ProgressColumn") -> "Bar":
    from rich import progress
    from rich.console import Console

    return progress.Progress(progress.BarColumn(), *columns, console=Console(stderr=True))
