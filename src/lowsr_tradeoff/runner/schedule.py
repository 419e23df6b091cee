"""Run steps: here, in local processes or on a cluster.

What is already in the store is not run again. Steps that name the same ``together`` run in one call; where that
fails, each of them is tried alone. A step whose process was lost is tried again, the last time with nothing beside
it, since it may have been short of memory. A step that fails for good takes with it only the steps that need it;
everything else finishes and is kept.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.runner.cluster.crew import on_cluster
from lowsr_tradeoff.runner.crew import Crew, Ended, Numbers, RunSteps, in_this_process, require_gpu
from lowsr_tradeoff.runner.processes import in_processes
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

Batch = tuple[Step, ...]
# How often a step is begun whose process is lost each time.
TRIES = 3


@dataclass(frozen=True)
class Progress:
    """What just finished, and what is left.

    Attributes:
        label: The step that finished.
        n_done: Steps that are done, failed ones among them.
        n_total: Steps that were to run.
        stage: The stage of the step.
        took_s: How long it took, its share of the call that it ran in; ``None`` where it did not run.
        n_left: Steps left of every stage that has some.
        jobs: How many run at once.
    """

    label: str
    n_done: int
    n_total: int
    stage: str = ""
    took_s: float | None = None
    n_left: Mapping[str, int] = field(default_factory=dict)
    jobs: int = 1


@dataclass
class Outcome:
    """How a run went.

    Attributes:
        n_run: Steps that were run and finished.
        n_reused: Steps that the store held.
        failures: Why the others have no result.
        damaged: Steps whose results in the store were not as written, or of another version, and were run again.
    """

    n_run: int = 0
    n_reused: int = 0
    failures: dict[Step, str] = field(default_factory=dict)
    damaged: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Means:
    """What steps are run with; changes no figure.

    Attributes:
        jobs: Processes; 1 without a limit of time runs everything in this one.
        step_timeout_s: Time for one step.
        cluster: Address of a Ray cluster, which then runs them all; see :func:`cluster.on_cluster`.
        gpu_share: Share of a GPU that a step takes which computes on one.
    """

    jobs: int = 1
    step_timeout_s: float | None = None
    cluster: str | None = None
    gpu_share: float = 1.0


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
        MissingResourceError: Steps are to compute on a GPU, and there is none; nothing has run.
        StageError: One or more steps failed; the message names each, and finished steps stay.
    """
    outcome = run_missing(wanted, store, run, Means(jobs), report)
    if outcome.failures:
        raise StageError(describe(outcome, store))
    return outcome


def run_missing(
    wanted: Iterable[Step], store: Store, run: RunSteps, means: Means, report: Callable[[Progress], None]
) -> Outcome:
    """Run what the store lacks of the wanted steps and their needs, and return how it went.

    Args:
        wanted: Steps whose artefacts are read afterwards.
        store: Where artefacts lie.
        run: Runs one batch of steps and writes their artefacts; must be picklable unless it is run here.
        means: What to run them with.
        report: Called whenever steps finish.

    Raises:
        MissingResourceError: Steps are to compute on a GPU, and there is none; nothing has run.
        StageError: The folder cannot be written, so that going on would be in vain.
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
    with _crew(means, run, todo, store) as crew:
        jobs = crew.n_free(())
        for number, failure, took_s in _schedule(todo, store, crew):
            step = todo[number]
            if failure is None:
                outcome.n_run += 1
            else:
                outcome.failures[step] = failure
                store.require_space()
            left[step.stage] -= 1
            n_done = outcome.n_run + len(outcome.failures)
            report(Progress(step.label, n_done, len(todo), step.stage, took_s, dict(+left), jobs))
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


def _crew(means: Means, run: RunSteps, steps: Sequence[Step], store: Store) -> AbstractContextManager[Crew]:
    if means.cluster is not None:
        return on_cluster(run, steps, store, means.cluster, means.step_timeout_s, means.gpu_share)
    require_gpu(steps)
    if means.step_timeout_s is None and (means.jobs == 1 or len(steps) == 1):
        return in_this_process(run, steps)
    return in_processes(run, steps, min(means.jobs, len(steps)), means.step_timeout_s, means.gpu_share)


@dataclass
class _State:
    """What is under way: calls that can begin, wait for a GPU or wait to be alone; what is known of every step."""

    ready: deque[Numbers] = field(default_factory=deque)
    held_up: deque[Numbers] = field(default_factory=deque)
    to_be_alone: deque[Numbers] = field(default_factory=deque)
    begun_s: dict[Numbers, float] = field(default_factory=dict)
    tries: dict[Numbers, int] = field(default_factory=dict)
    failed: dict[Step, str] = field(default_factory=dict)


def _schedule(steps: Sequence[Step], store: Store, crew: Crew) -> Iterator[tuple[int, str | None, float | None]]:
    """Yield the place of every step once it is finished, why it failed, if it did, and what it took, if it ran."""
    batches = make_batches(steps)
    places = {step: i for i, step in enumerate(steps)}
    owner = {places[step]: batch for batch in batches for step in batch}
    left = {batch: len(batch) for batch in batches}
    graph, state = _graph(batches), _State()
    graph.prepare()
    while graph.is_active():
        settled: list[tuple[int, str | None, float | None]] = []
        for batch in graph.get_ready():
            settled += _prepare(batch, places, state)
        if not settled:
            _begin(state, crew)
            settled = [one for end in crew.ended() for one in _settle(end, steps, store, state)]
        for number, failure, took_s in settled:
            if failure is not None:
                state.failed[steps[number]] = failure
            batch = owner[number]
            left[batch] -= 1
            if not left[batch]:
                graph.done(batch)
            yield number, failure, took_s


def _prepare(batch: Batch, places: dict[Step, int], state: _State) -> Iterator[tuple[int, str, None]]:
    """Make a call of what can run of a batch; yield the steps that cannot, and why."""
    free = []
    for step in batch:
        lost = next((need for need in step.needs if need in state.failed), None)
        if lost is None:
            free.append(places[step])
        else:
            yield places[step], f"needs {lost.label}, which failed", None
    if free:
        state.ready.append(tuple(free))


def _begin(state: _State, crew: Crew) -> None:
    """Begin as many calls as there is room for; one that was lost twice begins when nothing else is under way.

    A call that finds every GPU taken lets others pass, and is the first to get one.
    """
    while state.held_up and crew.n_free(state.held_up[0]) > 0:
        _begin_one(state.held_up.popleft(), state, crew)
    while state.ready:
        if crew.n_free(state.ready[0]) > 0:
            _begin_one(state.ready.popleft(), state, crew)
        elif crew.n_free(()) > 0:
            state.held_up.append(state.ready.popleft())
        else:
            break
    if state.to_be_alone and not state.begun_s:
        _begin_one(state.to_be_alone.popleft(), state, crew)


def _begin_one(numbers: Numbers, state: _State, crew: Crew) -> None:
    state.begun_s[numbers] = time.monotonic()
    crew.begin(numbers)


def _settle(
    end: Ended, steps: Sequence[Step], store: Store, state: _State
) -> Iterator[tuple[int, str | None, float]]:
    """Yield what is finished after a call, and put back what is to be tried again."""
    took_s = (time.monotonic() - state.begun_s.pop(end.numbers)) / len(end.numbers)
    lacking = [] if end.failure is None else [i for i in end.numbers if not store.holds(steps[i])]
    yield from ((i, None, took_s) for i in end.numbers if i not in lacking)
    if len(end.numbers) > 1:
        state.ready.extend((i,) for i in lacking)
        return
    for i in lacking:
        if not (end.is_lost and _again((i,), state)):
            yield i, _reason(end), took_s


def _again(numbers: Numbers, state: _State) -> bool:
    """Queue a lost call once more, and say whether it was."""
    state.tries[numbers] = state.tries.get(numbers, 1) + 1
    if state.tries[numbers] < TRIES:
        state.ready.append(numbers)
    elif state.tries[numbers] == TRIES:
        state.to_be_alone.append(numbers)
    return state.tries[numbers] <= TRIES


def _reason(end: Ended) -> str:
    if not end.is_lost:
        return end.failure or ""
    return f"{end.failure}, {TRIES} times, the last with nothing beside it; out of memory?"


def _graph(batches: Sequence[Batch]) -> TopologicalSorter[Batch]:
    owner = {step: batch for batch in batches for step in batch}
    return TopologicalSorter(
        {batch: [owner[need] for step in batch for need in step.needs if need in owner] for batch in batches}
    )
