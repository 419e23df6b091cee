"""The content under one heading of a section: a figure with its text and its data."""

from collections.abc import Iterable
from dataclasses import dataclass

from lowsr_tradeoff.reports.plot import Spec
from lowsr_tradeoff.reports.table import Table


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


def drawings(entries: Iterable[Entry]) -> dict[str, Spec]:
    """Return the drawings by their ids."""
    return {entry.anchor: entry.figure for entry in entries if entry.figure is not None}


def tables_of(entry: Entry) -> tuple[Table, ...]:
    """Return all tables of an entry."""
    return (*([entry.table] if entry.table else []), *entry.tables, *(table for _, table in entry.folded))
