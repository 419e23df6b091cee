"""The table that the page and the Markdown files print; each figure's data are in one beside the figure."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from lowsr_tradeoff.classify.arms import arm_name
from lowsr_tradeoff.files.safe_text import markdown
from lowsr_tradeoff.records.classify import ClassifyResult, Optimism, Sensitivity
from lowsr_tradeoff.records.decision import LEAK_FIELDS, OperatingPoint
from lowsr_tradeoff.records.privacy import LeakKind
from lowsr_tradeoff.reports.wording import Shown, hz, percent

Cell = str | Shown
Row = tuple[Cell, ...]
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
# The heading of a column, and the function from a record to its cell.
Column = tuple[str, Callable[[T], Cell]]

NAMED: tuple[Column[OperatingPoint | ClassifyResult | Sensitivity | Optimism], ...] = (
    ("Rate", lambda of: hz(of.rate_hz)),
    ("Training", lambda of: arm_name(of.arm)),
    ("Features", lambda of: of.grid),
)
# What a kind of leak is, as the heading of its figures.
LEAKS: dict[LeakKind, str] = {
    "words": "Words recovered",
    "known words": "Known words, above chance",
    "who": "Speaker identified",
    "sex": "Sex told from the voice",
    "presence": "Speech noticed",
}
# Kinds of leak that have a limit of their own; another one is shown where it is the privacy axis.
LIMITED: tuple[LeakKind, ...] = ("words", "known words", "who")
HUGE_CELLS = 120
# Columns that stand side by side on a screen; letters from which on a text goes below its row.
MOST_COLUMNS, LONG_LETTERS = 9, 60


@dataclass(frozen=True)
class Table:
    """A table to print.

    Attributes:
        rows: Cells, as many a row as there are columns.
        n_heads: How many leading cells of a row are its headings.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    n_heads: int = 1

    @property
    def is_huge(self) -> bool:
        """Whether it is folded, and built by the page only when unfolded."""
        return len(self.rows) * len(self.columns) > HUGE_CELLS

    @cached_property
    def prose(self) -> frozenset[int]:
        """The columns of sentences, which are printed below each row."""
        columns = range(self.n_heads, len(self.columns))
        return frozenset(
            column
            for column in columns
            if any(isinstance(cell := row[column], str) and len(cell) > LONG_LETTERS for row in self.rows)
        )

    def parts(self) -> tuple["Table", ...]:
        """Return the table in parts that fit a screen's width, each with the headings of its rows."""
        beside = [column for column in range(self.n_heads, len(self.columns)) if column not in self.prose]
        size = MOST_COLUMNS - self.n_heads
        if len(beside) <= size:
            return (self,)
        n_parts = -(-len(beside) // size)
        size = -(-len(beside) // n_parts)
        taken = [beside[start : start + size] for start in range(0, len(beside), size)]
        taken[-1] += sorted(self.prose)
        return tuple(self._part(columns, f", part {at} of {n_parts}") for at, columns in enumerate(taken, 1))

    def _part(self, columns: Sequence[int], which: str) -> "Table":
        kept = (*range(self.n_heads), *columns)
        rows = tuple(tuple(row[column] for column in kept) for row in self.rows)
        return Table(self.caption + which, tuple(self.columns[column] for column in kept), rows, self.n_heads)


def shown_kinds(axis: LeakKind) -> tuple[LeakKind, ...]:
    """Return the kinds of leak that have a limit, and the one that is the privacy axis."""
    return tuple(dict.fromkeys((*LIMITED, axis)))


def leak_columns(axis: LeakKind) -> tuple[Column[OperatingPoint], ...]:
    """Return a column of operating points for each of :func:`shown_kinds`."""

    def column(kind: LeakKind) -> Column[OperatingPoint]:
        return LEAKS[kind], lambda point: percent(getattr(point, LEAK_FIELDS[kind]))

    return tuple(column(kind) for kind in shown_kinds(axis))


def table_of(caption: str, records: Iterable[T], columns: Sequence[Column[T]], n_heads: int = 1) -> Table:
    """Return a table with a row for each record."""
    rows = tuple(tuple(cell(record) for _, cell in columns) for record in records)
    return Table(caption, tuple(heading for heading, _ in columns), rows, n_heads)


def cross_table(
    caption: str,
    heads: tuple[str, ...],
    columns: Mapping[K, str],
    cells: Iterable[tuple[tuple[str, ...], K, Cell]],
    missing: str,
) -> Table:
    """Return a table with a row for each tuple of names; a cell comes as its row's names, column and text.

    ``heads`` are the headings of the names; ``missing`` is the text where there is no cell.
    """
    found: dict[tuple[str, ...], dict[K, Cell]] = {}
    for names, column, cell in cells:
        found.setdefault(names, {})[column] = cell
    rows = tuple((*names, *(row.get(column, missing) for column in columns)) for names, row in found.items())
    return Table(caption, (*heads, *columns.values()), rows, len(heads))


def table_lines(table: Table) -> tuple[str, ...]:
    """Return a table as lines of Markdown, without its caption; an empty one gives a sentence."""
    if not table.rows:
        return ("Nothing to show.",)
    rows = (table.columns, tuple("---" for _ in table.columns), *table.rows)
    return tuple(f"| {' | '.join(markdown(str(cell)) for cell in row)} |" for row in rows)
