"""The progress of a command, on standard error."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import mean
from typing import TYPE_CHECKING

from lowsr_tradeoff.cli.printing import tell
from lowsr_tradeoff.files.safe_text import visible

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import ProgressColumn

    from lowsr_tradeoff.corpora.published.download import OnProgress
    from lowsr_tradeoff.runner.schedule import Progress


@contextmanager
def step_progress(*, is_quiet: bool) -> "Iterator[Callable[[Progress], None]]":
    """Show a bar on a terminal, a line a step elsewhere, nothing when quiet."""
    if is_quiet:
        yield lambda _: None
        return
    took_s: dict[str, list[float]] = {}
    if not sys.stderr.isatty():
        yield lambda at: tell(f"[{at.n_done}/{at.n_total}] {_described(at, took_s)}", to=sys.stderr)
        return
    from rich import progress

    with _bar(progress.MofNCompleteColumn(), progress.TextColumn("{task.description}", markup=False)) as bar:
        task = bar.add_task("checking the input", total=None)
        yield lambda at: bar.update(
            task, description=visible(_described(at, took_s)), completed=at.n_done, total=at.n_total
        )


@contextmanager
def byte_progress() -> "Iterator[OnProgress]":
    """Show a bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _have, _total: None
        return
    from rich import progress

    columns = (progress.DownloadColumn(), progress.TransferSpeedColumn(), progress.TimeRemainingColumn())
    with _bar(*columns) as bar:
        task = bar.add_task("", total=None)
        yield lambda have, total: bar.update(task, completed=have, total=total)


def time_left(took_s: Mapping[str, Sequence[float]], n_left: Mapping[str, int], jobs: int) -> str:
    """Return how long the rest takes, in words, as far as finished steps of the same kinds tell.

    The steps left of each kind, at the mean of those that are finished, shared among the processes. Where none of a
    kind is finished yet, what is known is a lower bound and says so.

    >>> time_left({"train": [60, 120]}, {"train": 4}, 2)
    'about 3 min left'
    >>> time_left({"train": [60, 120]}, {"train": 4, "attack": 1}, 2)
    'more than 3 min left, of attack nothing is known yet'
    """
    if not n_left:
        return "the report follows"
    unseen = [kind for kind in n_left if kind not in took_s]
    known_s = sum(n * mean(took_s[kind]) for kind, n in n_left.items() if kind in took_s)
    known_s /= min(jobs, sum(n_left.values()))
    if unseen:
        least = f"more than {_duration(known_s)} left, " if known_s else ""
        which = unseen[0] if len(unseen) == 1 else f"{len(unseen)} kinds of step"
        return f"{least}of {which} nothing is known yet"
    return f"about {_duration(known_s)} left"


def _described(at: "Progress", took_s: dict[str, list[float]]) -> str:
    """The step and how long the rest takes; the step's duration is kept for the next ones."""
    if at.took_s is not None:
        took_s.setdefault(at.stage, []).append(at.took_s)
    return f"{at.label} ({time_left(took_s, at.n_left, at.jobs)})"


def _duration(seconds: float) -> str:
    """A span of time to the precision that an estimate deserves.

    >>> _duration(0.4), _duration(44), _duration(200), _duration(9000)
    ('1 s', '44 s', '3 min', '2 h 30 min')
    """
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _bar(*columns: "ProgressColumn") -> "Bar":
    from rich import progress
    from rich.console import Console

    return progress.Progress(progress.BarColumn(), *columns, console=Console(stderr=True))
