"""The arms of the paper on ESC-10 at 1 kHz: five folds, both layouts, with one process and with two.

    OMP_NUM_THREADS=1 python benchmarks/training.py [FOLDER]

Times the whole stage through the run's own executor: features, networks, diagnostics. The peer is the same work by
one process; the ratio says what a second process is worth here. Then the number of networks is doubled by a second
seed: the time should double as well.
"""

import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from lowsr_tradeoff.classify import stage
from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.records.network import Grid
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.machine import cpu_name
from lowsr_tradeoff.runner.schedule import execute
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.groups import ClassifySettings
from lowsr_tradeoff.settings.study import StudyConfig

RATE_HZ, REFERENCE_RATE_HZ = 1000, 16_000


def seconds(corpus: EventCorpus, grid: Grid, jobs: int, n_seeds: int = 1) -> float:
    """Return the wall time of one stage from nothing, in s."""
    config = StudyConfig(
        front_end=FrontEnd(), rates_hz=(RATE_HZ,), classify=ClassifySettings(grids=(grid,), n_seeds=n_seeds)
    )
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        start = time.perf_counter()
        run = partial(run_batch, {"events": corpus}, store)
        execute(stage.plan(config, corpus).steps, store, run, jobs, lambda _: None)
        return time.perf_counter() - start


def main(folder: str) -> None:
    """Print the times of both layouts, and what a second process and a second seed change."""
    corpus = load_events(folder, 5, None, 0, (RATE_HZ,), REFERENCE_RATE_HZ, skip_bad=False, cache=None)
    print(f"{cpu_name()}, {corpus.summary.n_clips} clips of {corpus.clip_s} s, {corpus.summary.n_folds} folds")
    for grid in ("shared", "native"):
        two, one = seconds(corpus, grid, 2), seconds(corpus, grid, 1)
        print(f"{grid}: {two:.1f} s with two processes, {one:.1f} s with one, ratio {one / two:.2f}")
    twice = seconds(corpus, "native", 1, n_seeds=2)
    print(f"native, two seeds, one process: {twice:.1f} s, {twice / one:.2f} times one seed")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "demo")
