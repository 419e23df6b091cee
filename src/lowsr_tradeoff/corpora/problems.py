"""What is wrong with an input, gathered so that one message can say all of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.sinks import line

# Lines shown of one reason; a corpus at too low a rate would bury every other problem.
LISTED = 50


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        where: File, row, class or source.
        reason: What is wrong with it, and the remedy where that is not plain.
        n_clips: Clips that are left out because of it and of nothing named before it.
        is_mendable: Whether leaving those out mends it.
    """

    where: str
    reason: str
    n_clips: int = 1
    is_mendable: bool = True


def settle(corpus: str, problems: Sequence[Problem], *, skip_bad: bool) -> int:
    """Return how many clips are left out because of the problems.

    Raises:
        DataError: There are problems and ``skip_bad`` is off, or one that no skipping mends; lists all of them.
    """
    is_mendable = all(problem.is_mendable for problem in problems)
    if problems and not (skip_bad and is_mendable):
        raise DataError(describe(corpus, problems, is_mendable=is_mendable))
    return sum(problem.n_clips for problem in problems)


def describe(corpus: str, problems: Sequence[Problem], *, is_mendable: bool) -> str:
    """Return one message with every problem, those of one reason together."""
    by_reason: dict[str, list[Problem]] = {}
    for problem in problems:
        by_reason.setdefault(problem.reason, []).append(problem)
    lines = [f"{corpus}: {len(problems)} problem{'s' if len(problems) > 1 else ''} found, nothing has run"]
    for reason, group in by_reason.items():
        lines += [f"  {line(problem.where)}: {reason}" for problem in group[:LISTED]]
        if len(group) > LISTED:
            lines.append(f"  and {len(group) - LISTED} more: {reason}")
    if is_mendable:
        lines.append("Mend them, or continue without them with --skip-bad")
    return "\n".join(lines)
