"""What the networks of one listener can make of their clips, and how close their errors come to what it allows."""

import numpy as np

from lowsr_tradeoff.classify.diagnosis.artefacts import Heard, Runs, mean_by_clip
from lowsr_tradeoff.classify.diagnosis.calibration import Scores, is_right, log_loss, scaling_temperature
from lowsr_tradeoff.classify.diagnosis.information import class_shares, least_error, usable_information
from lowsr_tradeoff.classify.scores import CLIPS
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.diagnosis import UsableInformation
from lowsr_tradeoff.records.network import Arm
from lowsr_tradeoff.statistics.intervals import mean_measurement, percentile_interval

BITS = "bit"


def information(arm: Arm, runs: Runs, reference_usable: Scores, heard: Heard) -> UsableInformation:
    """Return the usable information of one arm's networks, what it lacks, and the error that it allows.

    Args:
        arm: How they were trained.
        runs: The networks.
        reference_usable: Bits per clip of the reference networks, from :func:`usable_by_clip`.
        heard: All clips.
    """
    scaled = scalings(runs, heard)
    usable = usable_by_clip(runs, heard, scaled)
    bound, above = _fano(runs, heard, scaled)
    return UsableInformation(
        arm=arm,
        usable=mean_measurement(usable_by_clip(runs, heard, [1.0] * len(runs)), heard.weights, CLIPS, BITS),
        usable_scaled=mean_measurement(usable, heard.weights, CLIPS, BITS),
        lost=mean_measurement(reference_usable - usable, heard.weights, CLIPS, BITS),
        error_bound=bound,
        error_above_bound=above,
    )


def usable_by_clip(runs: Runs, heard: Heard, temperatures: list[float]) -> Scores:
    """Return what networks tell of each clip that they never saw, bits, mean over repetitions.

    Shape:
        ``(n_clips,)``.
    """
    shares = class_shares(heard.truth, len(heard.classes))
    rows = [run.rows["test"] for run in runs]
    values = [
        usable_information(run.get("test", "logits"), heard.truth[run.rows["test"]], shares, temperature)
        for run, temperature in zip(runs, temperatures, strict=True)
    ]
    return mean_by_clip(values, rows, len(heard.clips))


def scalings(runs: Runs, heard: Heard) -> list[float]:
    """Return for each network the T fitted to what the networks of the other folds said of theirs.

    So no clip has a say in the T that its own scores are divided by. One per network, in their order.
    """
    n_folds = len(np.unique(heard.fold))
    found = []
    for number, run in enumerate(runs):
        first = number - number % n_folds
        others = [other for other in runs[first : first + n_folds] if other is not run]
        logits = np.concatenate([other.get("test", "logits") for other in others])
        found.append(scaling_temperature(logits, np.concatenate([heard.truth[o.rows["test"]] for o in others])))
    return found


def share_right(runs: Runs, heard: Heard) -> Scores:
    """Return the share of repetitions that recognised each test clip, 0…1. Shape ``(n_clips,)``."""
    rows = [run.rows["test"] for run in runs]
    right = [is_right(run.get("test", "logits"), heard.truth[run.rows["test"]]) for run in runs]
    return mean_by_clip(right, rows, len(heard.clips))


def _fano(runs: Runs, heard: Heard, temperatures: list[float]) -> tuple[Measurement, Measurement]:
    """The bound at the scaled cross-entropy, and the error above it, both remade in every resample."""
    n_classes, n_clips = len(heard.classes), len(heard.clips)
    loss = mean_by_clip(
        [
            log_loss(run.get("test", "logits"), heard.truth[run.rows["test"]], temperature)
            for run, temperature in zip(runs, temperatures, strict=True)
        ],
        [run.rows["test"] for run in runs],
        n_clips,
    )
    wrong = 1 - share_right(runs, heard)
    shares = heard.weights / heard.weights.sum(axis=1, keepdims=True)
    bound, bounds = float(least_error(loss.mean(), n_classes)), least_error(shares @ loss, n_classes)
    return (
        _measured(bound, bounds, n_clips),
        _measured(float(wrong.mean()) - bound, shares @ wrong - bounds, n_clips),
    )


def _measured(value: float, draws: Scores, n_clips: int) -> Measurement:
    low, high = percentile_interval(draws)
    return Measurement(value=value, low=low, high=high, n=n_clips, n_of=CLIPS)
