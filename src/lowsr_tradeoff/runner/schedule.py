"""Run steps that the store lacks: here, in local processes or on a cluster.

Steps that name the same ``together`` run in one call; if it fails, each is tried alone. A step whose process was
lost is tried again, the last time alone, since memory may have been short. A step that fails for good prevents only
the steps that need it. Of steps that can begin, the one that comes first among those to run begins first.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from heapq import heappop, heappush

from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.runner.cluster.executor import on_cluster
from lowsr_tradeoff.runner.executor import (
    Call,
    Executor,
    Finished,
    RunSteps,
    in_this_process,
    is_on_gpu,
    require_gpu,
)
from lowsr_tradeoff.runner.processes import in_processes
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

Batch = tuple[Step, ...]
# A step that finished or failed, the reason of the failure, and the seconds that it took, if it ran.
Done = tuple[Step, str | None, float | None]


@dataclass(frozen=True)
class Began:
    """Calls that run, after some of them began."""

    calls: tuple[Call, ...]


# How often a step is started whose process is lost each time.
TRIES = 3


@dataclass(frozen=True)
class Progress:
    """What just finished or began, and what is left.

    Attributes:
        label: The step that finished; empty where steps began.
        n_done: Steps that are done, failed ones among them.
        took_s: How long it took, its share of the call that it ran in; ``None`` where it did not run.
        n_left: Steps left of every stage that has some.
        jobs: How many run at once.
        running: What runs now, the longest first: the first step of each call.
    """

    label: str
    n_done: int
    n_total: int
    stage: str = ""
    took_s: float | None = None
    n_left: Mapping[str, int] = field(default_factory=dict)
    jobs: int = 1
    running: tuple[str, ...] = ()


@dataclass
class Outcome:
    """How a run went.

    Attributes:
        n_run: Steps that were run and finished.
        n_reused: Steps that the store held.
        failures: Why the others have no result.
        damaged: Steps run again because their results were damaged or of another version.
    """

    n_run: int = 0
    n_reused: int = 0
    failures: dict[Step, str] = field(default_factory=dict)
    damaged: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Resources:
    """What steps are run with; changes no figure.

    Attributes:
        jobs: Processes; 1 without a limit of time runs everything in this one.
        step_timeout_s: Time for one step.
        cluster: Address of a Ray cluster for all steps; see :func:`cluster.executor.on_cluster`.
        gpu_share: Share of a GPU that a step takes which computes on one.
    """

    jobs: int = 1
    step_timeout_s: float | None = None
    cluster: str | None = None
    gpu_share: float = 1.0


def execute(
    wanted: Iterable[Step], store: Store, run: RunSteps, jobs: int, report: Callable[[Progress], None]
) -> Outcome:
    """Run what the store lacks of the wanted steps and their needs, as :func:`run_missing` does.

    Raises:
        StageError: One or more steps failed; the message names each, and finished steps stay.
    """
    outcome = run_missing(wanted, store, run, Resources(jobs), report)
    if outcome.failures:
        raise StageError(describe(outcome, store))
    return outcome


def run_missing(
    wanted: Iterable[Step], store: Store, run: RunSteps, resources: Resources, report: Callable[[Progress], None]
) -> Outcome:
    """Run what the store lacks of the wanted steps and their needs, and return how it went.

    ``run`` must be picklable unless it runs here. ``report`` is called whenever steps begin, and when one finishes.

    Raises:
        MissingResourceError: Steps are to compute on a GPU, and there is none; nothing has run.
        StageError: The folder cannot be written.
    """
    goals = list(dict.fromkeys(wanted))
    todo = missing_steps(goals, store)
    outcome = Outcome(
        n_reused=len(goals) - len(set(goals) & set(todo)),
        damaged=tuple(step for step in todo if store.is_damaged(step)),
    )
    if not todo:
        return outcome
    left = Counter(step.stage for step in todo)
    with _executor(resources, run, todo, store) as executor:
        jobs = executor.n_free(False)  # noqa: FBT003 - see Executor
        for event in _schedule(todo, store, executor):
            n_done = outcome.n_run + len(outcome.failures)
            if isinstance(event, Began):
                running = tuple(todo[call[0]].label for call in event.calls)
                report(Progress("", n_done, len(todo), n_left=dict(+left), jobs=jobs, running=running))
                continue
            step, failure, took_s = event
            if failure is None:
                outcome.n_run += 1
            else:
                outcome.failures[step] = failure
                store.require_space()
            left[step.stage] -= 1
            report(Progress(step.label, n_done + 1, len(todo), step.stage, took_s, dict(+left), jobs))
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


def describe(outcome: Outcome, store: Store) -> str:
    """Return what failed and why, one line a step."""
    lines = [f"  {step.label}: {why}" for step, why in outcome.failures.items()]
    kept = f"{outcome.n_run} steps finished and are kept in {store.root}"
    return "\n".join([f"{len(lines)} steps failed; {kept}; mend the cause and run again:", *lines])


def _executor(
    resources: Resources, run: RunSteps, steps: Sequence[Step], store: Store
) -> AbstractContextManager[Executor]:
    timeout_s, jobs = resources.step_timeout_s, min(resources.jobs, len(steps))
    if resources.cluster is not None:
        return on_cluster(run, steps, store, resources.cluster, timeout_s, resources.gpu_share)
    require_gpu(steps)
    if timeout_s is None and jobs == 1:
        return in_this_process(run, steps)
    return in_processes(run, steps, jobs, timeout_s, resources.gpu_share)


@dataclass
class _Queue:
    """Calls that wait, on a GPU or not, or until nothing else runs; those that run, since when; how often tried.

    Those that wait are heaps: a call is the places of its steps, and the first place begins first.
    """

    waiting: dict[bool, list[Call]] = field(default_factory=lambda: {True: [], False: []})
    to_run_alone: list[Call] = field(default_factory=list)
    started_s: dict[Call, float] = field(default_factory=dict)
    n_tries: Counter[Call] = field(default_factory=Counter)


def _schedule(steps: Sequence[Step], store: Store, executor: Executor) -> Iterator[Done | Began]:
    """Yield every step once it has finished or failed, and what runs whenever calls begin."""
    batch_of = {step: batch for batch in make_batches(steps) for step in batch}
    n_left = {batch: len(batch) for batch in batch_of.values()}
    needs = {
        batch: [batch_of[need] for step in batch for need in step.needs if need in batch_of] for batch in n_left
    }
    graph, queue, failed = TopologicalSorter(needs), _Queue(), set[Step]()
    places = {step: i for i, step in enumerate(steps)}
    graph.prepare()
    while graph.is_active():
        done: list[Done] = []
        for batch in graph.get_ready():
            lost_need = {step: next((need for need in step.needs if need in failed), None) for step in batch}
            done += [(step, f"needs {need.label}, which failed", None) for step, need in lost_need.items() if need]
            if call := tuple(places[step] for step, need in lost_need.items() if need is None):
                heappush(queue.waiting[is_on_gpu(steps, call)], call)
        if not done:
            if _start(queue, executor):
                yield Began(tuple(queue.started_s))
            done = [one for finished in executor.wait() for one in _settle(finished, steps, store, queue)]
        for step, failure, took_s in done:
            if failure is not None:
                failed.add(step)
            batch = batch_of[step]
            n_left[batch] -= 1
            if not n_left[batch]:
                graph.done(batch)
            yield step, failure, took_s


def _start(queue: _Queue, executor: Executor) -> bool:
    """Start as many calls as there is room for, first those on a GPU; one that is to run alone, if nothing runs.

    Returns whether any began.
    """
    n_before = len(queue.started_s)
    for on_gpu, waiting in queue.waiting.items():
        while waiting and executor.n_free(on_gpu) > 0:
            _start_one(heappop(waiting), queue, executor)
    if queue.to_run_alone and not queue.started_s:
        _start_one(heappop(queue.to_run_alone), queue, executor)
    return len(queue.started_s) > n_before


def _start_one(call: Call, queue: _Queue, executor: Executor) -> None:
    queue.started_s[call] = time.monotonic()
    queue.n_tries[call] += 1
    executor.start(call)


def _settle(finished: Finished, steps: Sequence[Step], store: Store, queue: _Queue) -> Iterator[Done]:
    """Yield the steps that finished or failed in a call, and queue again those to be tried again."""
    call, failure = finished.call, finished.failure
    took_s = (time.monotonic() - queue.started_s.pop(call)) / len(call)
    lacking = [i for i in call if failure is not None and not store.holds(steps[i])]
    yield from ((steps[i], None, took_s) for i in call if i not in lacking)
    again = [(i,) for i in lacking if len(call) > 1 or (finished.is_lost and queue.n_tries[call] < TRIES)]
    for one in again:
        is_last = queue.n_tries[one] == TRIES - 1
        heappush(queue.to_run_alone if is_last else queue.waiting[is_on_gpu(steps, one)], one)
    if not again:
        if finished.is_lost:
            failure = f"{failure}, {TRIES} times, the last with nothing beside it; out of memory?"
        yield from ((steps[i], failure or "", took_s) for i in lacking)
