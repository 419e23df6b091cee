"""The network that is put to use: trained on all clips, with what networks trained alike recognised in tests."""

from importlib.metadata import version

import numpy as np

from lowsr_tradeoff.classify.arms import UNTRAINED, Listener
from lowsr_tradeoff.classify.plan import final_step, train_steps
from lowsr_tradeoff.classify.scores import Answers, accuracy, class_recall, macro_f1
from lowsr_tradeoff.corpora.clips import EventCorpus, clips_of, folds_of
from lowsr_tradeoff.deploy.model.model_settings import CrossValidated, Int8Loss, ModelSettings
from lowsr_tradeoff.deploy.model.package import Package
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.records.network import ModelCost
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import resample

# How an artefact names the weights of its network.
PREFIX = "model."


def listener_of(config: StudyConfig) -> Listener:
    """Return the one listener of a study of one rate, one grid and one arm.

    Raises:
        ConfigError: The arm trains nothing, or does not exist at that rate on that grid.
    """
    (rate_hz,), (grid,), (arm,) = config.rates_hz, config.classify.grids, config.classify.arms
    reference_hz = config.reference_rate_hz
    if arm in UNTRAINED:
        raise ConfigError(f"--arm {arm}: trains no network; take another, or --rate {reference_hz} --arm finetuned")
    if rate_hz == reference_hz and (grid, arm) != ("shared", "finetuned"):
        raise ConfigError(f"--rate {rate_hz}: the reference rate has --arm finetuned --grid shared alone")
    return Listener(rate_hz, grid, arm)


def final_steps(config: StudyConfig, corpus: EventCorpus, listener: Listener) -> tuple[Step, ...]:
    """Return the steps that test a listener by cross-validation, and the one that trains it on all clips, last.

    Raises:
        ConfigError: There is no such listener.
    """
    runs = train_steps(config, corpus)
    if listener not in runs:
        raise ConfigError(f"--arm {listener.arm}: there is none at {listener.rate_hz} Hz on --grid {listener.grid}")
    return (*runs[listener], final_step(config, corpus, listener))


def packaged(
    config: StudyConfig,
    corpus: EventCorpus,
    listener: Listener,
    store: Store,
    data_licence: str | None,
    int8: Int8Loss | None = None,
) -> Package:
    """Return the finished network as it is passed on.

    Args:
        config: The study of this listener alone.
        corpus: What it was trained on.
        listener: Which network.
        store: Holds the steps of :func:`final_steps`.
        data_licence: The corpus's, where it is known.
        int8: What int8 costs, where it was counted.

    Raises:
        StageError: A step has not run.
    """
    *tests, final = final_steps(config, corpus, listener)
    arrays = store.arrays(final)
    mean, std = arrays["scale"].tolist()
    settings = ModelSettings(
        network=config.classify.network,
        as_published=config.classify.as_published,
        classes=corpus.summary.classes,
        rate_hz=listener.rate_hz,
        grid=listener.grid,
        clip_s=corpus.clip_s,
        front_end=config.front_end,
        scale_mean=mean,
        scale_std=std,
        arm=listener.arm,
        seed=config.seed,
        corpus=corpus.summary,
        data_licence=data_licence,
        tested=_tested(config, corpus, tests, store, int8),
        cost=ModelCost.model_validate(store.meta(final)["cost"]),
        made_by=version("lowsr-tradeoff"),
    )
    weights = {name.removeprefix(PREFIX): arrays[name] for name in arrays if name.startswith(PREFIX)}
    return Package(settings, weights)


def _tested(
    config: StudyConfig, corpus: EventCorpus, steps: list[Step], store: Store, int8: Int8Loss | None
) -> CrossValidated:
    clips, classes = clips_of(corpus, *folds_of(corpus)), corpus.summary.classes
    said = np.concatenate([store.arrays(step)["test_logits"].argmax(axis=1) for step in steps])
    answers = Answers(said.reshape(-1, len(clips)), np.array([classes.index(clip.label) for clip in clips]))
    draws = resample([clip.source for clip in clips], config.n_resamples, config.seed)
    return CrossValidated(
        accuracy=accuracy(answers, draws),
        macro_f1=macro_f1(answers, draws, len(classes)),
        class_recall=class_recall(answers, draws, classes),
        n_sources=len({clip.source for clip in clips}),
        n_folds=len(folds_of(corpus)),
        n_seeds=config.classify.n_seeds,
        protocol=config.classify.protocol,
        int8=int8,
    )
