"""Which conditions are compared; all pairs are declared before any training.

Both of a pair answered the same clips, so the difference is taken per clip, its interval by source recording. The
paper's three questions, at every rate and layout, are one family with p-values adjusted for its size. Whether the
paper's arms beat the control without a network is another. Every other comparison is exploratory, with its interval
unadjusted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.classify.arms import CONTROL, arm_of
from lowsr_tradeoff.classify.scores import Answers
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.classify import CLIPS, Contrast
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.statistics import Floats
from lowsr_tradeoff.statistics.intervals import clustered_difference
from lowsr_tradeoff.statistics.paired_tests import (
    LEVEL,
    REGION,
    Pairs,
    equivalence,
    fold_means,
    holm,
    luck_sds,
    nadeau_bengio_p,
    pair_up,
    sampling_variances,
    sign_flip_p,
    smallest_detectable,
)


@dataclass(frozen=True)
class Finding:
    """The result of one pair.

    Attributes:
        difference: Mean over clips, repetitions averaged.
        p_value: By sign flips.
        p_holm: Adjusted, ``None`` outside the family.
        level: The bound on ``p_value`` if it were the smallest of the family.
        standard_error: Of the mean, by sources and by the luck of training.
    """

    difference: Measurement
    p_value: float
    p_holm: float | None
    level: float
    standard_error: float
    by_fold: Floats


def contrasts(
    answers: Mapping[Condition, Answers],
    reference: Condition,
    sources: Sequence[str],
    folds: Sequence[int],
    seed: int,
) -> tuple[Contrast, ...]:
    """Return the differences in accuracy between conditions that both answered.

    ``answers`` are in the order of the report, ``sources`` and ``folds`` those of each clip. Networks against the
    control come last.
    """
    named = [(one, rival) for one in answers for rival in rivals_of(one, reference) if rival in answers]
    right = {condition: (its.predicted == its.truth).astype(float) for condition, its in answers.items()}
    found: list[Contrast] = []
    for is_network in (True, False):
        if pairs := [pair for pair in named if arm_of(pair[1].arm).is_network is is_network]:
            differences = np.stack([right[one] - right[rival] for one, rival in pairs])
            family = np.array([is_declared(*pair) for pair in pairs])
            tested = _tested(differences, sources, folds, family, seed)
            found += [_contrast(*pair, its) for pair, its in zip(pairs, tested, strict=True)]
    return tuple(found)


def rivals_of(condition: Condition, reference: Condition) -> tuple[Condition, ...]:
    """Return what a condition is compared with, see :data:`arms.ARMS`.

    >>> [
    ...     rival.arm
    ...     for rival in rivals_of(Condition(1000, "shared", "basd"), Condition(16000, "shared", "finetuned"))
    ... ]
    ['finetuned', 'classical']
    """
    arm, full = arm_of(condition.arm), arm_of(reference.arm)
    # A network from a file, which nothing here trained, has the control as its only rival.
    sources = arm.rivals if full.is_trained or not arm.is_network else (CONTROL,)
    rivals = (source.of(condition, reference) for source in sources)
    return tuple(rival for rival in rivals if rival != condition)


def is_declared(condition: Condition, rival: Condition) -> bool:
    """Return whether a comparison is of a family that p-values are adjusted for.

    >>> at_16k = Condition(16000, "shared", "finetuned")
    >>> is_declared(Condition(1000, "shared", "cssd"), at_16k)
    False
    """
    is_alike = condition.grid == rival.grid or not arm_of(rival.arm).is_network
    return condition.rate_hz == rival.rate_hz and is_alike and rival.arm in arm_of(condition.arm).family


def is_supported(difference: Measurement, p_holm: float | None) -> bool:
    """Return whether the 95 % interval leaves out zero and, in the family, the adjusted p-value is below 5 %."""
    if difference.low is None or difference.high is None or difference.low <= 0 <= difference.high:
        return False
    return p_holm is None or p_holm < LEVEL


def _tested(
    differences: Floats, sources: Sequence[str], folds: Sequence[int], family: NDArray[np.bool_], seed: int
) -> list[Finding]:
    """Test every pair. Shape of the differences ``(n_pairs, n_repetitions, n_clips)``."""
    pairs = pair_up(differences, sources, folds)
    luck = luck_sds(pairs, family)
    p_values = sign_flip_p(pairs, luck, seed)
    adjusted = iter(holm(p_values[family].tolist()))
    found = zip(
        _measured(pairs, luck),
        p_values.tolist(),
        [next(adjusted) if is_in else None for is_in in family],
        np.where(family, LEVEL / max(1, family.sum()), LEVEL).tolist(),
        np.sqrt(sampling_variances(pairs) + luck**2).tolist(),
        fold_means(pairs),
        strict=True,
    )
    return [Finding(*of_pair) for of_pair in found]


def _measured(pairs: Pairs, luck: Floats) -> list[Measurement]:
    """Each mean with its interval, by sources and by luck."""
    return [
        clustered_difference(sums, pairs.sizes, CLIPS, float(sd))
        for sums, sd in zip(pairs.averaged(), luck, strict=True)
    ]


def _contrast(first: Condition, second: Condition, found: Finding) -> Contrast:
    chances = equivalence(found.by_fold)
    return Contrast(
        rate_hz=first.rate_hz,
        grid=first.grid,
        arm=first.arm,
        against=second.arm,
        against_rate_hz=second.rate_hz,
        against_grid=second.grid,
        difference=found.difference,
        is_declared=found.p_holm is not None,
        p_value=found.p_value,
        p_holm=found.p_holm,
        nb_p=nadeau_bengio_p(found.by_fold),
        p_better=chances and chances.better,
        p_equivalent=chances and chances.equivalent,
        p_worse=chances and chances.worse,
        region=REGION,
        detectable=_detectable(found),
        is_supported=is_supported(found.difference, found.p_holm),
    )


def _detectable(found: Finding) -> Measurement:
    if found.standard_error == 0:
        return missing("the two differ alike on every clip", CLIPS)
    value = smallest_detectable(found.standard_error, found.level)
    return Measurement(value=value, n=found.difference.n, n_of=CLIPS)
