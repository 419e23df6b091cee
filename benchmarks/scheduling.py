"""What the machinery costs beside the work: planning, resuming and scheduling.

    python benchmarks/scheduling.py [STEPS]

Targets: a study of 12 500 steps is planned and found finished in 3 s; a step that does nothing costs 3 ms. The
second size of everything shows whether cost is linear. Planning is in CPU time, so that other work on the machine
does not count; steps in wall time, on the disk and in memory, where a file is durable at once and only the
machinery is left.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from lowsr_tradeoff.runner.machine import cpu_name, n_cores
from lowsr_tradeoff.runner.schedule import Resources, missing_steps, run_missing
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.groups import Settings
from lowsr_tradeoff.settings.toml import load_config
from lowsr_tradeoff.study.plan import open_study, plan

RATES_HZ = [500, 700, 1000, 1400, 2000, 2800, 4000, 5600, 8000, 11000]
# Four arms on two grids at ten rates and the reference, in five folds.
STEPS_A_SEED = 355
# A file system without a disk, on Linux.
MEMORY = Path("/dev/shm")


class Place(Settings):
    """Which step of the empty study it is."""

    i: int


def planned(n_steps: int, folder: Path) -> tuple[int, float, float]:
    """Return how many steps a study has, and the CPU seconds to plan it and to find it finished."""
    seeds = max(1, n_steps // STEPS_A_SEED)
    config = load_config(None, {"rates_hz": RATES_HZ, "classify": {"n_seeds": seeds}})
    study, store = open_study(config, folder), Store(folder)
    start = time.process_time()
    steps = plan(study).steps
    planned_s = time.process_time() - start
    logits = np.zeros((80, 10), np.float32)
    for step in steps:
        store.write(step, {"cost": {}, "losses": [0.1] * 30}, {"test_logits": logits, "test_embeddings": logits})
    start = time.process_time()
    if missing_steps(steps, store):
        sys.exit("a finished study was not found finished")
    return len(steps), planned_s, time.process_time() - start


def write(store: Store, steps: Sequence[Step]) -> None:
    """Run steps that write a word."""
    for step in steps:
        store.write(step, {"i": "done"})


def step_ms(n_steps: int, folder: Path, jobs: int) -> tuple[float, float]:
    """Return milliseconds a step of an empty study, start of the processes apart, and of the writing alone.

    On a disk both are mostly its own time to make one file durable.
    """
    steps = [Step("empty", "runner.step:write", Place(i=i), f"step {i}", "events") for i in range(n_steps)]
    alone, store = Store(folder / f"alone-{jobs}-{n_steps}"), Store(folder / f"{jobs}-{n_steps}")
    start = time.perf_counter()
    for step in steps:
        write(alone, [step])
    writing_s = time.perf_counter() - start
    seen: list[float] = []
    resources = Resources(jobs, step_timeout_s=600)
    run_missing(steps, store, partial(write, store), resources, lambda _: seen.append(time.perf_counter()))
    late = seen[len(seen) // 10 :]
    return 1e3 * (late[-1] - late[0]) / (len(late) - 1), 1e3 * writing_s / n_steps


def print_steps(where: str, folder: Path) -> None:
    """Print what empty steps cost in a folder."""
    for jobs in (1, n_cores()):
        for n in (500, 2000):
            each_ms, writing_ms = step_ms(n, folder, jobs)
            costs = f"{each_ms:.2f} ms a step with --jobs {jobs}"
            print(f"{n} empty steps {where}: {costs}; writing results alone {writing_ms:.2f} ms", flush=True)


def main(n_wanted: int) -> None:
    """Measure everything and print it."""
    print(f"on {cpu_name()}, {n_cores()} cores", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for n_steps in (n_wanted // 4, n_wanted):
            n, plan_s, resume_s = planned(n_steps, folder / f"plan-{n_steps}")
            print(f"{n} steps: planned in {plan_s:.2f} s of CPU, found finished in {resume_s:.2f} s", flush=True)
        print_steps("on the disk", folder)
    if MEMORY.exists():
        with tempfile.TemporaryDirectory(dir=MEMORY) as name:
            print_steps("in memory", Path(name))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 12500)
