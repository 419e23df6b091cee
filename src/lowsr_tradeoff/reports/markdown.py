"""Tables as Markdown."""

from lowsr_tradeoff.files.safe_text import markdown
from lowsr_tradeoff.reports.tables import Table


def table_lines(table: Table) -> tuple[str, ...]:
    """Return a table as lines of Markdown, without its caption; of an empty one a sentence."""
    if not table.rows:
        return ("Nothing to show.",)
    rows = (table.columns, tuple("---" for _ in table.columns), *table.rows)
    return tuple(f"| {' | '.join(markdown(str(cell)) for cell in row)} |" for row in rows)
