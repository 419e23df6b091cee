"""What choices made in training do to the accuracy: alpha and T, the epoch that is kept, another's settings."""

from collections import Counter
from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.classify.arms import Listener
from lowsr_tradeoff.classify.inner_folds import validated, validation_fold
from lowsr_tradeoff.classify.plan import choosing_steps, train_steps
from lowsr_tradeoff.classify.scores import CLIPS
from lowsr_tradeoff.classify.step_settings import TrainSettings
from lowsr_tradeoff.corpora.clips import EventCorpus, class_numbers, clips_of, folds_of
from lowsr_tradeoff.records.base import missing
from lowsr_tradeoff.records.classify import ClassifyResult, Optimism, Published, Sensitivity
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store, of_finished
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import mean_measurement, paired_difference, pooled_ratio, resample_weights


def sensitivity(config: StudyConfig, corpus: EventCorpus, store: Store) -> tuple[Sensitivity, ...]:
    """Return how every pair of alpha and T did where pairs are chosen; nothing where one pair was given.

    Raises:
        StageError: A step has not run.
    """
    steps = train_steps(config, corpus)
    taught = [listener for listener in steps if listener.arm in {"basd", "cssd"}]
    found = of_finished(lambda listener: _sensitivity(config, corpus, listener, steps[listener], store), taught)
    return tuple(one for of_listener in found.values() for one in of_listener)


def _sensitivity(
    config: StudyConfig, corpus: EventCorpus, listener: Listener, runs: Sequence[Step], store: Store
) -> list[Sensitivity]:
    chosen = Counter(str(store.meta(step)["cell"]) for step in runs)
    found = []
    for cell, steps in choosing_steps(config, corpus, listener).items():
        tried = [cast("TrainSettings", step.settings) for step in steps]
        said = [store.arrays(step) for step in steps]
        right = np.concatenate([validated(one, corpus, its) for one, its in zip(tried, said, strict=True)])
        folds = [validation_fold(one.held_out, folds_of(corpus)) for one in tried]
        sources = [clip.source for clip in clips_of(corpus, *folds)]
        weights = resample_weights(sources, config.n_resamples, config.seed)
        found.append(
            Sensitivity(
                rate_hz=listener.rate_hz,
                grid=listener.grid,
                arm=listener.arm,
                alpha=cell.alpha,
                temperature=cell.temperature,
                accuracy=pooled_ratio(right, np.ones(len(right)), weights, CLIPS, is_share=True),
                n_chosen=chosen[str(cell.model_dump())],
            )
        )
    return found


def optimism(config: StudyConfig, corpus: EventCorpus, store: Store) -> tuple[Optimism, ...]:
    """Return by how much keeping the best epoch flatters; nothing where the last one is kept.

    Raises:
        StageError: A step has not run.
    """
    if config.classify.protocol != "paper":
        return ()
    clips = clips_of(corpus, *folds_of(corpus))
    truth = class_numbers(corpus, clips)
    weights = resample_weights([clip.source for clip in clips], config.n_resamples, config.seed)
    steps = train_steps(config, corpus)

    def of(listener: Listener) -> Optimism | None:
        runs = steps[listener]
        best = _share_right(runs, "test_logits", truth, store)
        if "last_test_logits" not in store.arrays(runs[0]):
            return None
        return _optimism(listener, best, _share_right(runs, "last_test_logits", truth, store), weights)

    return tuple(filter(None, of_finished(of, steps).values()))


def _share_right(runs: Sequence[Step], name: str, truth: NDArray[np.intp], store: Store) -> NDArray[np.float64]:
    """Share of repetitions that recognised each clip."""
    said = np.concatenate([store.arrays(step)[name].argmax(axis=1) for step in runs]).reshape(-1, len(truth))
    share: NDArray[np.float64] = (said == truth).mean(axis=0)
    return share


def _optimism(
    listener: Listener, best: NDArray[np.float64], last: NDArray[np.float64], weights: NDArray[np.float64]
) -> Optimism:
    return Optimism(
        rate_hz=listener.rate_hz,
        grid=listener.grid,
        arm=listener.arm,
        best_epoch=mean_measurement(best, weights, CLIPS, "1"),
        last_epoch=mean_measurement(last, weights, CLIPS, "1"),
        difference=paired_difference(best, last, weights, CLIPS),
    )


def published(config: StudyConfig, results: Sequence[ClassifyResult]) -> tuple[Published, ...]:
    """Return the published accuracies that the settings name for this network, beside those measured."""
    measured = {(result.rate_hz, result.arm): result.accuracy for result in results if result.grid == "shared"}
    return tuple(
        Published(
            rate_hz=theirs.rate_hz,
            arm=theirs.arm,
            published=theirs.accuracy,
            source=theirs.source,
            measured=measured.get((theirs.rate_hz, theirs.arm), missing("not part of this study", CLIPS)),
        )
        for theirs in config.classify.published
        if theirs.network == config.classify.network
    )
