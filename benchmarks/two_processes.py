"""What a second process is worth here: for a whole training stage, for training alone, and for what it is made of.

    python benchmarks/two_processes.py [FOLDER] [PASSES]

Each work runs in one process, then in two at once, in turn, in workers started as the command starts its own. Told
is 2 x the time of one over that of two (2.00 is a whole core more), and by how much processor time grows for the
same work: what is shared beyond the cores. A pass that other work or the host disturbs (over 5 % of the cores) does
not count while one is left that nobody did; processor time of all passes is told beside it. Products stay in a
core's cache, copies do not, fresh pages are asked of the kernel.

With FOLDER a stage goes before, the arms of the paper at 1 kHz in one process. From the processor time of its calls
it is worked out what two processes would take that share nothing: the rest is lost to starting them and to
calls that wait for others. Other work on the machine does not count there.
"""

import heapq
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

import numpy as np
import torch
from torch.nn.functional import one_hot

from lowsr_tradeoff.classify import stage
from lowsr_tradeoff.classify.arms import recipe_of
from lowsr_tradeoff.classify.train_step import keep_freed_memory
from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.corpora.events import load_events
from lowsr_tradeoff.learning.mel import lay_out
from lowsr_tradeoff.learning.train import fit, seeded_network
from lowsr_tradeoff.learning.training_data import TrainingData
from lowsr_tradeoff.records.network import Condition, Grid
from lowsr_tradeoff.runner.executor import Call, Executor, Finished, run_batch
from lowsr_tradeoff.runner.machine import cpu_name, n_own_cores
from lowsr_tradeoff.runner.processes import ENVIRONMENT
from lowsr_tradeoff.runner.schedule import _schedule, execute, missing_steps
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.classify import ClassifySettings
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig

RATE_HZ, REFERENCE_RATE_HZ, CLIP_S, N_CLIPS, N_CLASSES = 1000, 16_000, 5.0, 320, 10
MOST_DISTURBED = 0.05
SIDE, COPIED_BYTES = 256, 64_000_000


@dataclass(frozen=True)
class Use:
    """What one process used for one work: times in s, page faults, and how often it lost its core."""

    wall_s: float
    processor_s: float
    system_s: float
    faults: int
    switches: int


@dataclass(frozen=True)
class Pass:
    """One work by one or two processes at once; ``disturbed`` is the share of the cores that others took."""

    wall_s: float
    uses: tuple[Use, ...]
    disturbed: float

    @property
    def processor_s(self) -> float:
        """The processor time of one process, on average."""
        return sum(use.processor_s for use in self.uses) / len(self.uses)


def multiply() -> None:
    """Multiply matrices that stay in the cache of a core."""
    left, right, product = torch.ones(SIDE, SIDE), torch.ones(SIDE, SIDE), torch.empty(SIDE, SIDE)
    for _ in range(600):
        torch.mm(left, right, out=product)


def copy() -> None:
    """Copy what is larger than any cache."""
    source, target = np.ones(COPIED_BYTES, np.uint8), np.ones(COPIED_BYTES, np.uint8)
    for _ in range(20):
        np.copyto(target, source)


def touch() -> None:
    """Ask for pages of 4 kB and 2 MB alike, as the system gives them, and write one byte to every 4 kB."""
    for _ in range(20):
        torch.empty(COPIED_BYTES, dtype=torch.uint8)[::4096] = 1


def train(grid: Grid) -> None:
    """Train a SmallVGG on noise for some epochs: what it learns changes no time."""
    keep_freed_memory()
    condition = Condition(RATE_HZ, grid, "finetuned")
    config = StudyConfig(front_end=FrontEnd(), rates_hz=(RATE_HZ,), classify=ClassifySettings(grids=(grid,)))
    recipe = recipe_of(config, condition, is_tested=True)
    if recipe is None:
        raise ValueError("fine-tuning has a recipe")
    rng = np.random.default_rng(0)
    images = rng.standard_normal((N_CLIPS, 1, *lay_out(RATE_HZ, grid, CLIP_S).image), np.float32)
    labels = one_hot(torch.arange(N_CLIPS) % N_CLASSES, N_CLASSES).float()
    epochs = {"shared": 1, "native": 3}[grid]
    data = TrainingData((torch.from_numpy(images),), labels)
    fit(seeded_network("small_vgg", N_CLASSES, (0,)), data, recipe.model_copy(update={"epochs": epochs}), rng)


WORKS: Mapping[str, Callable[[], None]] = {
    "products in cache": multiply,
    "copies": copy,
    "fresh pages": touch,
    "training, native": partial(train, "native"),
    "training, shared": partial(train, "shared"),
}


def used(work: str) -> Use:
    """Run a work in this process and return what it used."""
    torch.set_num_threads(1)
    before, start = getrusage(RUSAGE_SELF), time.perf_counter()
    WORKS[work]()
    after, wall_s = getrusage(RUSAGE_SELF), time.perf_counter() - start
    system_s = after.ru_stime - before.ru_stime
    return Use(
        wall_s,
        after.ru_utime - before.ru_utime + system_s,
        system_s,
        after.ru_minflt - before.ru_minflt,
        after.ru_nivcsw - before.ru_nivcsw,
    )


def taken_s() -> float:
    """Return how long all cores have worked or were kept from it by the host, in s (Linux)."""
    user, nice, system, _, _, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def timed(pools: Sequence[ProcessPoolExecutor], work: str) -> Pass:
    """Run a work in every pool at once."""
    before, start = taken_s(), time.perf_counter()
    uses = tuple(call.result() for call in [pool.submit(used, work) for pool in pools])
    wall_s = time.perf_counter() - start
    others_s = taken_s() - before - sum(use.processor_s for use in uses)
    return Pass(wall_s, uses, max(0.0, others_s) / (n_own_cores() * wall_s))


@contextmanager
def workers(n: int) -> Iterator[list[ProcessPoolExecutor]]:
    """Yield pools of one process each, with the environment of the command's own workers."""
    os.environ |= ENVIRONMENT
    pools = [ProcessPoolExecutor(1, get_context("spawn")) for _ in range(n)]
    try:
        yield pools
    finally:
        for pool in pools:
            pool.shutdown()


def quiet(passes: Sequence[Pass]) -> list[Pass]:
    """Return the passes that nobody disturbed, or the least disturbed one."""
    return [each for each in passes if each.disturbed <= MOST_DISTURBED] or [min(passes, key=_disturbed)]


def tell(work: str, ones: Sequence[Pass], twos: Sequence[Pass]) -> str:
    """Return a line on one work."""
    alone, pair = (min(quiet(passes), key=lambda each: each.wall_s) for passes in (ones, twos))
    grown = np.median([each.processor_s for each in twos]) / np.median([each.processor_s for each in ones])
    use = pair.uses[0]
    times = f"{alone.wall_s:.2f} s, {pair.wall_s:.2f} s"
    others = f"others took {100 * alone.disturbed:.0f} and {100 * pair.disturbed:.0f} %"
    own = f"x {pair.processor_s / alone.processor_s:.2f}, of all passes x {grown:.2f}"
    kernel = f"{use.faults} faults, {100 * use.system_s / use.processor_s:.0f} % in the kernel"
    return (
        f"{work}: {2 * alone.wall_s / pair.wall_s:.2f} x one ({times}; {others}); "
        f"processor time {own}; {kernel}, {use.switches} switches"
    )


def _disturbed(one: Pass) -> float:
    return one.disturbed


def stage_costs(corpus: EventCorpus, grid: Grid) -> tuple[list[Step], dict[Call, float]]:
    """Run the arms of the paper from nothing; return all steps, and the processor time of every call in s."""
    config = StudyConfig(front_end=FrontEnd(), rates_hz=(RATE_HZ,), classify=ClassifySettings(grids=(grid,)))
    costs: dict[Call, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        steps = missing_steps(stage.plan(config, corpus).steps, store)
        places = {step: i for i, step in enumerate(steps)}

        def run(batch: Sequence[Step]) -> None:
            start = time.process_time()
            run_batch({"events": corpus}, store, batch)
            costs[tuple(places[step] for step in batch)] = time.process_time() - start

        execute(steps, store, run, 1, lambda _: None)
    return steps, costs


def scheduled_s(steps: Sequence[Step], costs: Mapping[Call, float], jobs: int, start_s: float) -> float:
    """Return how long processes take that share nothing, each of which needs some time to start."""
    running: list[tuple[float, Call]] = []
    n_started, now_s = 0, 0.0

    def start(call: Call) -> None:
        nonlocal n_started
        heapq.heappush(running, (now_s + costs[call] + start_s * (n_started < jobs), call))
        n_started += 1

    def wait() -> list[Finished]:
        nonlocal now_s
        now_s, call = heapq.heappop(running)
        return [Finished(call, None)]

    with tempfile.TemporaryDirectory() as folder:
        deque(_schedule(steps, Store(Path(folder)), Executor(lambda _: jobs - len(running), start, wait)), maxlen=0)
    return now_s


def starting_s() -> float:
    """Return the processor time in s in which a worker loads what training takes."""
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", "import lowsr_tradeoff.classify.train_step"], check=True)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def print_stage(folder: str, grids: Sequence[Grid] = ("native", "shared")) -> None:
    """Print what a second process is worth for a whole stage if they share nothing, and its longest calls."""
    corpus = load_events(folder, 5, None, 0, (RATE_HZ,), REFERENCE_RATE_HZ, skip_bad=False, cache=None)
    for grid in grids:
        steps, costs = stage_costs(corpus, grid)
        start_s, total_s = starting_s(), sum(costs.values())
        whole_s, without_s = (scheduled_s(steps, costs, 2, each_s) for each_s in (start_s, 0.0))
        kinds: dict[str, float] = defaultdict(float)
        for call, cost_s in costs.items():
            kinds[steps[call[0]].stage] += cost_s
        parts = ", ".join(f"{kind} {cost_s:.1f}" for kind, cost_s in kinds.items())
        print(
            f"stage, {grid}: one process {total_s:.1f} s ({parts}); "
            f"two that share nothing {whole_s:.1f} s, {total_s / whole_s:.2f} x one that is loaded; each loads for "
            f"{start_s:.1f} s, without that {total_s / without_s:.2f} x",
            flush=True,
        )


def main(folder: str | None, n_passes: int) -> None:
    """Print a line for every work, and for the stage."""
    print(f"{cpu_name()}, {n_own_cores()} cores, best of {n_passes}", flush=True)
    if folder:
        print_stage(folder)
    with workers(2) as pools:
        for work in WORKS:
            timed(pools, work)  # what is loaded once
            ones, twos = [], []
            for _ in range(n_passes):
                ones.append(timed(pools[:1], work))
                twos.append(timed(pools, work))
            print(tell(work, ones, twos), flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None, int(sys.argv[2]) if len(sys.argv) > 2 else 12)
