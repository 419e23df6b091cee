"""Run steps: here, or in local processes.

What is already in the store is not run again. Steps that name the same ``together`` run in one call. A step that
fails takes with it only the steps that need it; everything else finishes and is kept.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

from lowsr_tradeoff.errors import LowsrError, StageError
from lowsr_tradeoff.store import Step, Store

RunSteps = Callable[[Sequence[Step]], None]
Batch = tuple[Step, ...]
# What came of a batch: None, or why it failed.
Result = str | None


@dataclass(frozen=True)
class Progress:
    """What just finished, and how many of how many steps are done."""

    label: str
    n_done: int
    n_total: int


@dataclass
class Outcome:
    """How a run went."""

    n_run: int = 0
    n_reused: int = 0
    failures: dict[Step, str] = field(default_factory=dict)


def execute(
    wanted: Iterable[Step], store: Store, run: RunSteps, jobs: int, report: Callable[[Progress], None]
) -> Outcome:
    """Run the wanted steps, and whatever they need, that the store does not hold.

    Args:
        wanted: Steps whose artefacts are read afterwards.
        store: Where artefacts lie.
        run: Runs one batch of steps and writes their artefacts; must be picklable when ``jobs`` > 1.
        jobs: Processes; 1 runs everything in this one.
        report: Called after every batch.

    Raises:
        StageError: One or more steps failed; the message names each, and finished steps stay.
    """
    goals = list(dict.fromkeys(wanted))
    todo = missing_steps(goals, store)
    outcome = Outcome(n_reused=len(goals) - len(set(goals) & set(todo)))
    start = _in_processes if jobs > 1 and len(todo) > 1 else _in_this_process
    for batch, failure in start(make_batches(todo), run, jobs):
        if failure is None:
            outcome.n_run += len(batch)
        else:
            outcome.failures.update(dict.fromkeys(batch, failure))
        report(Progress(batch[-1].label, outcome.n_run + len(outcome.failures), len(todo)))
    if outcome.failures:
        raise StageError(_describe(outcome, store))
    return outcome


def missing_steps(wanted: Iterable[Step], store: Store) -> list[Step]:
    """Return the steps to run, needed ones first.

    A needed step that the store lacks is run only when something that needs it is.
    """
    held: set[Step] = set()
    order: dict[Step, None] = {}

    def visit(step: Step) -> None:
        if step in order or step in held:
            return
        if store.holds(step):
            held.add(step)
            return
        for need in step.needs:
            visit(need)
        order[step] = None

    for step in wanted:
        visit(step)
    return list(order)


def make_batches(steps: Sequence[Step]) -> list[Batch]:
    """Return the steps in batches, those with the same ``together`` in one, in order of first appearance."""
    batches: dict[object, list[Step]] = {}
    for step in steps:
        batches.setdefault(step.together or step, []).append(step)
    return [tuple(batch) for batch in batches.values()]


def _in_this_process(batches: Sequence[Batch], run: RunSteps, _jobs: int) -> Iterator[tuple[Batch, Result]]:
    failed: set[Step] = set()
    for batch in _graph(batches).static_order():
        failure = _blocked(batch, failed) or attempt(run, batch)
        if failure is not None:
            failed.update(batch)
        yield batch, failure


def _in_processes(batches: Sequence[Batch], run: RunSteps, jobs: int) -> Iterator[tuple[Batch, Result]]:
    graph, failed = _graph(batches), set[Step]()
    graph.prepare()
    running: dict[Future[Result], Batch] = {}
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, spawn, initializer=_start_worker, initargs=(run,))
    try:
        while graph.is_active():
            for batch in graph.get_ready():
                running[_submit(pool, batch, _blocked(batch, failed))] = batch
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                batch = running.pop(future)
                failure = _result(future)
                if failure is not None:
                    failed.update(batch)
                graph.done(batch)
                yield batch, failure
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in multiprocessing.active_children():
            worker.terminate()


def _graph(batches: Sequence[Batch]) -> TopologicalSorter[Batch]:
    owner = {step: batch for batch in batches for step in batch}
    return TopologicalSorter(
        {batch: [owner[need] for step in batch for need in step.needs if need in owner] for batch in batches}
    )


def _blocked(batch: Batch, failed: set[Step]) -> Result:
    for step in batch:
        for need in step.needs:
            if need in failed:
                return f"needs {need.label}, which failed"
    return None


def _submit(pool: ProcessPoolExecutor, batch: Batch, blocked: Result) -> Future[Result]:
    try:
        return pool.submit(_work, batch) if blocked is None else _answered(blocked)
    except BrokenProcessPool:
        return _answered("an earlier step ended its process; out of memory? Try --jobs 1")


def _answered(failure: str) -> Future[Result]:
    future: Future[Result] = Future()
    future.set_result(failure)
    return future


def _result(future: Future[Result]) -> Result:
    try:
        return future.result()
    except BrokenProcessPool:
        return "its process ended; out of memory? Try --jobs 1"


_run_in_worker: RunSteps | None = None


def _start_worker(run: RunSteps) -> None:
    """Ctrl-C is for the parent, which then ends the workers; if it is killed outright, they end themselves."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    global _run_in_worker  # noqa: PLW0603 - sent once per process instead of once per step
    _run_in_worker = run


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(batch: Batch) -> Result:
    if _run_in_worker is None:
        raise StageError("the worker process was not started by execute")
    return attempt(_run_in_worker, batch)


def attempt(run: RunSteps, batch: Batch) -> Result:
    """Run one batch and return why it failed, or ``None``."""
    try:
        run(batch)
    except LowsrError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - one broken step must not lose the others
        return f"{type(error).__name__}: {error}"
    return None


def _describe(outcome: Outcome, store: Store) -> str:
    lines = [f"  {step.label}: {why}" for step, why in outcome.failures.items()]
    kept = f"{outcome.n_run} steps finished and are kept in {store.root}"
    return "\n".join([f"{len(lines)} steps failed; {kept}; mend the cause and run again:", *lines])
