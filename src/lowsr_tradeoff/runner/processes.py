"""Who works: this process, or local processes that may be lost or hang without harm to the rest.

A crew is begun with the numbers of the steps to run in one call, and says later how that ended. What it is to run
and all the steps reach a worker once, when it starts; after that a call costs a few numbers.
"""

import multiprocessing
import os
import pickle
import signal
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from lowsr_tradeoff.runner.crew import (
    PARTING_S,
    STARTING_S,
    Crew,
    Ended,
    Numbers,
    RunSteps,
    attempt,
    n_more,
    n_sharing,
    over_limit,
)
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.threads import ONE_THREAD

# What a process says first; no reason of a failure.
STARTED = "\0started"
# poll(2) takes no more than 2**31 ms at once, and many steps in one call may take longer than that.
LONGEST_WAIT_S = 86400.0
# What a worker's libraries read as they start, where its parent says nothing else. glibc from 2.35 on then asks for
# pages of 2 MB: a seventh less processor time for training on the shared grid, nothing for small native images.
ENVIRONMENT = ONE_THREAD | {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


@dataclass(frozen=True)
class Worker:
    """A process and the pipe to it."""

    process: SpawnProcess
    pipe: Connection


@dataclass(frozen=True)
class Call:
    """What a worker is doing, and when that has taken too long, by the monotonic clock."""

    worker: Worker
    numbers: Numbers
    due_s: float | None


@contextmanager
def in_processes(
    run: RunSteps, steps: Sequence[Step], jobs: int, timeout_s: float | None, gpu_share: float = 1.0
) -> Iterator[Crew]:
    """Yield a crew of local processes; they are ended at once when the block is left.

    Args:
        run: Runs steps; must be picklable.
        steps: All that may be asked for.
        jobs: Processes at once.
        timeout_s: Time for one step; a call may take as much for each of its steps.
        gpu_share: Share of the GPU that a call takes which computes on it.
    """
    idle: list[Worker] = []
    busy: dict[Connection, Call] = {}
    with tempfile.TemporaryDirectory(prefix="lowsr-") as folder:
        job = Path(folder) / "job.pickle"
        job.write_bytes(pickle.dumps((run, list(steps))))

        def begin(numbers: Numbers) -> None:
            is_new = not idle
            worker = _hire(job) if is_new else idle.pop()
            busy[worker.pipe] = Call(worker, numbers, _due(timeout_s, len(numbers), STARTING_S if is_new else 0.0))
            _tell(worker, numbers)

        def n_free(numbers: Numbers) -> int:
            return n_more(steps, numbers, [call.numbers for call in busy.values()], jobs, n_sharing(gpu_share))

        try:
            yield Crew(n_free, begin, lambda: _ended(idle, busy, timeout_s))
        finally:
            workers = (*idle, *(call.worker for call in busy.values()))
            for worker in workers:
                worker.process.kill()
            for worker in workers:
                _dismiss(worker)


def _due(timeout_s: float | None, n_steps: int, more_s: float = 0.0) -> float | None:
    return None if timeout_s is None else time.monotonic() + timeout_s * n_steps + more_s


def _hire(job: Path) -> Worker:
    """Start a process. Ctrl-C is for the parent: a blocked signal stays blocked in the process that is started."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, job), daemon=True)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    unset = {name: value for name, value in ENVIRONMENT.items() if name not in os.environ}
    os.environ.update(unset)
    try:
        process.start()
    finally:
        for name in unset:
            del os.environ[name]
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    theirs.close()
    return Worker(process, ours)


def _tell(worker: Worker, numbers: Numbers) -> None:
    """Send a worker its call; that one that is gone does not get it shows when it is waited for."""
    try:
        worker.pipe.send(numbers)
    except OSError:
        worker.process.kill()


def _ended(idle: list[Worker], busy: dict[Connection, Call], timeout_s: float | None) -> list[Ended]:
    found: list[Ended] = []
    while not found:
        dues = [call.due_s for call in busy.values() if call.due_s is not None]
        pause_s = min(max(0.0, min(dues) - time.monotonic()), LONGEST_WAIT_S) if dues else None
        answered = {pipe for pipe in wait(list(busy), pause_s) if isinstance(pipe, Connection)}
        for pipe in answered:
            found += _heard(pipe, idle, busy, timeout_s)
        now_s = time.monotonic()
        late = [pipe for pipe, call in busy.items() if call.due_s is not None and call.due_s <= now_s]
        found += [_stopped(busy.pop(pipe), timeout_s or 0.0) for pipe in late]
    return found


def _heard(
    pipe: Connection, idle: list[Worker], busy: dict[Connection, Call], timeout_s: float | None
) -> Iterator[Ended]:
    """Yield how a call ended; nothing where its process says that it has started, and its time begins."""
    call = busy.pop(pipe)
    try:
        said: str | None = pipe.recv()
    except (EOFError, OSError):
        yield Ended(call.numbers, f"its process {_fate(call.worker)}", is_lost=True)
        return
    if said == STARTED:
        busy[pipe] = replace(call, due_s=_due(timeout_s, len(call.numbers)))
        return
    idle.append(call.worker)
    yield Ended(call.numbers, said)


def _stopped(call: Call, timeout_s: float) -> Ended:
    _dismiss(call.worker)
    return Ended(call.numbers, over_limit(timeout_s, len(call.numbers)))


def _fate(worker: Worker) -> str:
    """How a process ended that closed its pipe; the end itself may be a moment away."""
    worker.process.join(PARTING_S)
    code = worker.process.exitcode
    _dismiss(worker)
    return f"was killed by signal {-code}" if code is not None and code < 0 else f"ended with code {code}"


def _dismiss(worker: Worker) -> None:
    """End a process, in whatever it is doing: what it writes is there whole or not at all."""
    worker.process.kill()
    worker.process.join()
    worker.pipe.close()


def _serve(pipe: Connection, job: Path) -> None:
    """Run what the parent asks for until it is gone."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    run, steps = pickle.loads(job.read_bytes())  # noqa: S301 - the parent wrote it, into a folder of its own
    pipe.send(STARTED)
    while True:
        try:
            numbers: Numbers = pipe.recv()
        except EOFError:
            return
        pipe.send(attempt(run, [steps[i] for i in numbers]))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
