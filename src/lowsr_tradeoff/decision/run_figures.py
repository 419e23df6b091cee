"""The figures by which a run is compared with others: accuracies, what attackers recover, power, battery life.

Each has its joint draws and what these were drawn from. Where two figures were drawn from the same, draw k of both
is the same resample of clips or speakers, or the same parameters of the device.
"""

import json
import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import fmean

from lowsr_tradeoff.errors import NotComparableError
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.classify import ClassifyResult
from lowsr_tradeoff.records.network import ArmName, Grid
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.records.run import CorpusSummary, Tradeoff
from lowsr_tradeoff.statistics import Z_INTERVAL, Draws

# Which settings decide the draws, besides what the figures were measured on.
DRAWN_BY = ("seed", "n_resamples")


@dataclass(frozen=True)
class FigureName:
    """What a figure is of; the fields are those of :class:`Difference`."""

    measure: str
    rate_hz: int
    grid: Grid | None = None
    arm: ArmName | None = None
    device: str | None = None
    attacker: str | None = None


@dataclass(frozen=True)
class Figure:
    """A figure with all that its difference from another depends on.

    Attributes:
        draws: Its joint draws; empty where there are none.
        drawn_from: What they were drawn from.
        luck_sd: Standard deviation between repeated trainings, which neither interval nor draws include.
    """

    value: Measurement
    draws: Draws
    drawn_from: Hashable
    luck_sd: float = 0.0


def figures(tradeoff: Tradeoff) -> dict[FigureName, Figure]:
    """Return all figures that another run may share.

    Raises:
        NotComparableError: The run does not say what it was measured on.
    """
    return {**_accuracies(tradeoff), **_leaks(tradeoff), **_powers(tradeoff)}


def corpus_of(tradeoff: Tradeoff, kind: str) -> CorpusSummary:
    """Return the events or the speech of a run; raises :class:`NotComparableError` where it names none."""
    for corpus in tradeoff.corpora:
        if corpus.kind == kind:
            return corpus
    raise NotComparableError(f"a run does not say on which {kind} it was measured; run the study again")


def own_attacks(tradeoff: Tradeoff) -> list[AttackResult]:
    """Return the attacks behind the study's own front end."""
    return [found for found in tradeoff.privacy.attacks if found.front_end == tradeoff.front_end]


def luck_sds(results: Sequence[ClassifyResult]) -> list[float]:
    """Return the standard deviation of each accuracy by the random course of its trainings, ≥ 0.

    Of S repetitions ``seed_sd**2 / S``. Of one, ``fold_sd**2 / F`` of F folds less the variance of the interval.
    Where the mean of these variances over the run is more, it is taken, as :func:`paired_tests.luck_sds` does.
    """
    own = [_luck_variance(result) for result in results]
    shared = fmean(own) if own else 0.0
    return [math.sqrt(max(0.0, variance, shared)) for variance in own]


def _luck_variance(result: ClassifyResult) -> float:
    """The unbiased variance between trainings, so it may be negative; 0 where it is unknown."""
    if result.seed_sd.value is not None:
        return result.seed_sd.value**2 / result.n_seeds
    if result.fold_sd.value is None or result.accuracy.low is None or result.accuracy.high is None:
        return 0.0
    by_clips = (result.accuracy.high - result.accuracy.low) / (2 * Z_INTERVAL)
    return float(result.fold_sd.value**2 / result.n_folds - by_clips**2)


def _accuracies(tradeoff: Tradeoff) -> dict[FigureName, Figure]:
    events = corpus_of(tradeoff, "events")
    drawn_from = (*_drawn_by(tradeoff), events.digest, events.n_folds)
    return {
        FigureName("accuracy", found.rate_hz, grid=found.grid, arm=found.arm): Figure(
            found.accuracy, found.accuracy_draws, drawn_from, luck_sd
        )
        for found, luck_sd in zip(tradeoff.recognition.results, luck_sds(tradeoff.recognition.results), strict=True)
    }


def _leaks(tradeoff: Tradeoff) -> dict[FigureName, Figure]:
    speech = corpus_of(tradeoff, "speech")
    return {
        FigureName(found.measure, found.rate_hz, attacker=found.attacker): Figure(
            found.value, found.value_draws, (*_drawn_by(tradeoff), speech.digest, found.value.n, found.value.n_of)
        )
        for found in own_attacks(tradeoff)
    }


def _powers(tradeoff: Tradeoff) -> dict[FigureName, Figure]:
    drawn = {}
    for found in tradeoff.power.results:
        drawn_from, of = (*_drawn_by(tradeoff), found.device), (found.rate_hz, found.grid, None, found.device)
        drawn[FigureName("power", *of)] = Figure(found.power_mw, found.power_mw_draws, drawn_from)
        drawn[FigureName("battery life", *of)] = Figure(found.battery_hours, found.battery_hours_draws, drawn_from)
    return drawn


def _drawn_by(tradeoff: Tradeoff) -> tuple[str, ...]:
    return tuple(json.dumps(tradeoff.settings.get(name)) for name in DRAWN_BY)
