"""Effects of training choices on accuracy: alpha and T, the epoch that is kept, published settings."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from lowsr_tradeoff.classify.inner_folds import validated, validation_fold
from lowsr_tradeoff.classify.plan import ClassifyPlan, Training
from lowsr_tradeoff.classify.scores import answers_of
from lowsr_tradeoff.corpora.clips import clips_of, folds_of
from lowsr_tradeoff.learning.recipe import Cell
from lowsr_tradeoff.records.base import missing
from lowsr_tradeoff.records.classify import CLIPS, ClassifyResult, Optimism, Published, Sensitivity
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.runner.store import Store, of_finished
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics import Floats
from lowsr_tradeoff.statistics.intervals import mean_measurement, paired_difference, pooled_ratio, resample_weights


def sensitivity(plan: ClassifyPlan, store: Store) -> tuple[Sensitivity, ...]:
    """Return the accuracy of every pair of alpha and T; empty if only one pair was given."""
    found = of_finished(lambda condition: _of_condition(plan, condition, store), plan.chosen_by)
    return tuple(one for of_condition in found.values() for one in of_condition)


def _of_condition(plan: ClassifyPlan, condition: Condition, store: Store) -> list[Sensitivity]:
    pairs = plan.chosen_by[condition]
    chosen = Counter(str(store.meta(step)["cell"]) for step in plan.trained[condition]) if pairs else {}
    return [
        _sensitivity(plan, condition, cell, steps, chosen[str(cell.model_dump())], store)
        for cell, steps in pairs.items()
    ]


def _sensitivity(
    plan: ClassifyPlan, condition: Condition, cell: Cell, steps: Sequence[Training], n_chosen: int, store: Store
) -> Sensitivity:
    corpus, config = plan.corpus, plan.config
    right = np.concatenate([validated(step.settings, corpus, store.arrays(step)) for step in steps])
    folds = [validation_fold(step.settings.held_out, folds_of(corpus)) for step in steps]
    sources = [clip.source for clip in clips_of(corpus, *folds)]
    weights = resample_weights(sources, config.n_resamples, config.seed)
    return Sensitivity(
        rate_hz=condition.rate_hz,
        grid=condition.grid,
        arm=condition.arm,
        alpha=cell.alpha,
        temperature=cell.temperature,
        accuracy=pooled_ratio(right, np.ones(len(right)), weights, CLIPS, is_share=True),
        n_chosen=n_chosen,
    )


def optimism(plan: ClassifyPlan, store: Store) -> tuple[Optimism, ...]:
    """Return how much keeping the best epoch raises the accuracy; empty if the last epoch is kept."""
    config, corpus = plan.config, plan.corpus
    if config.classify.protocol != "paper":
        return ()
    sources = [clip.source for clip in clips_of(corpus, *folds_of(corpus))]
    weights = resample_weights(sources, config.n_resamples, config.seed)

    def of(condition: Condition) -> Optimism | None:
        runs = plan.trained[condition]
        best = answers_of(runs, corpus, store).share_correct()
        if "last_test_logits" not in store.arrays(runs[0]):
            return None
        last = answers_of(runs, corpus, store, "last_test_logits").share_correct()
        return _optimism(condition, best, last, weights)

    return tuple(filter(None, of_finished(of, plan.trained).values()))


def _optimism(condition: Condition, best: Floats, last: Floats, weights: Floats) -> Optimism:
    return Optimism(
        rate_hz=condition.rate_hz,
        grid=condition.grid,
        arm=condition.arm,
        best_epoch=mean_measurement(best, weights, CLIPS, "1"),
        last_epoch=mean_measurement(last, weights, CLIPS, "1"),
        difference=paired_difference(best, last, weights, CLIPS),
    )


def published(config: StudyConfig, results: Sequence[ClassifyResult]) -> tuple[Published, ...]:
    """Return the published accuracies named in the settings for this network, beside those measured."""
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
