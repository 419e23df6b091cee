"""What is still recognised: steps, their work, and the records made of it.

Planning and results need no torch, so a finished run is read again in a moment.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.classify.arms import Listener, reference_of
from lowsr_tradeoff.classify.contrasts import contrasts
from lowsr_tradeoff.classify.diagnosis.stage import diagnoses, diagnosis_step
from lowsr_tradeoff.classify.plan import choosing_steps, train_steps
from lowsr_tradeoff.classify.scores import (
    Answers,
    accuracy,
    accuracy_draws,
    class_recall,
    confusion,
    fold_sd,
    macro_f1,
    seed_sd,
)
from lowsr_tradeoff.classify.sensitivity import optimism, published, sensitivity
from lowsr_tradeoff.corpora.clips import EventCorpus, class_numbers, clips_of, folds_of
from lowsr_tradeoff.learning.mel import front_of, lay_out
from lowsr_tradeoff.records.classify import ClassifyResult, Recognition
from lowsr_tradeoff.records.network import ModelCost
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store, of_finished
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import Resamples, resample


def results(config: StudyConfig, corpus: EventCorpus, store: Store) -> Recognition:
    """Return what every listener recognised, how the listeners differ, and why that might be.

    A listener whose training failed in this run is left out.

    Raises:
        StageError: A step has not run.
    """
    steps = train_steps(config, corpus)
    clips = clips_of(corpus, *folds_of(corpus))
    sources, folds = [clip.source for clip in clips], [clip.fold for clip in clips]
    draws = resample(sources, config.n_resamples, config.seed)
    truth = class_numbers(corpus, clips)
    answers = of_finished(lambda listener: Answers(_predicted(steps[listener], len(clips), store), truth), steps)
    found = tuple(
        _result(config, corpus, listener, said, draws, store.meta(steps[listener][0])["cost"])
        for listener, said in answers.items()
    )
    diagnosed, humps = diagnoses(config, corpus, steps, store)
    return Recognition(
        results=found,
        contrasts=contrasts(answers, reference_of(config), sources, folds, config.seed),
        sensitivity=sensitivity(config, corpus, store),
        optimism=optimism(config, corpus, store),
        published=published(config, found),
        diagnoses=diagnosed,
        humps=humps,
    )


def plan(config: StudyConfig, corpus: EventCorpus) -> tuple[Step, ...]:
    """Return the training steps of every listener, the reference last, those that choose, and the diagnostics.

    Raises:
        ConfigError: The clips are too short for a rate.
    """
    steps, chosen = train_steps(config, corpus), config.classify
    for listener in steps:
        lay_out(
            listener.rate_hz,
            listener.grid,
            corpus.clip_s,
            front_of(chosen.network),
            as_published=chosen.as_published,
        )
    chosen_by = [runs for listener in steps for runs in choosing_steps(config, corpus, listener).values()]
    trained = [*steps.values(), *chosen_by]
    return (*(step for runs in trained for step in runs), diagnosis_step(config, corpus, steps))


def _predicted(steps: Sequence[Step], n_clips: int, store: Store) -> NDArray[np.intp]:
    """Every repetition's answers, fold by fold. Shape ``(n_repetitions, n_clips)``."""
    answers = [store.arrays(step)["test_logits"].argmax(axis=1) for step in steps]
    return np.concatenate(answers).reshape(-1, n_clips)


def _result(
    config: StudyConfig,
    corpus: EventCorpus,
    listener: Listener,
    answers: Answers,
    draws: Resamples,
    cost: object,
) -> ClassifyResult:
    classes = corpus.summary.classes
    return ClassifyResult(
        rate_hz=listener.rate_hz,
        grid=listener.grid,
        arm=listener.arm,
        accuracy=accuracy(answers, draws),
        fold_sd=fold_sd(answers, [clip.fold for clip in clips_of(corpus, *folds_of(corpus))]),
        seed_sd=seed_sd(answers),
        macro_f1=macro_f1(answers, draws, len(classes)),
        class_recall=class_recall(answers, draws, classes),
        confusion=confusion(answers, len(classes)),
        n_clips=len(corpus.clips),
        n_sources=len({clip.source for clip in corpus.clips}),
        n_folds=len(folds_of(corpus)),
        n_seeds=config.classify.n_seeds,
        cost=ModelCost.model_validate(cost),
        accuracy_draws=accuracy_draws(answers, draws),
    )
