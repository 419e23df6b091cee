"""The progress of a command, on standard error."""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lowsr_tradeoff.cli import costs
from lowsr_tradeoff.cli.printing import tell
from lowsr_tradeoff.files.safe_text import line as on_one_line

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

    from lowsr_tradeoff.corpora.published.download import OnProgress
    from lowsr_tradeoff.runner.schedule import Progress

# Cells of the bar, and what they are drawn with where a terminal has block characters and where it has none.
N_CELLS = 10
BLOCKS, PLAIN = ("■", "□", " · ", "…"), ("#", "-", " - ", "...")
REFRESHED_HZ = 4


@dataclass
class Steps:
    """Where a run is: what the last event told, when, and what steps of each kind took."""

    is_quiet: bool
    known_s: dict[str, float] = field(default_factory=costs.seconds)
    took_s: dict[str, list[float]] = field(default_factory=dict)
    at: "Progress | None" = None
    at_s: float = 0.0

    def __call__(self, at: "Progress") -> None:
        """Take an event; elsewhere than on a terminal a finished step is a line."""
        self.at, self.at_s = at, time.monotonic()
        if at.took_s is not None:
            self.took_s.setdefault(at.stage, []).append(at.took_s)
        if at.label and not self.is_quiet and not sys.stderr.isatty():
            tell(f"[{at.n_done}/{at.n_total}] {_short(at.label)} · {self.left(self.at_s)}", to=sys.stderr)

    def left(self, now_s: float) -> str:
        """Return how long the rest takes, in words."""
        if self.at is None or not self.at.n_left:
            return "writing the report" if self.at else ""
        left_s = costs.left_s(self.took_s, self.at.n_left, self.at.jobs, self.known_s)
        return f"about {duration(left_s - (now_s - self.at_s))} left"

    def line(self, width: int, now_s: float, marks: tuple[str, str, str, str] = BLOCKS) -> str:
        """Return bar, count, what runs and how long the rest takes, in so many characters.

        What runs is cut where it does not fit.
        """
        if self.at is None:
            return "checking the input"[:width]
        full, empty, between, cut = marks
        n_full = N_CELLS * self.at.n_done // max(1, self.at.n_total)
        head = f"[{full * n_full}{empty * (N_CELLS - n_full)}] {self.at.n_done}/{self.at.n_total}{between}"
        tail = f"{between}{self.left(now_s)}"
        label = _short(next(iter(self.at.running), self.at.label))
        room = width - len(head) - len(tail)
        shown = label if len(label) <= room else f"{label[: max(0, room - len(cut))]}{cut}"
        return f"{head}{shown}{tail}"[:width]

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        """Draw the line anew, since time goes on."""
        from rich.text import Text

        marks = PLAIN if options.ascii_only else BLOCKS
        # A terminal that fills its last column may begin a new line.
        yield Text(self.line(options.max_width - 1, time.monotonic(), marks), no_wrap=True)


@contextmanager
def step_progress(*, is_quiet: bool) -> Iterator[Steps]:
    """Show one line on a terminal, a line a step elsewhere, nothing when quiet."""
    steps = Steps(is_quiet)
    if is_quiet or not sys.stderr.isatty():
        yield steps
        return
    from rich.console import Console
    from rich.live import Live

    with Live(steps, console=Console(stderr=True), refresh_per_second=REFRESHED_HZ, transient=True):
        yield steps


@contextmanager
def byte_progress() -> "Iterator[OnProgress]":
    """Show a bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _have, _total: None
        return
    from rich import progress
    from rich.console import Console

    columns = (progress.DownloadColumn(), progress.TransferSpeedColumn(), progress.TimeRemainingColumn())
    with progress.Progress(progress.BarColumn(), *columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        yield lambda have, total: bar.update(task, completed=have, total=total)


def duration(seconds: float) -> str:
    """Return a span of time to the precision that an estimate deserves.

    >>> duration(0.4), duration(44), duration(200), duration(9000)
    ('5 s', '45 s', '3 min', '2 h 30 min')
    """
    if seconds < 57.5:
        return f"{max(5, 5 * round(seconds / 5))} s"
    hours, minutes = divmod(max(1, round(seconds / 60)), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _short(label: str) -> str:
    """A step's name on one line, with thousands of Hz as kHz.

    >>> _short("speech presence at 16000 Hz"), _short("features 500 Hz shared, fold 1")
    ('speech presence, 16 kHz', 'features 500 Hz shared, fold 1')
    """
    text = re.sub(r"(\d{4,}) Hz", lambda found: f"{int(found[1]) / 1000:g} kHz", on_one_line(label))
    return re.sub(r" at (?=[\d.]+ k?Hz)", ", ", text)
