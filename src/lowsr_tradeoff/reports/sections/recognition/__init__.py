"""What is recognised at each rate, by each way of training."""

from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections import diagnosis
from lowsr_tradeoff.reports.sections.entry import Entry
from lowsr_tradeoff.reports.sections.recognition import (
    accuracy,
    alarms,
    choices,
    confusions,
    contrasts,
    control,
    network,
    published,
    recall,
)

CAVEATS = Entry(
    heading="Caveats",
    points=(
        (
            "Intervals are 95 % and resample sources, not clips; those of differences hold the luck of training"
            " too. None holds the spread between other corpora, rooms or microphones."
        ),
        "Accuracy is for the classes of this corpus only. Recall of one class rests on few clips.",
    ),
)


def entries(tradeoff: Tradeoff) -> tuple[Entry, ...]:
    """Return the section's figures in reading order."""
    return (
        Entry(intro=accuracy.protocol(tradeoff)),
        accuracy.entry(tradeoff),
        recall.entry(tradeoff),
        *confusions.entries(tradeoff),
        *alarms.entries(tradeoff),
        contrasts.entry(tradeoff),
        *control.entries(tradeoff),
        *published.entries(tradeoff),
        choices.entry(tradeoff),
        network.entry(tradeoff),
        *diagnosis.entries(tradeoff),
        CAVEATS,
    )
