"""Figures of alarms from the scores of continuous sound, without torch.

A threshold is judged on one fold only after it was chosen on the others. Definitions:

- An **alarm** is a window whose score is at least the threshold, ``hold_s`` or more after the start of the alarm
  before it: what goes on counts once, as in event-based scores (Mesaros et al., Metrics for Polyphonic Sound Event
  Detection, Applied Sciences 6, 2016; sed_eval).
- It is **false** when its window holds nothing of the target. Windows that hold too little of a clip count for
  nothing (:data:`stream.LEAST_SHARED`).
- A clip of the target is **detected** when any window that holds it is at or above the threshold.
- The **threshold for at most B false alarms per hour** is the lowest at which the upper end of the interval of
  false alarms per hour, on the sounds that choose it, is at most B.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.classify.alarms.heard import NO_TARGET
from lowsr_tradeoff.records.alarms import FALSE_ALARMS, AlarmPoint, AlarmResult
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.classify import CLIPS
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.statistics import Floats
from lowsr_tradeoff.statistics.cluster_t import TAILS
from lowsr_tradeoff.statistics.event_rates import UNIT, least_upper_end, quantiles, rate_draws, rate_per_hour
from lowsr_tradeoff.statistics.intervals import pooled_ratio, resample, resampled_share
from lowsr_tradeoff.statistics.joint_draws import N_JOINT, share_draws
from lowsr_tradeoff.statistics.ranking import ranking

USUAL_PER_HOUR = (1.0, 10.0)


@dataclass(frozen=True)
class FoldScores:
    """What one network scored of its fold's sound.

    Attributes:
        scores: Log odds of the target, of every window. Shape ``(n_windows,)``, as ``start_s`` to ``clip``.
        recording: Number of the recording in the middle of the window.
        clip: Number of the target's clip that it holds, or what :mod:`stream` says of windows without one.
        recordings: Their names.
        hours: Length of each recording. Shape ``(n_recordings,)``.
        sources: Of the target's clips.
    """

    scores: Floats
    start_s: Floats
    recording: NDArray[np.intp]
    clip: NDArray[np.intp]
    recordings: tuple[str, ...]
    hours: Floats
    sources: tuple[str, ...]

    def n_false(self, threshold: float, hold_s: float) -> Floats:
        """Return the false alarms of every recording."""
        over = np.flatnonzero((self.clip == NO_TARGET) & (self.scores >= threshold))
        starts_s, counts, at = self.start_s[over], np.zeros(len(self.hours)), 0
        while at < len(over):
            counts[self.recording[over[at]]] += 1
            # A thousandth of a second covers the rounding of times.
            at = max(at + 1, int(np.searchsorted(starts_s, starts_s[at] + hold_s - 1e-3)))
        return counts

    def detected(self, threshold: float) -> Floats:
        """Return 1 for every clip of the target that raises an alarm, else 0."""
        over = self.clip[(self.clip >= 0) & (self.scores >= threshold)]
        return np.isin(np.arange(len(self.sources)), over).astype(np.float64)


def fold_scores(step: Step, store: Store) -> FoldScores:
    """Return what a finished step wrote."""
    arrays, meta = store.arrays(step), store.meta(step)
    return FoldScores(
        scores=arrays["scores"].astype(np.float64),
        start_s=arrays["start_s"].astype(np.float64),
        recording=arrays["recording"].astype(np.intp),
        clip=arrays["clip"].astype(np.intp),
        recordings=tuple(meta["recordings"]),
        hours=np.array(meta["background_s"], float) / 3600,
        sources=tuple(meta["sources"]),
    )


def alarm_result(
    folds: Sequence[FoldScores],
    hold_s: float,
    asked_per_hour: float,
    events_per_hour: float,
    n_resamples: int,
    seed: int,
) -> AlarmResult:
    """Return the alarms of one condition, from the scores of its network of each fold.

    With bounds that the sounds are too short for, the operating point is at the least bound that they can show.
    """
    precision, area = _rankings(folds, n_resamples, seed)
    least = least_bound(folds)
    operating_at = max(asked_per_hour, least) if np.isfinite(least) else asked_per_hour
    point, recall_draws, rate = _point(folds, hold_s, operating_at, n_resamples, seed)
    return AlarmResult(
        average_precision=precision,
        roc_auc=area,
        points=tuple(_point(folds, hold_s, bound, n_resamples, seed)[0] for bound in USUAL_PER_HOUR),
        operating=point,
        alarms_per_hour=_sent(point, events_per_hour),
        recall_draws=recall_draws,
        false_alarm_draws=rate,
    )


def threshold_for(folds: Sequence[FoldScores], per_hour: float, hold_s: float) -> float | None:
    """Return the lowest score whose false alarms per hour have an upper end of at most ``per_hour``, if any.

    It is one of the scores of the background, or just above the highest.
    """
    hours = np.concatenate([fold.hours for fold in folds])
    if not hours.sum() > 0 or least_upper_end(float(hours.sum())) > per_hour:
        return None
    background = np.concatenate([fold.scores[fold.clip == NO_TARGET] for fold in folds])
    scores = np.unique(background)[::-1]
    candidates = np.concatenate([[np.nextafter(scores[0], np.inf)], scores]) if len(scores) else np.zeros(1)

    def keeps(threshold: float) -> bool:
        counts = np.concatenate([fold.n_false(threshold, hold_s) for fold in folds])
        return quantiles(counts, hours, TAILS)[1] <= per_hour

    # False alarms grow as the threshold falls, but for a few that merge: the one that is found keeps the bound. As
    # many windows as lie in the hold of one alarm count once, so more windows than these cannot keep it.
    kept, lost = 0, min(len(candidates), 1 + round((per_hour * hours.sum() + 1) * (1 + hold_s / _hop_s(folds))))
    while lost - kept > 1:
        middle = (kept + lost) // 2
        kept, lost = (middle, lost) if keeps(candidates[middle]) else (kept, middle)
    return float(candidates[kept])


def _hop_s(folds: Sequence[FoldScores]) -> float:
    return min((float(fold.start_s[1] - fold.start_s[0]) for fold in folds if len(fold.start_s) > 1), default=1.0)


def least_bound(folds: Sequence[FoldScores]) -> float:
    """Return the least bound on false alarms per hour that the sounds of all folds but one can show, just above it.

    Without one false alarm in h hours, the upper end is still 3.7 / h per hour.
    """
    hours = [float(fold.hours.sum()) for fold in folds]
    shortest = sum(hours) - max(hours, default=0.0)
    return least_upper_end(shortest) * (1 + 1e-9) if shortest > 0 else float("inf")


def _point(
    folds: Sequence[FoldScores], hold_s: float, per_hour: float, n_resamples: int, seed: int
) -> tuple[AlarmPoint, tuple[float, ...], tuple[float, ...]]:
    """Recall and false alarms of every fold at the threshold of the others, with their joint draws."""
    found = [threshold_for([*folds[:i], *folds[i + 1 :]], per_hour, hold_s) for i in range(len(folds))]
    chosen = [threshold for threshold in found if threshold is not None]
    if len(chosen) < len(folds):
        return _unresolved(folds, per_hour), (), ()
    hits = np.concatenate([fold.detected(threshold) for fold, threshold in zip(folds, chosen, strict=True)])
    false = np.concatenate([fold.n_false(threshold, hold_s) for fold, threshold in zip(folds, chosen, strict=True)])
    by_source = resample([source for fold in folds for source in fold.sources], n_resamples, seed)
    right, clips = by_source.by_unit(hits), by_source.by_unit(np.ones(len(hits)))
    by_recording = resample([name for fold in folds for name in fold.recordings], n_resamples, seed)
    counts = by_recording.by_unit(false)
    hours = by_recording.by_unit(np.concatenate([fold.hours for fold in folds]))
    point = AlarmPoint(
        per_hour=per_hour,
        threshold=threshold_for(folds, per_hour, hold_s),
        recall=pooled_ratio(right, clips, by_source.counts, CLIPS, is_share=True),
        false_alarms_per_hour=rate_per_hour(counts, hours, FALSE_ALARMS),
    )
    draws = share_draws(right, clips, by_source.counts), rate_draws(counts, hours, by_recording.counts)
    return point, *draws


def _unresolved(folds: Sequence[FoldScores], per_hour: float) -> AlarmPoint:
    """A bound that so little sound cannot show: even without one false alarm the upper end would be above it."""
    least, hours = least_bound(folds), sum(float(fold.hours.sum()) for fold in folds)
    reason = (
        f"{hours:.2g} h of other sounds cannot show that false alarms are at most {per_hour:g} per hour: without a"
        f" single one, the upper end on the folds that choose the threshold is {least:.3g} per hour; about"
        f" {hours * least / per_hour:.2g} h would do"
        if np.isfinite(least)
        else "there are no other sounds in which false alarms could be counted"
    )
    unknown = missing(reason, FALSE_ALARMS, UNIT)
    return AlarmPoint(
        per_hour=per_hour, threshold=None, recall=missing(reason, CLIPS), false_alarms_per_hour=unknown
    )


def _sent(point: AlarmPoint, events_per_hour: float) -> Measurement:
    """Return false alarms and the true ones of so many events per hour, as if their uncertainty added up."""
    false, recall = point.false_alarms_per_hour, point.recall
    if false.value is None or recall.value is None:
        return missing(false.reason or recall.reason or "not measured", "alarms", UNIT)
    ends = {
        name: getattr(false, name) + events_per_hour * getattr(recall, name) for name in ("value", "low", "high")
    }
    return Measurement(**ends, n=false.n, n_of=FALSE_ALARMS, unit=UNIT)


def _rankings(folds: Sequence[FoldScores], n_resamples: int, seed: int) -> tuple[Measurement, Measurement]:
    """Average precision and ROC area of windows that hold the target against windows without it."""
    counted = [(fold.clip >= 0) | (fold.clip == NO_TARGET) for fold in folds]
    is_wanted = np.concatenate([fold.clip[rows] >= 0 for fold, rows in zip(folds, counted, strict=True)])
    if is_wanted.all() or not is_wanted.any():
        nothing = missing("there are no windows of both kinds", "windows")
        return nothing, nothing
    scores = np.concatenate([fold.scores[rows] for fold, rows in zip(folds, counted, strict=True)])
    names = [
        fold.sources[clip] if clip >= 0 else fold.recordings[recording]
        for fold, rows in zip(folds, counted, strict=True)
        for clip, recording in zip(fold.clip[rows].tolist(), fold.recording[rows].tolist(), strict=True)
    ]
    draws = resample(names, min(n_resamples, N_JOINT), seed)
    value, drawn = (
        ranking(scores, is_wanted, weights, draws.units)
        for weights in (np.ones((1, draws.counts.shape[1])), draws.counts)
    )
    precision, area = (
        resampled_share(float(one[0]), each, draws.counts.shape[1], len(scores), "windows")
        for one, each in zip(value, drawn, strict=True)
    )
    return precision, area
