"""The table that the page and the Markdown files print. Each figure's data stand in one, beside its drawing."""

from dataclasses import dataclass

from lowsr_tradeoff.files.safe_text import markdown
from lowsr_tradeoff.reports.wording import Shown

Cell = str | Shown
Row = tuple[Cell, ...]

LONG = 14
HUGE_CELLS = 900


@dataclass(frozen=True)
class Table:
    """A table to print.

    Attributes:
        caption: What it shows.
        columns: Headings.
        rows: Cells, as many a row as there are headings.
        n_heads: How many leading cells of a row are its headings.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    n_heads: int = 1

    @property
    def is_long(self) -> bool:
        """Whether it scrolls in a box of its own on a screen."""
        return len(self.rows) > LONG

    @property
    def is_huge(self) -> bool:
        """Whether it is folded away, and built by the page only when it is unfolded."""
        return len(self.rows) * len(self.columns) > HUGE_CELLS


def table_lines(table: Table) -> tuple[str, ...]:
    """Return a table as lines of Markdown, without its caption; of an empty one a sentence."""
    if not table.rows:
        return ("Nothing to show.",)
    rows = (table.columns, tuple("---" for _ in table.columns), *table.rows)
    return tuple(f"| {' | '.join(markdown(str(cell)) for cell in row)} |" for row in rows)
