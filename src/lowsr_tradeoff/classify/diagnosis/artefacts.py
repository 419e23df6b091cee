"""Read the outputs of trained networks, and join them per clip.

Per repetition, a clip is tested once and trained on by the networks of all other folds. Its value is the mean over
the networks that tested on it, or over those that trained on it; clips are then averaged and resampled by source.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.classify.diagnosis.calibration import Classes, Scores
from lowsr_tradeoff.corpora.clips import EventCorpus, class_numbers, clips_of, folds_of
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.classify import CLIPS
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.statistics.intervals import mean_measurement, pooled_ratio, resample_weights

if TYPE_CHECKING:
    from lowsr_tradeoff.classify.train_settings import TrainSettings

Part = Literal["test", "train"]
Rows = NDArray[np.intp]
V = TypeVar("V", float, Scores)


@dataclass(frozen=True)
class ClipTable:
    """The clips of a study in the order of the joined arrays: each once, fold by fold.

    Attributes:
        truth: Class number of each clip.
        fold: Fold number of each clip.
        weights: Bootstrap weights by source, shape ``(n_resamples, n_clips)``.
        classes: Labels by class number.
    """

    truth: Classes
    fold: Rows
    weights: Scores
    classes: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of clips."""
        return len(self.truth)


@dataclass(frozen=True)
class NetworkOutputs:
    """One network's artefact, and the joined rows of its arrays.

    Attributes:
        label: Name of its step in messages.
        arrays: Its outputs, by part and kind, for example ``test_logits``.
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


Runs = tuple[NetworkOutputs, ...]


def clip_table(corpus: EventCorpus, n_resamples: int, seed: int) -> ClipTable:
    """Return the clips in joined order with their classes and bootstrap weights."""
    clips = clips_of(corpus, *folds_of(corpus))
    return ClipTable(
        truth=class_numbers(corpus, clips),
        fold=np.array([clip.fold for clip in clips]),
        weights=resample_weights([clip.source for clip in clips], n_resamples, seed),
        classes=corpus.summary.classes,
    )


def outputs_of(steps: Iterable[Step], store: Store, clips: ClipTable) -> dict[Condition, Runs]:
    """Return the outputs of trained networks, condition by condition, in the order of their steps."""
    found: dict[Condition, Runs] = {}
    for step in steps:
        settings = cast("TrainSettings", step.settings)
        found[settings.condition] = (*found.get(settings.condition, ()), _outputs(step, settings, store, clips))
    return found


def _outputs(step: Step, settings: "TrainSettings", store: Store, clips: ClipTable) -> NetworkOutputs:
    """The weights are not kept."""
    arrays = {
        name: array for name, array in store.arrays(step).items() if name.endswith(("_logits", "_embeddings"))
    }
    is_tested = np.isin(clips.fold, settings.held_out)
    return NetworkOutputs(
        step.label, arrays, {"test": np.flatnonzero(is_tested), "train": np.flatnonzero(~is_tested)}
    )


def by_clip(values: Sequence[Scores], rows: Sequence[Rows], n_clips: int) -> Scores:
    """Return the sum of each clip's values over networks. Shape ``(n_clips,)``.

    >>> by_clip([np.array([1.0, 2.0]), np.array([5.0])], [np.array([0, 1]), np.array([1])], 2)
    array([1., 7.])
    """
    every = np.bincount(np.concatenate(rows), weights=np.concatenate(values), minlength=n_clips)
    return every.astype(np.float64)


def mean_by_clip(values: Sequence[Scores], rows: Sequence[Rows], n_clips: int) -> Scores:
    """Return each clip's mean over the networks with a value for it. Shape ``(n_clips,)``."""
    return by_clip(values, rows, n_clips) / by_clip([np.ones(len(r)) for r in rows], rows, n_clips)


def each(metric: Callable[[Scores, Classes], V], runs: Runs, clips: ClipTable, part: Part = "test") -> list[V]:
    """Return one metric of logits and classes for every network on one part of the clips."""
    return [metric(run.get(part, "logits"), clips.truth[run.rows[part]]) for run in runs]


def mean_of(values: Sequence[Scores], runs: Runs, part: Part, clips: ClipTable, unit: str) -> Measurement:
    """Return the mean over clips of their mean over networks, with a bootstrap interval by source."""
    rows = [run.rows[part] for run in runs]
    return mean_measurement(mean_by_clip(values, rows, clips.n), clips.weights, CLIPS, unit)


def pooled(
    values: Sequence[Scores],
    runs: Runs,
    part: Part,
    clips: ClipTable,
    counted: Sequence[Scores] | None = None,
    unit: str | None = None,
) -> Measurement:
    """Return the mean over counted (clip, network) pairs, with a bootstrap interval; without a unit, a share.

    ``values`` hold, per network, one value per clip of the part (0 or 1 for a share); ``counted`` holds 1 for each
    clip that counts.
    """
    rows = [run.rows[part] for run in runs]
    counted = counted or [np.ones(len(r)) for r in rows]
    top = by_clip([value * count for value, count in zip(values, counted, strict=True)], rows, clips.n)
    bottom = by_clip(counted, rows, clips.n)
    is_in = bottom > 0
    if not is_in.any():
        return missing("there is no such clip", CLIPS)
    mean = pooled_ratio(top[is_in], bottom[is_in], clips.weights[:, is_in], CLIPS, is_share=unit is None)
    return mean.model_copy(update={"n": int(is_in.sum()), **({"unit": unit} if unit else {})})
