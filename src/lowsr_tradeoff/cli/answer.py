"""What a run prints when it ends: the verdict, a row a rate, and what speaks against the figures."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lowsr_tradeoff.cli.printing import Line, Marked

if TYPE_CHECKING:
    from lowsr_tradeoff.records.run import Tradeoff


def answer(tradeoff: "Tradeoff") -> Iterator[Line]:
    """Yield the lines of the answer; whether a rate meets the limits is marked."""
    from lowsr_tradeoff.reports.sections.decision.terminal import aligned, meets, rates_table
    from lowsr_tradeoff.reports.sections.decision.verdict import explanation, headline, unusable, warnings
    from lowsr_tradeoff.reports.sections.recognition.published import published_lines

    yield from (*unusable(tradeoff), headline(tradeoff), *explanation(tradeoff), "")
    head, *rows = aligned(rates_table(tradeoff))
    are_met = meets(tradeoff)
    yield f"{head}{'   limits' if are_met else ''}".rstrip()
    for i, row in enumerate(rows):
        yield (f"{row}   ", Marked("met" if are_met[i] else "missed", are_met[i])) if are_met else row.rstrip()
    yield ""
    yield f"Each rate by its best network on {tradeoff.decision.device}; ranges are 95 % intervals."
    yield from (*published_lines(tradeoff), *warnings(tradeoff))
