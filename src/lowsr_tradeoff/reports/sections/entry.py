"""The content under one heading of a section: a figure with its text and its data."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from lowsr_tradeoff.reports.plot import Spec
from lowsr_tradeoff.reports.table import Table
from lowsr_tradeoff.reports.wording import count

TOP_LEVEL = 3


@dataclass(frozen=True)
class Entry:
    """A figure, or a table without one, as the page prints it.

    Attributes:
        heading: Empty where the entry continues the one before.
        anchor: The drawing's id on the page.
        figure: Plotly's data and layout.
        caption: What the drawing shows, in sentences made from the data.
        intro: A paragraph below the heading.
        note: A paragraph below the data.
        folded: Tables that are folded away, each with the line to unfold it by; those without rows are left out.
        points: A list of remarks.
        kind: The style sheet's class of the tables.
        level: Of the heading.
    """

    heading: str = ""
    anchor: str = ""
    title: str = ""
    figure: Spec | None = None
    table: Table | None = None
    caption: str = ""
    intro: str = ""
    note: str = ""
    tables: tuple[Table, ...] = ()
    folded: tuple[tuple[str, Table], ...] = ()
    points: tuple[str, ...] = ()
    kind: str = ""
    level: int = 3


@dataclass(frozen=True)
class Section:
    """One of the page's folded sections.

    Attributes:
        finding: What it found, in the words of its line.
        entries: Those before the first heading introduce it.
    """

    anchor: str
    title: str
    finding: str
    entries: tuple[Entry, ...]

    @property
    def has_intervals(self) -> bool:
        """Whether any of its tables has figures with an interval."""
        tables = (table for entry in self.entries for table in tables_of(entry))
        return any(not isinstance(cell, str) for table in tables for row in table.rows for cell in row)

    @property
    def intro(self) -> tuple[Entry, ...]:
        """The entries before the first heading."""
        return tuple(takewhile(lambda entry: not entry.heading, self.entries))

    @property
    def groups(self) -> tuple[tuple[Entry, ...], ...]:
        """The others: each heading with the entries below it."""
        groups: list[tuple[Entry, ...]] = []
        for entry in self.entries[len(self.intro) :]:
            if entry.heading and entry.level == TOP_LEVEL:
                groups.append((entry,))
            else:
                groups[-1] = (*groups[-1], entry)
        return tuple(groups)


def content_of(entries: Iterable[Entry]) -> str:
    """Return how many figures and tables entries hold, in words; nothing where they hold none.

    >>> content_of([Entry(anchor="a", figure={}), Entry(table=Table("", ("",), (("",),)))])
    '1 figure, 1 table'
    """
    entries = tuple(entries)
    n_tables = sum(bool(table.rows) for entry in entries for table in tables_of(entry))
    counts = {"figure": len(drawings(entries)), "table": n_tables}
    return ", ".join(count(n, thing) for thing, n in counts.items() if n)


def drawings(entries: Iterable[Entry]) -> dict[str, Spec]:
    """Return the drawings by their ids."""
    return {entry.anchor: entry.figure for entry in entries if entry.figure is not None}


def tables_of(entry: Entry) -> tuple[Table, ...]:
    """Return all tables of an entry."""
    return (*([entry.table] if entry.table else []), *entry.tables, *(table for _, table in entry.folded))
