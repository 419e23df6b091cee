"""What others found, with attackers and conditions that are not those here."""

from lowsr_tradeoff.reports.table import Table

# Figures of the first two are cited second-hand.
PUBLISHED = (
    (
        "Recogniser trained at the rate",
        "LibriSpeech test-clean",
        "word error rate 52.15 % at 500 Hz, 27.55 % at 800 Hz, 8.90 % at 1600 Hz",
        "Pohlhausen & Bitzer, SPSC 2025, arXiv 2508.02483 (second-hand)",
    ),
    (
        "Recogniser that knows the capture",
        "spoken digits",
        "word error rate above 86 % at 320 Hz",
        "Pohlhausen et al. 2026, arXiv 2607.21393 (second-hand)",
    ),
    (
        "Whisper as published, and people listening",
        "mingling in the wild",
        "about 800 Hz is enough to tell that somebody speaks; below about 2000 Hz content is hard to get",
        "Liu et al., Interspeech 2024, arXiv 2407.13266",
    ),
    (
        "Recogniser fine-tuned on filtered features",
        "TIMIT and ESC-50",
        "word error rate 44.43 % without the filter, 101.40 % with it",
        "Boovaraghavan et al., IMWUT 8(1), 2024, doi 10.1145/3643502",
    ),
)


def table() -> Table:
    """Return what others found with attackers that are not tested here."""
    return Table("Published figures, measured on other data", ("Attacker", "Data", "Found", "Source"), PUBLISHED)
