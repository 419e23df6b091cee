"""Train one network to be put to use: test it by cross-validation, then train it on everything."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from lowsr_tradeoff.classify import protocol as classify
from lowsr_tradeoff.classify.final import final_steps, listener_of, packaged
from lowsr_tradeoff.classify.package import Package, write_package
from lowsr_tradeoff.config import StudyConfig
from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.execute import Progress, execute
from lowsr_tradeoff.store import Store, locked

INSPECTED = "inspected.json"


def train_model(
    config: StudyConfig,
    run: Path,
    to: Path,
    jobs: int,
    report: Callable[[Progress], None],
    data_licence: str | None = None,
) -> Package:
    """Return a trained network, written to a model folder.

    Args:
        config: A study of one rate, one grid and one arm.
        run: The run folder; steps that it holds, of a study too, are not run again.
        to: The model folder.
        jobs: Processes that work at once.
        report: Called whenever steps finish.
        data_licence: The corpus's, for the model card.

    Raises:
        ConfigError: The settings cannot be used.
        DataError: The corpus has problems.
        StageError: Steps failed; finished ones are kept.
    """
    listener, store = listener_of(config), Store(run)
    with locked(run):
        corpus = events_of(config, run / INSPECTED)
        classify.plan(config, corpus)  # says what settings do not fit the clips
        steps = final_steps(config, corpus, listener)
        execute(steps, store, partial(classify.run, corpus=corpus, store=store), jobs, report)
        package = packaged(config, corpus, listener, store, data_licence)
    write_package(to, package)
    return package


def events_of(config: StudyConfig, cache: Path | None) -> EventCorpus:
    """Return the events of a study, checked.

    Raises:
        DataError: The corpus has problems; the message lists all of them.
    """
    return load_events(
        config.events.source,
        config.events.n_folds,
        config.events.clip_s,
        config.seed,
        config.rates_hz,
        config.reference_rate_hz,
        skip_bad=config.skip_bad,
        cache=cache,
    )
