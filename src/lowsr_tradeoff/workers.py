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
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from lowsr_tradeoff.errors import LowsrError, MissingResourceError
from lowsr_tradeoff.manifest import why_no_gpu
from lowsr_tradeoff.store import Step
from lowsr_tradeoff.threads import ONE_THREAD

RunSteps = Callable[[Sequence[Step]], None]
# Places of steps among all that are to run; those of one call.
Numbers = tuple[int, ...]
# What a process says first; no reason of a failure.
STARTED = "\0started"
STARTING_S, PARTING_S = 120.0, 1.0
# poll(2) takes no more than 2**31 ms at once, and many steps in one call may take longer than that.
LONGEST_WAIT_S = 86400.0
# Three shares of 0.333… are a whole GPU.
ROUNDING = 1e-6
# What a worker's libraries read as they start, where its parent says nothing else. glibc from 2.35 on then asks for
# pages of 2 MB: a seventh less processor time for training on the shared grid, nothing for small native images.
ENVIRONMENT = ONE_THREAD | {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


@dataclass(frozen=True)
class Ended:
    """How a call ended.

    Attributes:
        numbers: The steps that it ran.
        failure: Why it failed, or ``None``.
        is_lost: Whether its process ended under it, so that another try may do better.
    """

    numbers: Numbers
    failure: str | None
    is_lost: bool = False


@dataclass(frozen=True)
class Crew:
    """Who runs steps.

    Attributes:
        n_free: How many more calls like one can begin.
        begin: Begins a call.
        ended: Waits until one call or more have ended.
    """

    n_free: Callable[[Numbers], int]
    begin: Callable[[Numbers], None]
    ended: Callable[[], list[Ended]]


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


def attempt(run: RunSteps, steps: Sequence[Step]) -> str | None:
    """Run one batch and return why it failed, or ``None``."""
    try:
        run(steps)
    except LowsrError as error:
        return str(error)
    except MemoryError:
        return "there was not enough memory"
    except Exception as error:  # noqa: BLE001 - one broken step must not lose the others
        return f"{type(error).__name__}: {error}"
    return None


@contextmanager
def in_this_process(run: RunSteps, steps: Sequence[Step]) -> Iterator[Crew]:
    """Yield a crew of one, which works while it is waited for."""
    begun: deque[Numbers] = deque()

    def ended() -> list[Ended]:
        numbers = begun.popleft()
        return [Ended(numbers, attempt(run, [steps[i] for i in numbers]))]

    yield Crew(lambda _: 1 - len(begun), begun.append, ended)


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


def require_gpu(steps: Sequence[Step]) -> None:
    """Check that this machine can run some steps.

    Raises:
        MissingResourceError: Some are to compute on a GPU, and there is none.
    """
    if any(step.is_on_gpu for step in steps) and (missing := why_no_gpu()):
        raise MissingResourceError(missing)


def n_more(steps: Sequence[Step], numbers: Numbers, busy: Sequence[Numbers], n_calls: int, n_on_gpu: int) -> int:
    """Return how many more calls like one can begin.

    Args:
        steps: All that may be asked for.
        numbers: The call.
        busy: Calls under way.
        n_calls: How many there may be at once.
        n_on_gpu: How many of those may compute on a GPU.
    """
    n_free = n_calls - len(busy)
    if not is_on_gpu(steps, numbers):
        return n_free
    return min(n_free, n_on_gpu - sum(is_on_gpu(steps, call) for call in busy))


def is_on_gpu(steps: Sequence[Step], numbers: Numbers) -> bool:
    """Return whether a call is to be given a GPU."""
    return any(steps[i].is_on_gpu for i in numbers)


def n_sharing(gpu_share: float) -> int:
    """Return how many calls of some share one GPU has room for.

    >>> n_sharing(1.0), n_sharing(0.4), n_sharing(1 / 3)
    (1, 2, 3)
    """
    return int(1 / gpu_share + ROUNDING)


def over_limit(timeout_s: float, n_steps: int) -> str:
    """Return in words that a call took too long."""
    return f"took more than {timeout_s * n_steps:g} s and was ended; give more time with --step-timeout"


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
