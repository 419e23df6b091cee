"""What is recognised at each rate: which sounds are lost, and how the ways of training compare."""

from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections import diagnosis
from lowsr_tradeoff.reports.sections.decision import frontier, placing
from lowsr_tradeoff.reports.sections.entry import Entry, Section
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
from lowsr_tradeoff.reports.wording import hz, listed

CAVEATS = Entry(
    heading="What these figures leave out",
    points=(
        (
            "Intervals are 95 % and resample sources, not clips; those of differences hold the luck of training"
            " too. None holds the spread between other corpora, rooms or microphones."
        ),
        "Accuracy is for the classes of this corpus only. Recall of one class rests on few clips.",
    ),
)
# A class is kept that loses less than the first, and lost that loses more than the second.
KEPT, LOST = 0.1, 0.3
NAMED = 3


def sounds(tradeoff: Tradeoff) -> Section:
    """Return which sounds are lost, by the networks that stand for the rates."""
    entries = (
        recall.entry(tradeoff),
        *confusions.entries(tradeoff),
        *alarms.entries(tradeoff),
        CAVEATS,
    )
    return Section("sounds", "Which sounds are lost", _lost(tradeoff), entries)


def training(tradeoff: Tradeoff) -> Section:
    """Return how the ways of training compare, for researchers."""
    entries = (
        Entry(intro=accuracy.protocol(tradeoff)),
        accuracy.entry(tradeoff),
        contrasts.entry(tradeoff),
        *control.entries(tradeoff),
        frontier.entry(tradeoff),
        *published.entries(tradeoff),
        *choices.entries(tradeoff),
        network.entry(tradeoff),
        *diagnosis.entries(tradeoff),
    )
    return Section("training", "Ways of training compared", contrasts.finding(tradeoff), entries)


def _lost(tradeoff: Tradeoff) -> str:
    shown = placing.shown_by_rate(tradeoff)
    found = recall.losses(tradeoff, shown[0], shown[-1]) if shown else ()
    lost = [loss.label for loss in found if loss.before - loss.after > LOST][:NAMED]
    kept = [loss.label for loss in reversed(found) if loss.before - loss.after < KEPT][:NAMED]
    if not found:
        return "one rate, so nothing is lost" if shown else "not measured"
    kept_words, lost_words = (listed(labels) if labels else "no class" for labels in (kept, lost))
    return f"kept at {hz(shown[0].rate_hz)}: {kept_words}; lost: {lost_words}"
