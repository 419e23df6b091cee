"""Usable information of one condition's networks, and how close their error is to the least it allows."""

import numpy as np

from lowsr_tradeoff.classify.diagnosis.artefacts import ClipTable, Runs, each, mean_by_clip
from lowsr_tradeoff.classify.diagnosis.calibration import Scores, is_right, log_loss, scaling_temperature
from lowsr_tradeoff.classify.diagnosis.information import class_shares, least_error, usable_information
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.classify import CLIPS
from lowsr_tradeoff.records.diagnosis import UsableInformation
from lowsr_tradeoff.records.network import ArmName
from lowsr_tradeoff.statistics.intervals import mean_measurement, percentile_interval

BITS = "bit"


def information(arm: ArmName, runs: Runs, reference_usable: Scores, clips: ClipTable) -> UsableInformation:
    """Return the usable information of one arm's networks, its gap to the reference's, and the least error."""
    scaled = scalings(runs, clips)
    usable = usable_by_clip(runs, clips, scaled)
    bound, above = _fano(runs, clips, scaled)
    return UsableInformation(
        arm=arm,
        usable=mean_measurement(usable_by_clip(runs, clips, [1.0] * len(runs)), clips.weights, CLIPS, BITS),
        usable_scaled=mean_measurement(usable, clips.weights, CLIPS, BITS),
        lost=mean_measurement(reference_usable - usable, clips.weights, CLIPS, BITS),
        error_bound=bound,
        error_above_bound=above,
    )


def usable_by_clip(runs: Runs, clips: ClipTable, temperatures: list[float]) -> Scores:
    """Return each clip's usable information, bits, ``(n_clips,)``: mean over networks that never saw it."""
    shares = class_shares(clips.truth, len(clips.classes))
    rows = [run.rows["test"] for run in runs]
    values = [
        usable_information(run.get("test", "logits"), clips.truth[its], shares, temperature)
        for run, its, temperature in zip(runs, rows, temperatures, strict=True)
    ]
    return mean_by_clip(values, rows, clips.n)


def scalings(runs: Runs, clips: ClipTable) -> list[float]:
    """Return for each network, in order, the T fitted to test clips of the networks of the other folds.

    So no clip influences the T that divides its own scores.
    """
    n_folds = len(np.unique(clips.fold))
    found = []
    for number, run in enumerate(runs):
        first = number - number % n_folds
        others = [other for other in runs[first : first + n_folds] if other is not run]
        logits = np.concatenate([other.get("test", "logits") for other in others])
        found.append(scaling_temperature(logits, np.concatenate([clips.truth[o.rows["test"]] for o in others])))
    return found


def share_right(runs: Runs, clips: ClipTable) -> Scores:
    """Return the share of repetitions that recognised each test clip, 0…1. Shape ``(n_clips,)``."""
    return mean_by_clip(each(is_right, runs, clips), [run.rows["test"] for run in runs], clips.n)


def _fano(runs: Runs, clips: ClipTable, temperatures: list[float]) -> tuple[Measurement, Measurement]:
    """The bound at the scaled cross-entropy, and the error above it, both recomputed in every resample."""
    n_classes, rows = len(clips.classes), [run.rows["test"] for run in runs]
    losses = [
        log_loss(run.get("test", "logits"), clips.truth[its], temperature)
        for run, its, temperature in zip(runs, rows, temperatures, strict=True)
    ]
    loss = mean_by_clip(losses, rows, clips.n)
    wrong = 1 - share_right(runs, clips)
    shares = clips.weights / clips.weights.sum(axis=1, keepdims=True)
    bound, bounds = float(least_error(loss.mean(), n_classes)), least_error(shares @ loss, n_classes)
    return (
        _measured(bound, bounds, clips.n),
        _measured(float(wrong.mean()) - bound, shares @ wrong - bounds, clips.n),
    )


def _measured(value: float, draws: Scores, n_clips: int) -> Measurement:
    low, high = percentile_interval(draws)
    return Measurement(value=value, low=low, high=high, n=n_clips, n_of=CLIPS)
