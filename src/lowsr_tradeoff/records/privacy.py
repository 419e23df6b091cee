"""What an attacker recovers, and how intelligible the signal is."""

from typing import Literal, Self

from pydantic import model_validator

from lowsr_tradeoff.records.base import Measurement, Record

WordKind = Literal["content words", "stop words", "digits"]
Engine = Literal["ctranslate2", "openai-whisper"]
Reference = Literal["transcripts", "its own words at the full rate"]


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


class KindRecovery(Record):
    """What is recovered of one kind of words, and what luck alone recovers.

    Attributes:
        kind: Content words, stop words or digits, each word one of them.
        recovery: Hits / words of the kind, pooled.
        chance: The same against what was heard of other utterances.
    """

    kind: WordKind
    recovery: Measurement
    chance: Measurement


class PrivacyResult(Record):
    """What one recogniser recovers of the words at one rate.

    Attributes:
        rate_hz: The microphone's rate.
        front_end: Name of the microphone's front end.
        attacker: The recogniser, by its weights.
        engine: The program that runs it.
        policy: How it is made to write, in one line.
        reference: What its words are compared with.
        counts: Pooled word counts.
        word_recovery: Hits / words of the reference.
        word_chance: The same against what was heard of other utterances.
        kinds: Word recovery by kind of word.
        keyword_recovery: Sensitive keywords recovered in full.
        keyword_chance: The same against what was heard of other utterances.
        wer: (S + D + I) / words of the reference; not bounded by 1.
        cer: The same of characters.
        mer: (S + D + I) / (H + S + D + I), in 0…1.
        wil: Word information lost, in 0…1.
        insertions: I / words of the reference; not bounded by 1.
        repetition_loops: Share of outputs that repeat themselves.
        empty_outputs: Share of outputs without a word.
        n_utterances: Utterances attacked.
        n_speakers: Their speakers.
    """

    rate_hz: int
    front_end: str
    attacker: str
    engine: Engine
    policy: str
    reference: Reference
    counts: WordCounts
    word_recovery: Measurement
    word_chance: Measurement
    kinds: tuple[KindRecovery, ...]
    keyword_recovery: Measurement
    keyword_chance: Measurement
    wer: Measurement
    cer: Measurement
    mer: Measurement
    wil: Measurement
    insertions: Measurement
    repetition_loops: Measurement
    empty_outputs: Measurement
    n_utterances: int
    n_speakers: int


class RateDifference(Record):
    """How much more of the same words is recovered at one rate than at another.

    Attributes:
        rate_hz: The rate.
        against_rate_hz: The rate it is compared with.
        attacker: Who recovers them.
        difference: Word recovery of the first minus that of the second, over the same words.
        is_supported: Whether the interval leaves out zero.
    """

    rate_hz: int
    against_rate_hz: int
    attacker: str
    difference: Measurement
    is_supported: bool


class IntelligibilityResult(Record):
    """Signal measures at one rate against the full-band original. Diagnostics, not privacy claims.

    Attributes:
        rate_hz: The microphone's rate.
        stoi: Short-time objective intelligibility, an ordinal score and no share of words.
        estoi: The same, extended.
        pesq_wb: Wide-band PESQ: quality.
        pesq_nb: Narrow-band PESQ: quality.
        sii: Speech intelligibility index of the band limit, from a table.
        n_utterances: Utterances scored.
    """

    rate_hz: int
    stoi: Measurement
    estoi: Measurement
    pesq_wb: Measurement
    pesq_nb: Measurement
    sii: Measurement
    n_utterances: int


Loot = Literal["words", "identity", "sex", "presence"]


class AttackResult(Record):
    """One figure of one attacker at one rate.

    Attributes:
        rate_hz: The microphone's rate.
        front_end: Name of the microphone's front end.
        attacker: Who attacks, for example ``"digits, trained at the rate"``.
        recovers: What is at stake; ``"words"`` competes for the strongest attacker.
        measure: What the figure is: ``"word recovery"``, ``"equal error rate"``.
        value: The figure, or ``None`` with the reason why the attacker was not tested.
        chance: What guessing gets, or ``None`` where it gets nothing.
        is_leak: Whether a higher figure means that more is recovered.
        setup: What it was trained and tested on, in one sentence.
        value_draws: Joint draws of the figure (``statistics/joint_draws.py``), of attackers on words.
        is_lost: Whether it was to be tested and its step failed, so that the strongest attacker is not known.
    """

    rate_hz: int
    front_end: str
    attacker: str
    recovers: Loot
    measure: str
    value: Measurement
    chance: Measurement | None
    is_leak: bool
    setup: str
    value_draws: tuple[float, ...] = ()
    is_lost: bool = False


class LearningPoint(Record):
    """What an attacker recovered who learnt from a share of the data.

    Attributes:
        amount: Speakers that it learnt from, on average over the folds.
        minutes: How long they were heard.
        value: The share of words recovered of speakers that it never heard.
    """

    amount: float
    minutes: float
    value: Measurement


class LearningLaw(Record):
    """``ceiling - (ceiling - chance) * (1 + amount / scale) ** -exponent``.

    Attributes:
        chance: Recovered without data.
        ceiling: Recovered with data without end.
        scale: Amount of data at which the curve begins to bend.
        exponent: How fast it nears the ceiling.
        misfit_p: Probability of recoveries that lie at least as far off, where the law holds.
    """

    chance: float
    ceiling: float
    scale: float
    exponent: float
    misfit_p: float


class Extrapolation(Record):
    """What the law says of more data than there was.

    Attributes:
        times: As many times the data.
        value: The share of words recovered, or why the curve does not tell.
    """

    times: int
    value: Measurement


class LearningCurve(Record):
    """Recovery over growing shares of the data at one rate.

    Attributes:
        rate_hz: The microphone's rate.
        front_end: Name of the microphone's front end.
        attacker: Who learns.
        measure: What the figure is: ``"word recovery"``.
        amount_of: What the amounts count: ``"speakers"``.
        points: From the least data to all.
        law: What was fitted to them, or ``None`` where they are too few.
        extrapolations: From all of the data on.
        setup: What was learnt from and tested on, in one sentence.
    """

    rate_hz: int
    front_end: str
    attacker: str
    measure: str
    amount_of: str
    points: tuple[LearningPoint, ...]
    law: LearningLaw | None
    extrapolations: tuple[Extrapolation, ...]
    setup: str


class Privacy(Record):
    """What attackers recover at every rate, lowest first; ``words`` is of the recogniser as published."""

    words: tuple[PrivacyResult, ...]
    rate_differences: tuple[RateDifference, ...]
    intelligibility: tuple[IntelligibilityResult, ...]
    attacks: tuple[AttackResult, ...]
    learning_curves: tuple[LearningCurve, ...] = ()
