"""Rows of a corpus before any audio is read: where each was listed, its file and annotation, and its problems."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from lowsr_tradeoff.audio.decode import Excerpt
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.files.safe_text import line

# Lines shown of one reason; a corpus at too low a rate would hide every other problem.
MOST_LISTED = 10


@dataclass(frozen=True)
class CorpusRow:
    """One file of a corpus, or one part of a recording.

    Attributes:
        where: How messages name it.
        annotation: The label or transcript: two rows of one file that differ in it contradict each other.
        fault: What is wrong with how it was listed, or ``None``.
        span_s: Begin and end of the part; ``None`` for the whole file.
    """

    where: str
    path: Path
    annotation: str
    fault: str | None
    span_s: tuple[float, float] | None = field(default=None, kw_only=True)

    @property
    def audio(self) -> Path | Excerpt:
        """What is to be decoded."""
        return Excerpt(self.path, *self.span_s) if self.span_s else self.path


@dataclass(frozen=True)
class EventRow(CorpusRow):
    """One labelled file; ``annotation`` is the label. Fold and source are empty where none is given."""

    fold: str
    source: str


T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
R = TypeVar("R", bound=CorpusRow)
FaultOf = Callable[[R], str | None]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file, row, class or source, and the remedy where that is not plain.

    Attributes:
        n_clips: Clips left out because of it and of no earlier problem.
        is_skippable: Whether the corpus can be used without those clips.
    """

    where: str
    reason: str
    n_clips: int = 1
    is_skippable: bool = True


@dataclass(frozen=True)
class Listing(Generic[R]):
    """A corpus as it is listed, before any file is opened.

    Attributes:
        root: The folder that no path may leave.
        problems: What could not become a row.
        note: A remark for the reader of the report.
        is_own: Whether these are the user's recordings.
    """

    name: str
    root: Path
    rows: tuple[R, ...]
    problems: tuple[Problem, ...] = ()
    note: str = ""
    is_own: bool = True


def without_faults(rows: Iterable[R], fault_functions: Sequence[FaultOf[R]]) -> tuple[list[R], list[Problem]]:
    """Return the rows without a fault, and every fault of the others."""
    kept, problems = [], []
    for row in rows:
        reasons = [reason for fault_of in fault_functions if (reason := fault_of(row)) is not None]
        problems += [Problem(row.where, reason, n_clips=int(i == 0)) for i, reason in enumerate(reasons)]
        if not reasons:
            kept.append(row)
    return kept, problems


def path_fault(root: Path, path: Path) -> str | None:
    """Return why a path is no file inside the corpus folder, links followed, or ``None``."""
    if any("\ud800" <= character <= "\udfff" for character in str(path)):
        return "cannot be named in a report: its name is not UTF-8; rename it"
    try:
        real = path.resolve()
        if not real.is_relative_to(root.resolve()):
            return "leads out of the corpus folder; copy the file into it"
        if not real.exists():
            return "does not exist"
        return None if real.is_file() else "is not a file"
    # Loops of links are a RuntimeError, a zero byte in a name is a ValueError.
    except (OSError, RuntimeError, ValueError) as error:
        return f"is no usable path ({error})"


def repeats(rows: Iterable[R], key_of: Callable[[R], Hashable | None], verb: str) -> dict[str, str]:
    """Return, by ``where``, how rows repeat another one, such as ``"names the same file as 3"``.

    The first of several is kept, or none where they contradict each other. A key of ``None`` repeats nothing.
    """
    groups = grouped(rows, key_of)
    groups.pop(None, None)
    found = {}
    for first, *others in groups.values():
        found.update({row.where: f"{verb} {first.where}" for row in others})
        if others and len({row.annotation for row in (first, *others)}) > 1:
            found[first.where] = f"{verb} {others[0].where}, which says otherwise"
    return found


def grouped(items: Iterable[T], key_of: Callable[[T], K]) -> dict[K, list[T]]:
    """Return items by their key, keys in the order in which they come first."""
    groups: dict[K, list[T]] = {}
    for item in items:
        groups.setdefault(key_of(item), []).append(item)
    return groups


def count_skipped(corpus: str, problems: Sequence[Problem], *, skip_bad: bool) -> int:
    """Return how many clips are left out; raises :class:`DataError` for problems that may not be skipped."""
    if problems and not (skip_bad and all(problem.is_skippable for problem in problems)):
        raise DataError(describe(corpus, problems))
    return sum(problem.n_clips for problem in problems)


def describe(corpus: str, problems: Sequence[Problem]) -> str:
    """Return one message with every problem, those of one reason together."""
    lines = [f"{corpus}: {len(problems)} problem{'s' if len(problems) > 1 else ''} found, nothing has run"]
    for reason, group in grouped(problems, lambda problem: problem.reason).items():
        lines += [f"  {line(problem.where)}: {reason}" for problem in group[:MOST_LISTED]]
        if len(group) > MOST_LISTED:
            lines.append(f"  and {len(group) - MOST_LISTED} more: {reason}")
    if all(problem.is_skippable for problem in problems):
        lines.append("Mend them, or continue without them with --skip-bad")
    return "\n".join(lines)
