"""Train one network to be put to use: test it by cross-validation, then train it on everything."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from lowsr_tradeoff.classify import stage as classify
from lowsr_tradeoff.corpora.events import events_of
from lowsr_tradeoff.deploy.model.final import final_steps, listener_of, packaged
from lowsr_tradeoff.deploy.model.int8_step import int8_steps, loss_in_int8
from lowsr_tradeoff.deploy.model.onnx_export import require_onnx
from lowsr_tradeoff.deploy.model.package import Package, write_package
from lowsr_tradeoff.runner.crew import run_batch
from lowsr_tradeoff.runner.lock import locked
from lowsr_tradeoff.runner.schedule import Progress, execute
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig

INSPECTED = "inspected.json"


def train_model(
    config: StudyConfig,
    run: Path,
    to: Path,
    jobs: int,
    report: Callable[[Progress], None],
    *,
    data_licence: str | None = None,
    is_int8_counted: bool = False,
) -> Package:
    """Return a trained network, written to a model folder.

    Args:
        config: A study of one rate, one grid and one arm.
        run: The run folder; steps that it holds, of a study too, are not run again.
        to: The model folder.
        jobs: Processes that work at once.
        report: Called whenever steps finish.
        data_licence: The corpus's, for the model card.
        is_int8_counted: Whether to count on the test folds what int8 costs; trains every tested network twice.

    Raises:
        ConfigError: The settings cannot be used.
        DataError: The corpus has problems.
        MissingResourceError: There is no GPU, or an extra is missing.
        StageError: Steps failed; finished ones are kept.
    """
    if is_int8_counted:
        require_onnx()
    listener, store = listener_of(config), Store(run)
    with locked(run):
        corpus = events_of(config, run / INSPECTED)
        classify.plan(config, corpus)  # says what settings do not fit the clips
        steps = final_steps(config, corpus, listener)
        in_int8 = int8_steps(steps[:-1]) if is_int8_counted else ()
        execute((*steps, *in_int8), store, partial(run_batch, {"events": corpus}, store), jobs, report)
        int8 = loss_in_int8(in_int8, corpus, store, config.seed) if in_int8 else None
        package = packaged(config, corpus, listener, store, data_licence, int8)
    write_package(to, package)
    return package
