"""What attackers recover of speech, and the intelligibility of the signal."""

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
    """Recovery of one kind of words; each word is of one kind.

    Attributes:
        recovery: Hits / words of the kind, pooled.
        chance: The same with the transcripts of other utterances.
    """

    kind: WordKind
    recovery: Measurement
    chance: Measurement


class PrivacyResult(Record):
    """Words that one speech recogniser recovers at one rate; H, S, D and I are hits, substitutions, … of words.

    Attributes:
        attacker: The recogniser, by its weights.
        engine: The program that runs it.
        policy: How it decodes, in one line.
        reference: What its transcripts are compared with.
        counts: Pooled over utterances.
        word_recovery: H / words of the reference.
        word_chance: The same with the transcripts of other utterances.
        keyword_recovery: Share of sensitive keywords recovered in full.
        keyword_chance: The same with the transcripts of other utterances.
        wer: Word error rate, (S + D + I) / words of the reference; may exceed 1.
        cer: Character error rate.
        mer: Match error rate, (S + D + I) / (H + S + D + I), in 0…1.
        wil: Word information lost, in 0…1.
        insertions: I / words of the reference; may exceed 1.
        repetition_loops: Share of transcripts that repeat themselves.
        empty_outputs: Share of transcripts without a word.
        n_utterances: Utterances whose reference has a word; the figures are of these.
        n_wordless: The others: the normaliser leaves no word of ``"Mhm."``.
    """

    rate_hz: int
    front_end: str
    attacker: str
    engine: str
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
    n_wordless: int = 0


class RateDifference(Record):
    """Difference in word recovery between two rates, over the same words.

    Attributes:
        difference: Word recovery at ``rate_hz`` minus that at ``against_rate_hz``.
        is_supported: Whether the interval excludes zero.
    """

    rate_hz: int
    against_rate_hz: int
    attacker: str
    difference: Measurement
    is_supported: bool


class IntelligibilityResult(Record):
    """Signal measures at one rate against the full-band original. Diagnostics, not privacy claims.

    Attributes:
        stoi: Short-time objective intelligibility: an ordinal score, not a share of words.
        estoi: The same, extended.
        pesq_wb: Wide-band PESQ: quality.
        pesq_nb: Narrow-band PESQ: quality.
        sii: Speech intelligibility index of the band limit, from a table.
    """

    rate_hz: int
    stoi: Measurement
    estoi: Measurement
    pesq_wb: Measurement
    pesq_nb: Measurement
    sii: Measurement
    n_utterances: int


LeakKind = Literal["words", "known words", "who", "sex", "presence"]


class AttackResult(Record):
    """One figure of one attacker at one rate.

    Attributes:
        attacker: For example ``"digits, trained at the rate"``.
        recovers: The kind of leak; kinds are never merged.
        measure: ``"word recovery"``, ``"equal error rate"`` …
        value: The figure, or the reason why the attacker was not tested.
        chance: Of guessing; ``None`` where guessing recovers nothing.
        is_leak: Whether a higher figure means that more is recovered.
        setup: What it was trained and tested on, in one sentence.
        value_draws: Joint draws of the figure (``statistics/joint_draws.py``), of attackers on words.
        is_lost: Whether its step failed, so that the strongest attacker is not known.
        competes: Whether attackers of its kind are compared by this measure, a share that grows with the leak.
    """

    rate_hz: int
    front_end: str
    attacker: str
    recovers: LeakKind
    measure: str
    value: Measurement
    chance: Measurement | None
    is_leak: bool
    setup: str
    value_draws: tuple[float, ...] = ()
    is_lost: bool = False
    competes: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.competes and not self.is_leak:
            raise ValueError("attackers are compared by a figure that grows with what they recover")
        return self


class Leak(Record):
    """What attackers of one kind recover at one rate, and what a recording at that rate leaks.

    Known words are on the scale ``(p - chance) / (1 - chance)``, where 0 is guessing.

    Attributes:
        attacker: The strongest by value; the one that failed where that one might be stronger; else ``"none"``.
        strongest: The largest figure of all attackers at the rate; its interval is of the largest in each draw.
        chance: Of the strongest attacker, not on the scale of known words.
        envelope: The largest over this rate and the lower ones that it can imitate; decisions use it.
        envelope_rate_hz: The rate that has the largest figure.
        draws: Joint draws of ``envelope``.
        fault: Why no figure of the kind says anything, at any rate: nobody succeeds at the full rate.
    """

    kind: LeakKind
    rate_hz: int
    front_end: str
    attacker: str
    strongest: Measurement
    chance: Measurement | None
    envelope: Measurement
    envelope_rate_hz: int
    draws: tuple[float, ...] = ()
    fault: str | None = None


class LearningPoint(Record):
    """Word recovery of an attacker trained on a share of the data, from speakers that are not in its training.

    Attributes:
        amount: Speakers in the training data, mean over the folds.
        minutes: Minutes of speech in the training data.
    """

    amount: float
    minutes: float
    value: Measurement


class LearningLaw(Record):
    """``ceiling - (ceiling - chance) * (1 + amount / scale) ** -exponent``.

    Attributes:
        chance: Recovery without training data.
        ceiling: Recovery with unlimited data.
        scale: Amount of data at which the curve begins to bend.
        exponent: How fast it approaches the ceiling.
        misfit_p: p-value of the fit: probability of deviations at least as large if the law holds.
    """

    chance: float
    ceiling: float
    scale: float
    exponent: float
    misfit_p: float


class Extrapolation(Record):
    """Word recovery that the law predicts for more training data.

    Attributes:
        times: Multiple of the data of the run.
        value: The prediction, or why the curve allows none.
    """

    times: int
    value: Measurement


class LearningCurve(Record):
    """Recovery over growing shares of the training data at one rate.

    Attributes:
        recovers: The kind of leak.
        amount_of: What the amounts count: ``"speakers"``.
        points: From the least data to all.
        law: Fitted to the points; ``None`` where they are too few.
        extrapolations: Predictions of the law for all of the data and more.
        setup: What was trained and tested on, in one sentence.
    """

    rate_hz: int
    front_end: str
    attacker: str
    recovers: LeakKind
    amount_of: str
    points: tuple[LearningPoint, ...]
    law: LearningLaw | None
    extrapolations: tuple[Extrapolation, ...]
    setup: str


class Privacy(Record):
    """What attackers recover at every rate, lowest first; ``words`` is of the recognisers as published."""

    words: tuple[PrivacyResult, ...]
    rate_differences: tuple[RateDifference, ...]
    intelligibility: tuple[IntelligibilityResult, ...]
    attacks: tuple[AttackResult, ...]
    learning_curves: tuple[LearningCurve, ...] = ()
