"""Local processes that may be lost or hang without harm to the rest.

Work and all steps reach a process once, when it starts; after that a call costs a few numbers. On Linux they are
forked from one that has loaded what the steps need, so that it is loaded once and lies in memory once; a fork costs
so little that each runs one function alone, and what that function keeps, such as a model, ends with it. No
library's pool fits: some report a lost process to every call (``concurrent.futures``, loky), or wait for ever for a
process that ended with code 0 (pebble 5.2.3, tried); none limits the working time by a monotonic clock.
"""

import atexit
import math
import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.forkserver import _forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path

from lowsr_tradeoff.runner.executor import (
    ENDING_S,
    STARTING_S,
    Call,
    Executor,
    Finished,
    RunSteps,
    failure_of,
    is_on_gpu,
    n_more,
    n_sharing,
    over_limit,
)
from lowsr_tradeoff.runner.fingerprint import NAME
from lowsr_tradeoff.runner.machine import ONE_THREAD
from lowsr_tradeoff.runner.step import Step

# The first message of a process; never a reason of a failure.
STARTED = "\0started"
# poll(2) takes no more than 2**31 ms at once, and many steps in one call may take longer than that.
LONGEST_WAIT_S = 86400.0
# What a worker's libraries read as they start, where its parent says nothing else. glibc from 2.35 on then asks for
# pages of 2 MB: a seventh less processor time for training on the shared grid, nothing for small native images.
ENVIRONMENT = ONE_THREAD | {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


# Elsewhere a fork is not safe once libraries of the system are loaded. The socket to what is forked from lies in
# the folder for temporary files; Linux takes 107 bytes for the path of one, of which the name takes 32.
IS_FORKED = sys.platform == "linux" and len(os.fsencode(tempfile.gettempdir())) <= 107 - 32
# What processes are forked from lives as long as this program. It is waited for at the end, so that the time of all
# of them counts as this program's; nothing public does that.
atexit.register(_forkserver._stop)  # type: ignore[attr-defined]  # noqa: SLF001


@dataclass(frozen=True)
class Worker:
    """A process, the pipe to it, and the function of the steps that it runs."""

    process: BaseProcess
    pipe: Connection
    function: str


@dataclass(frozen=True)
class Running:
    """A call, the worker that runs it, and when that has taken too long, by the monotonic clock."""

    call: Call
    worker: Worker
    due_s: float


@contextmanager
def in_processes(
    run: RunSteps, steps: Sequence[Step], jobs: int, timeout_s: float | None, gpu_share: float
) -> Iterator[Executor]:
    """Yield an executor of ``jobs`` local processes for a picklable ``run``; leaving the block ends them.

    ``timeout_s`` is the time for one step; a call may take as much for each of its steps. ``gpu_share`` is the
    share of the GPU of a call that computes on one.
    """
    limit_s = math.inf if timeout_s is None else timeout_s
    idle: list[Worker] = []
    busy: dict[Connection, Running] = {}
    with tempfile.TemporaryDirectory(prefix="lowsr-") as folder:
        work = Path(folder) / "work.pickle"
        work.write_bytes(pickle.dumps((run, list(steps))))
        modules = sorted({f"{NAME}.{step.run.partition(':')[0]}" for step in steps})

        def start(call: Call) -> None:
            function = steps[call[0]].run
            taken = _taken(idle, function)
            worker, starting_s = (taken, 0.0) if taken else (_start_worker(work, modules, function), STARTING_S)
            busy[worker.pipe] = Running(call, worker, time.monotonic() + limit_s * len(call) + starting_s)
            # That a process is gone shows when it is waited for.
            with suppress(OSError):
                worker.pipe.send(call)

        def n_free(on_gpu: bool) -> int:  # noqa: FBT001 - the interface
            running = [is_on_gpu(steps, each.call) for each in busy.values()]
            return n_more(running, jobs, n_sharing(gpu_share), on_gpu=on_gpu)

        try:
            yield Executor(n_free, start, lambda: _finished(idle, busy, limit_s))
        finally:
            workers = (*idle, *(running.worker for running in busy.values()))
            for worker in workers:
                worker.process.kill()
            for worker in workers:
                _stop(worker)


def _taken(idle: list[Worker], function: str) -> Worker | None:
    """Take an idle worker that runs a function, and end one that runs another; any will do where none is forked."""
    if not idle:
        return None
    worker = next((each for each in idle if each.function == function), idle[0])
    idle.remove(worker)
    if IS_FORKED and worker.function != function:
        _stop(worker)
        return None
    return worker


def _start_worker(work: Path, modules: list[str], function: str) -> Worker:
    """Start a process. Ctrl-C is for the parent: a blocked signal stays blocked in the process that is started.

    The first one starts the process that later ones are forked from, with the environment of that moment.
    """
    forked, fresh = multiprocessing.get_context("forkserver"), multiprocessing.get_context("spawn")
    forked.set_forkserver_preload(modules)
    context = forked if IS_FORKED else fresh
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, work), daemon=True)
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
    return Worker(process, ours, function)


def _finished(idle: list[Worker], busy: dict[Connection, Running], limit_s: float) -> list[Finished]:
    finished: list[Finished] = []
    while not finished:
        pause_s = min(running.due_s for running in busy.values()) - time.monotonic()
        answered = wait(list(busy), min(max(0.0, pause_s), LONGEST_WAIT_S))
        for running in [busy.pop(pipe) for pipe in list(busy) if pipe in answered]:
            finished += _receive(running, idle, busy, limit_s)
        now_s = time.monotonic()
        for pipe in [pipe for pipe, running in busy.items() if running.due_s <= now_s]:
            late = busy.pop(pipe)
            _stop(late.worker)
            finished.append(Finished(late.call, over_limit(limit_s, len(late.call))))
    return finished


def _receive(
    running: Running, idle: list[Worker], busy: dict[Connection, Running], limit_s: float
) -> Iterator[Finished]:
    """Yield how a call finished; nothing where its process says that it has started, and its time begins."""
    call, worker = running.call, running.worker
    try:
        said: str | None = worker.pipe.recv()
    except (EOFError, OSError):
        # The end of a process may come a moment after that of its pipe.
        worker.process.join(ENDING_S)
        code = worker.process.exitcode
        _stop(worker)
        how = f"was killed by signal {-code}" if code is not None and code < 0 else f"ended with code {code}"
        yield Finished(call, f"its process {how}", is_lost=True)
        return
    if said == STARTED:
        busy[worker.pipe] = replace(running, due_s=time.monotonic() + limit_s * len(call))
        return
    idle.append(worker)
    yield Finished(call, said)


def _stop(worker: Worker) -> None:
    """End a process at any moment: files are written completely or not at all."""
    worker.process.kill()
    worker.process.join()
    worker.pipe.close()


def _serve(pipe: Connection, work: Path) -> None:
    """Run what the parent asks for until the parent has ended."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    run, steps = pickle.loads(work.read_bytes())  # noqa: S301 - the parent wrote it, into a folder of its own
    pipe.send(STARTED)
    while True:
        try:
            call: Call = pipe.recv()
        except EOFError:
            return
        pipe.send(failure_of(run, [steps[i] for i in call]))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
