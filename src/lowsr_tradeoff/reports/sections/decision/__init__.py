"""Where each rate stands: the frontier, and what the verdict rests on."""

from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.decision import against_speech, frontier
from lowsr_tradeoff.reports.sections.entry import Entry


def entries(tradeoff: Tradeoff) -> tuple[Entry, ...]:
    """Return the section's figures; the page draws the first one beside its sliders."""
    return (
        frontier.entry(tradeoff),
        against_speech.entry(tradeoff),
    )
