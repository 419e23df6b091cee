"""What an attacker understands of speech at each rate."""

from lowsr_tradeoff.records.run import ListenPack, Tradeoff
from lowsr_tradeoff.reports.sections.entry import Entry, Section
from lowsr_tradeoff.reports.sections.speech import attackers, intelligibility, learning_curves, strongest, words

INTRO = (
    "Every attacker hears each utterance as each rate captures it. Words are counted over all utterances together,"
    " and what is recovered holds against the attackers tested. Fewer recovered words are better for this report."
)
CAVEATS = Entry(
    heading="What these figures leave out",
    points=(
        (
            "A recogniser that was not adapted to a low rate and fails there does not show that speech is"
            " unintelligible. Recognisers trained at the low rate recover far more: a word error rate of 52 % at"
            " 500 Hz, 27.6 % at 800 Hz and 8.9 % at 1600 Hz on LibriSpeech test-clean is reported (Pohlhausen and"
            " Bitzer 2025, arXiv 2508.02483; figures cited second-hand)."
        ),
        (
            "Word error rate (WER) has no upper bound and can rise and fall again along the rates, because"
            " invented words count as errors. It is shown for comparison with other work; word recovery, 0 to 100"
            " %, is what the decision uses."
        ),
        (
            "STOI, ESTOI and PESQ compare signals. They are diagnostics, not evidence of privacy: their scales"
            " were not made for speech cut to a few hundred hertz."
        ),
        (
            "The index of speech intelligibility (SII, ANSI S3.5-1997) is counted from a table for a sharp band"
            " limit in the given noise. No recogniser and no listener enters it."
        ),
    ),
)


def section(tradeoff: Tradeoff, listen: ListenPack) -> Section:
    """Return what attackers recover, in reading order."""
    return Section("speech", "What speech reveals", strongest.finding(tradeoff), _entries(tradeoff, listen))


def _entries(tradeoff: Tradeoff, listen: ListenPack) -> tuple[Entry, ...]:
    return (
        Entry(intro=INTRO),
        attackers.entry(tradeoff),
        *strongest.entries(tradeoff),
        *learning_curves.entries(tradeoff),
        words.entry(tradeoff, listen),
        Entry("Published figures", table=attackers.published()),
        intelligibility.entry(tradeoff),
        CAVEATS,
    )
