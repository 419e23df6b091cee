"""Why one teacher helps more than another."""

from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.reports.sections.diagnosis import energy, hump, information, recoverability, teachers
from lowsr_tradeoff.reports.sections.entry import Entry

HEADING = "Why one teacher helps more than another"
HYPOTHESIS = (
    "The hypothesis: a teacher that hears the full rate is right on average for a student that does not, where few"
    " clips make a bad low-rate teacher. The figures here say how far its premises hold; that they hold does not"
    " prove it."
)
CAVEATS = Entry(
    heading="What these figures cannot say",
    level=4,
    points=(
        (
            "All of them observe; only ways of training that change one thing at a time (causal tests) speak of"
            " causes."
        ),
        (
            "Usable information is a lower bound, and Fano’s inequality at it bounds no other listener. Scores"
            " that are too sure can lie below the curve."
        ),
        (
            "Calibration errors and the similarity of embeddings rest on the few clips of each fold and have no"
            " interval. A correlation over classes rests on as many points as there are classes."
        ),
    ),
)


def entries(tradeoff: Tradeoff) -> tuple[Entry, ...]:
    """Return the figures in reading order; none where nothing was diagnosed."""
    if not tradeoff.recognition.diagnoses:
        return ()
    return (
        Entry(heading=HEADING, intro=HYPOTHESIS),
        *hump.entries(tradeoff),
        information.entry(tradeoff),
        recoverability.entry(tradeoff),
        teachers.entry(tradeoff),
        energy.entry(tradeoff),
        CAVEATS,
    )
