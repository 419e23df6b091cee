"""Accuracy over processor time: a network of three budgets against the control, on all folds of a corpus.

    OMP_NUM_THREADS=1 python benchmarks/accuracy_over_time.py FOLDER [RATE_HZ] [SHARED|NATIVE] [EPOCHS,…] [SEED]

Everything else is as by default, and the network learns from labels alone. Times are of training and answering all
folds of one repetition, without features, in one process. Nothing is chosen here: give epochs beforehand.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from lowsr_tradeoff.classify import stage
from lowsr_tradeoff.classify.scores import Answers, accuracy, answers_of
from lowsr_tradeoff.corpora.clips import EventCorpus, clips_of, folds_of
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.classify import CLIPS
from lowsr_tradeoff.records.network import Condition, Grid
from lowsr_tradeoff.reports.wording import percent, points
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.machine import cpu_name
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.classify import ClassifySettings
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import clustered_difference, resample, sums_by

REFERENCE_RATE_HZ = 16_000


def main(folder: str, rate_hz: int, grid: Grid, budgets: Sequence[int], seed: int) -> None:
    """Print the control, then the network of every budget and its paired difference from the control."""
    corpus = load_events(folder, 5, None, seed, (rate_hz,), REFERENCE_RATE_HZ, skip_bad=False, cache=None)
    print(f"{cpu_name()}, {corpus.summary.n_clips} clips of {corpus.clip_s} s, {rate_hz} Hz, {grid}, seed {seed}")
    with tempfile.TemporaryDirectory() as run:
        store = Store(Path(run))
        control, took = _answered(corpus, store, Condition(rate_hz, "native", "classical"), 1, seed)
        _print("control", control, took, corpus, seed)
        for epochs in budgets:
            network, took = _answered(corpus, store, Condition(rate_hz, grid, "finetuned"), epochs, seed)
            _print(f"{epochs} epochs", network, took, corpus, seed)
            print(f"    less the control {points(_difference(network, control, corpus))}")


def _answered(
    corpus: EventCorpus, store: Store, condition: Condition, epochs: int, seed: int
) -> tuple[Answers, float]:
    """The answers of one condition, and the processor time in s of what answers."""
    chosen = ClassifySettings(grids=(condition.grid,), arms=("finetuned", "classical"), epochs=epochs)
    config = StudyConfig(front_end=FrontEnd(), rates_hz=(condition.rate_hz,), classify=chosen, seed=seed)
    steps = stage.plan(config, corpus).tested[condition]
    run = partial(run_batch, {"events": corpus}, store)

    def ran(wanted: Sequence[Step]) -> float:
        start = time.process_time()
        execute(wanted, store, run, 1, lambda _: None)
        return time.process_time() - start

    ran([need for step in steps for need in step.needs])
    took = ran(steps)
    return answers_of(steps, corpus, store), took


def _print(name: str, answers: Answers, took: float, corpus: EventCorpus, seed: int) -> None:
    draws = resample(_sources(corpus), 2000, seed)
    print(f"{name}: {percent(accuracy(answers, draws))}, {took:.1f} s of processor time")


def _difference(first: Answers, second: Answers, corpus: EventCorpus) -> Measurement:
    """The paired difference in accuracy, by source recording."""
    numbers = np.unique(_sources(corpus), return_inverse=True)[1]
    sums = sums_by(numbers, first.share_correct() - second.share_correct())
    return clustered_difference(sums, np.bincount(numbers).astype(float), CLIPS, 0.0)


def _sources(corpus: EventCorpus) -> list[str]:
    return [clip.source for clip in clips_of(corpus, *folds_of(corpus))]


def _whole(words: str) -> list[int]:
    return [int(word) for word in words.split(",")]


if __name__ == "__main__":
    given = [*sys.argv[1:], *("demo", "1000", "native", "20,60,120", "0")[len(sys.argv) - 1 :]]
    main(given[0], int(given[1]), "native" if given[2] == "native" else "shared", _whole(given[3]), int(given[4]))
