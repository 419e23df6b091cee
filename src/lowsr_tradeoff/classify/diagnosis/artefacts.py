"""Read what trained networks said of every clip, and bring it together clip by clip.

A clip is tested once per repetition and trained on by the networks of all other folds. Per clip, a quantity is
its mean over the networks that tested on the clip, or over those that trained on it; clips are then averaged and
resampled by source. So a figure pools (clip, network) pairs and no network counts twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.classify.arms import Listener
from lowsr_tradeoff.classify.diagnosis.calibration import Classes, Scores
from lowsr_tradeoff.classify.plan import train_steps
from lowsr_tradeoff.classify.scores import CLIPS, Weights
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus, class_numbers, clips_of, folds_of
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import mean_measurement, pooled_ratio, resample_weights

Part = Literal["test", "train"]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Heard:
    """The clips of a study in the order of the joined arrays: fold by fold.

    Attributes:
        clips: Each clip once.
        truth: Its class number.
        fold: Its fold.
        weights: Bootstrap weights by source, shape ``(n_resamples, n_clips)``.
        classes: Labels by class number.
    """

    clips: tuple[EventClip, ...]
    truth: Classes
    fold: Rows
    weights: Weights
    classes: tuple[str, ...]


@dataclass(frozen=True)
class Trained:
    """One network's artefact, and which of the joined rows its arrays speak of.

    Attributes:
        label: What a person calls its step.
        arrays: What it said, by part and kind, for example ``test_logits``.
        rows: Of the test fold and of the folds that it was trained on.
    """

    label: str
    arrays: Mapping[str, Scores]
    rows: Mapping[Part, Rows]

    def get(self, part: Part, kind: Literal["logits", "embeddings"]) -> Scores:
        """Return one array, one row per clip of the part.

        Raises:
            StageError: The artefact does not have it, or has it for other clips.
        """
        name, n_rows = f"{part}_{kind}", len(self.rows[part])
        if name not in self.arrays:
            raise StageError(f"{self.label}: its artefact has no {name}; run the study again")
        array = self.arrays[name]
        if len(array) != n_rows:
            raise StageError(f"{self.label}: {name} has {len(array)} rows for {n_rows} clips; run the study again")
        return array


Runs = tuple[Trained, ...]


def heard_by_all(config: StudyConfig, corpus: EventCorpus) -> Heard:
    """Return the clips in joined order with their classes and bootstrap weights."""
    clips = tuple(clips_of(corpus, *folds_of(corpus)))
    return Heard(
        clips=clips,
        truth=class_numbers(corpus, clips),
        fold=np.array([clip.fold for clip in clips]),
        weights=resample_weights([clip.source for clip in clips], config.n_resamples, config.seed),
        classes=corpus.summary.classes,
    )


def trained(config: StudyConfig, corpus: EventCorpus, store: Store, heard: Heard) -> dict[Listener, Runs]:
    """Return every listener's networks, repetition by repetition, fold by fold.

    Raises:
        StageError: A step has not run.
    """
    n_folds, folds = len(folds_of(corpus)), folds_of(corpus)
    return {
        listener: tuple(_trained(step, folds[i % n_folds], store, heard) for i, step in enumerate(steps))
        for listener, steps in train_steps(config, corpus).items()
    }


def _trained(step: Step, fold: int, store: Store, heard: Heard) -> Trained:
    """Weights are let go: only what was said of clips is kept."""
    said = {name: array for name, array in store.arrays(step).items() if name.endswith(("_logits", "_embeddings"))}
    is_tested = heard.fold == fold
    return Trained(step.label, said, {"test": np.flatnonzero(is_tested), "train": np.flatnonzero(~is_tested)})


def by_clip(values: Sequence[Scores], rows: Sequence[Rows], n_clips: int) -> Scores:
    """Return the sum of each clip's values over networks. Shape ``(n_clips,)``.

    >>> by_clip([np.array([1.0, 2.0]), np.array([5.0])], [np.array([0, 1]), np.array([1])], 2)
    array([1., 7.])
    """
    every = np.bincount(np.concatenate(rows), weights=np.concatenate(values), minlength=n_clips)
    return every.astype(np.float64)


def mean_by_clip(values: Sequence[Scores], rows: Sequence[Rows], n_clips: int) -> Scores:
    """Return the mean of each clip's values over the networks that speak of it. Shape ``(n_clips,)``."""
    return by_clip(values, rows, n_clips) / by_clip([np.ones(len(r)) for r in rows], rows, n_clips)


def mean_of(values: Sequence[Scores], runs: Runs, part: Part, heard: Heard, unit: str) -> Measurement:
    """Return the mean over clips of their mean over networks, with a bootstrap interval by source.

    Args:
        values: Per network, one value per clip of the part.
        runs: The networks.
        part: Which clips the values are of.
        heard: All clips.
        unit: The values' unit.
    """
    rows = [run.rows[part] for run in runs]
    return mean_measurement(mean_by_clip(values, rows, len(heard.clips)), heard.weights, CLIPS, unit)


def share_of(
    values: Sequence[Scores], runs: Runs, part: Part, heard: Heard, counted: Sequence[Scores] | None = None
) -> Measurement:
    """Return the share of counted (clip, network) pairs whose value is 1, ∈ [0, 1], with a bootstrap interval.

    Args:
        values: Per network, 0 or 1 per clip of the part.
        runs: The networks.
        part: Which clips the values are of.
        heard: All clips.
        counted: Per network, 1 for the clips that count; ``None`` for all.
    """
    return _pooled(values, runs, part, heard, counted, is_share=True)


def mean_where(
    values: Sequence[Scores], runs: Runs, part: Part, heard: Heard, counted: Sequence[Scores], unit: str
) -> Measurement:
    """Return the mean over counted (clip, network) pairs, with a bootstrap interval; arguments as for shares."""
    return _pooled(values, runs, part, heard, counted, is_share=False).model_copy(update={"unit": unit})


def _pooled(
    values: Sequence[Scores],
    runs: Runs,
    part: Part,
    heard: Heard,
    counted: Sequence[Scores] | None,
    *,
    is_share: bool,
) -> Measurement:
    rows, n_clips = [run.rows[part] for run in runs], len(heard.clips)
    counted = counted or [np.ones(len(r)) for r in rows]
    top = by_clip([value * count for value, count in zip(values, counted, strict=True)], rows, n_clips)
    bottom = by_clip(counted, rows, n_clips)
    is_in = bottom > 0
    if not is_in.any():
        return missing("there is no such clip", CLIPS)
    pooled = pooled_ratio(top[is_in], bottom[is_in], heard.weights[:, is_in], CLIPS, is_share=is_share)
    return pooled.model_copy(update={"n": int(is_in.sum())})
