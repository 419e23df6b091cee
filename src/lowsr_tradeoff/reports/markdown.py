"""Tables as Markdown, and text from users that cannot become any."""

from lowsr_tradeoff.reports.tables import Table


def table_lines(table: Table) -> tuple[str, ...]:
    """Return a table as lines of Markdown, without its caption; of an empty one a sentence."""
    if not table.rows:
        return ("Nothing to show.",)
    rows = (table.columns, tuple("---" for _ in table.columns), *table.rows)
    return tuple(f"| {' | '.join(plain(str(cell)) for cell in row)} |" for row in rows)


def plain(text: str) -> str:
    """Return text without what Markdown would take for a cell, a tag, a link, an image or a line of its own.

    >>> plain("a | b <i> [x](y)")
    'a / b (i) [x] (y)'
    """
    safe = text.translate(str.maketrans("|<>`", "/()'")).replace("](", "] (").replace("]:", "] :")
    return " ".join(safe.split())
