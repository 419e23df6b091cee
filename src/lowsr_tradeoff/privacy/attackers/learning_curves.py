"""What attackers recover with growing shares of their data, and what more of it would give them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.records.privacy import Extrapolation, LearningCurve, LearningPoint
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import pooled_ratio, resample_weights
from lowsr_tradeoff.statistics.learning_law import Counts, curve_of, extrapolate, law_of

TIMES = (10, 100)


@dataclass(frozen=True)
class Grown:
    """What one attacker recovered at one rate, from its least data to all.

    Attributes:
        rate_hz: The microphone's rate.
        attacker: Who learns.
        amount_of: What the amounts count.
        amounts: What was learnt from, ascending. Shape ``(n_points,)``.
        minutes: How long that is. Shape ``(n_points,)``.
        hits: Words recovered of each recording. Shape ``(n_points, n_recordings)``.
        words: Words said in each. Shape ``(n_recordings,)``.
        speakers: Who said them.
        folds: In which fold they were tested.
        chance: Recovered without data.
        setup: What was learnt from and tested on, in one sentence.
    """

    rate_hz: int
    attacker: str
    amount_of: str
    amounts: Sequence[float]
    minutes: Sequence[float]
    hits: Counts
    words: Counts
    speakers: Sequence[str]
    folds: Sequence[int]
    chance: float
    setup: str


def learning_curve(config: StudyConfig, grown: Grown) -> LearningCurve:
    """Return recovery over amounts of data with its law, and what 10 and 100 times as much would give."""
    heard = (grown.hits, grown.words, grown.speakers, grown.folds)
    curve = curve_of(grown.amounts, *heard, grown.chance, config.n_resamples, config.seed)
    law = law_of(curve)
    return LearningCurve(
        rate_hz=grown.rate_hz,
        front_end=name_of(config.front_end),
        attacker=grown.attacker,
        measure="word recovery",
        amount_of=grown.amount_of,
        points=tuple(_points(config, grown)),
        law=law,
        extrapolations=tuple(Extrapolation(times=n, value=extrapolate(curve, law, n)) for n in TIMES),
        setup=f"{grown.setup}; each share trained in as many steps as all, a larger one holding every smaller one",
    )


def _points(config: StudyConfig, grown: Grown) -> Iterator[LearningPoint]:
    weights = resample_weights(grown.speakers, config.n_resamples, config.seed)
    for amount, minutes, hits in zip(grown.amounts, grown.minutes, grown.hits, strict=True):
        words = pooled_ratio(hits, grown.words, weights, "words", is_share=True)
        yield LearningPoint(amount=amount, minutes=minutes, value=words)


SHARES = (1 / 16, 1 / 8, 1 / 4, 1 / 2)


def shares_of(n_all: int) -> tuple[float, ...]:
    """Return the shares that differ by one or more, ascending; all is not among these.

    >>> shares_of(6)
    (0.125, 0.25, 0.5)
    """
    counts = {max(1, round(share * n_all)): share for share in SHARES}
    return tuple(share for count, share in sorted(counts.items()) if count < n_all)


def part_of(names: Sequence[str], share: float, seeds: tuple[int, ...]) -> tuple[str, ...]:
    """Return a share of the names, at least one of them; a larger share holds every smaller one of the same seeds.

    Args:
        names: In a fixed order.
        share: Of them, in 0…1.
        seeds: Of who comes first.
    """
    order = np.random.default_rng(seeds).permutation(len(names))
    return tuple(sorted(names[i] for i in order[: max(1, round(share * len(names)))]))


def as_long(recipe: Recipe, n_steps_of_all: int, n_steps: int) -> Recipe:
    """Return the recipe with as many steps in all as it has with all data, as nearly as whole epochs give.

    What fewer data teach is not to be confused with less training.

    Args:
        recipe: For all data.
        n_steps_of_all: Steps of an epoch with all data.
        n_steps: Steps of an epoch with the share.
    """
    return recipe.model_copy(update={"epochs": round(recipe.epochs * n_steps_of_all / n_steps)})
