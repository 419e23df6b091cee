"""What an attacker recovers, and how intelligible the signal is."""

from typing import Self

from pydantic import model_validator

from lowsr_tradeoff.records.base import Measurement, Record


class WordCounts(Record):
    """Pooled word alignment counts; rates are derived from these, never averaged."""

    hits: int
    substitutions: int
    deletions: int
    insertions: int
    reference_words: int

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.hits + self.substitutions + self.deletions != self.reference_words:
            raise ValueError("hits + substitutions + deletions must equal the reference words")
        return self


class PrivacyResult(Record):
    """What one attacker recovers of the words at one rate."""

    rate_hz: int
    attacker: str
    policy: str
    counts: WordCounts
    word_recovery: Measurement
    keyword_recovery: Measurement
    wer: Measurement
    cer: Measurement
    wil: Measurement
    repetition_loops: Measurement
    empty_outputs: Measurement
    n_utterances: int
    n_speakers: int


class IntelligibilityResult(Record):
    """Signal measures at one rate against the full-band original. Diagnostics, not privacy claims."""

    rate_hz: int
    stoi: Measurement
    estoi: Measurement
    pesq_wb: Measurement
    n_utterances: int
