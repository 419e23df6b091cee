"""Learning curves: what an attacker recovers with growing shares of its data, and what more of it would give."""

from collections.abc import Sequence
from dataclasses import dataclass

from lowsr_tradeoff.records.privacy import Extrapolation, LeakKind, LearningCurve, LearningPoint
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import pooled_ratio, resample_weights
from lowsr_tradeoff.statistics.learning_law import Counts, curve_of, extrapolate, law_of

TIMES = (10, 100)


@dataclass(frozen=True)
class CurveData:
    """What one attacker recovered at one rate, from its least data to all.

    Attributes:
        recovers: The kind of leak.
        amount_of: What the amounts count.
        amounts: Of training data, ascending. Shape ``(n_points,)``.
        minutes: Of training data. Shape ``(n_points,)``.
        hits: Words recovered of each recording. Shape ``(n_points, n_recordings)``.
        words: Words said in each. Shape ``(n_recordings,)``.
        speakers: Of each recording.
        folds: In which each recording was tested.
        chance: Recovered without data.
        setup: Training and test data, in one sentence.
    """

    rate_hz: int
    attacker: str
    recovers: LeakKind
    amount_of: str
    amounts: Sequence[float]
    minutes: Sequence[float]
    hits: Counts
    words: Counts
    speakers: Sequence[str]
    folds: Sequence[int]
    chance: float
    setup: str


def learning_curve(config: StudyConfig, data: CurveData) -> LearningCurve:
    """Return recovery over amounts of data with its law, and what 10 and 100 times as much would give."""
    recovered = (data.hits, data.words, data.speakers, data.folds)
    curve = curve_of(data.amounts, *recovered, data.chance)
    law = law_of(curve)
    weights = resample_weights(data.speakers, config.n_resamples, config.seed)
    points = (
        LearningPoint(amount=n, minutes=s, value=pooled_ratio(hits, data.words, weights, "words", is_share=True))
        for n, s, hits in zip(data.amounts, data.minutes, data.hits, strict=True)
    )
    return LearningCurve(
        rate_hz=data.rate_hz,
        front_end=name_of(config.front_end),
        attacker=data.attacker,
        recovers=data.recovers,
        amount_of=data.amount_of,
        points=tuple(points),
        law=law,
        extrapolations=tuple(Extrapolation(times=n, value=extrapolate(curve, law, n)) for n in TIMES),
        setup=f"{data.setup}; each share trained in as many steps as all, a larger one holding every smaller one",
    )
