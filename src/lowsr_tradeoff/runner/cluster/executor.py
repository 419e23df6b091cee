"""The same steps as Ray tasks (extra ``cluster``).

Every call is one task with declared resources: a CPU core, and a share of a GPU where it computes on one. Work and
needed results travel through Ray's object store; results come back as bytes into this machine's store. Files that a
machine does not have at the same path, with the same content, are shipped to it.
"""

import logging
import math
import os
import secrets
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from lowsr_tradeoff.errors import ConfigError, MissingResourceError
from lowsr_tradeoff.runner.cluster.packing import Packed, pack
from lowsr_tradeoff.runner.cluster.task import Reply, SharedRun, remove_files, run_task
from lowsr_tradeoff.runner.executor import (
    ENDING_S,
    STARTING_S,
    Call,
    Executor,
    Finished,
    RunSteps,
    is_on_gpu,
    n_more,
    n_sharing,
    over_limit,
)
from lowsr_tradeoff.runner.fingerprint import package_code
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

LOCAL = "local:"
# Without its token, Ray's client says only that nobody answered.
REMEDY = "one with a token needs RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN if made elsewhere"


@dataclass(frozen=True)
class _Tasks:
    """The tasks of a run, and what was handed to the cluster for them.

    Attributes:
        packed: What to run, and the files it names.
        limit_s: Time for one step.
        gpu_share: Share of a GPU that a task takes which computes on one.
        running: The call of every task under way, and when it has taken too long, by the monotonic clock.
        results: References to needed results.
        files: References to shipped files, by hash.
    """

    ray: Any
    remote: Any
    shared: SharedRun
    packed: Packed
    steps: Sequence[Step]
    store: Store
    limit_s: float
    gpu_share: float
    running: dict[Any, tuple[Call, float]] = field(default_factory=dict)
    results: dict[Step, Any] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)


@contextmanager
def on_cluster(
    run: RunSteps, steps: Sequence[Step], store: Store, address: str, timeout_s: float | None, gpu_share: float
) -> Iterator[Executor]:
    """Yield an executor of Ray tasks for a picklable ``run``; results are in the store of this machine.

    The address is ``auto``, ``HOST:PORT``, ``ray://HOST:PORT``, or ``local:N`` for N processes here. ``timeout_s``
    is the time for one step, ``gpu_share`` the share of a GPU of a task that computes on one.
    """
    packed = pack((run, list(steps), store))
    with _connected(address) as ray:
        shared = SharedRun(secrets.token_hex(8), package_code(), [ray.put(packed.content)])
        limit_s = math.inf if timeout_s is None else timeout_s
        # A lost task is started again by the schedule, which knows how often.
        remote = ray.remote(max_retries=0, num_cpus=1)(run_task)
        tasks = _Tasks(ray, remote, shared, packed, steps, store, limit_s, gpu_share)
        _require_gpu(steps, address, ray.cluster_resources())
        try:
            yield Executor(partial(_n_free, tasks), partial(_start, tasks), partial(_wait, tasks))
        finally:
            _close(tasks)


def _require_gpu(steps: Sequence[Step], address: str, resources: Mapping[str, float]) -> None:
    if any(step.is_on_gpu for step in steps) and not resources.get("GPU"):
        raise ConfigError(
            f'--cluster {address}: device_type = "cuda", but none of its machines declares a GPU; start one that '
            "has one with ray start --num-gpus 1, or take --device-type cpu"
        )


def _n_free(tasks: _Tasks, on_gpu: bool) -> int:  # noqa: FBT001 - the interface
    """How many more tasks can run, of one at least: clusters may grow, but waiting in Ray would count as time."""
    resources = tasks.ray.cluster_resources()
    running = [is_on_gpu(tasks.steps, call) for call, _ in tasks.running.values()]
    n_on_gpu = int(resources.get("GPU", 0)) * n_sharing(tasks.gpu_share)
    return n_more(running, max(1, int(resources.get("CPU", 0))), max(1, n_on_gpu), on_gpu=on_gpu)


def _start(tasks: _Tasks, call: Call, wanted: Sequence[str] = ()) -> None:
    """Start a task, with the files that its machine lacks, by their hashes."""
    needs = {need.key: need for i in call for need in tasks.steps[i].needs}
    for need in needs.values():
        if need not in tasks.results:
            tasks.results[need] = tasks.ray.put(tasks.store.files(need))
    for digest in wanted:
        if digest not in tasks.files:
            tasks.files[digest] = tasks.ray.put(tasks.packed.files[digest].read_bytes())
    brought = {key: tasks.results[need] for key, need in needs.items()}
    shipped = {digest: tasks.files[digest] for digest in wanted}
    remote = tasks.remote.options(num_gpus=tasks.gpu_share) if is_on_gpu(tasks.steps, call) else tasks.remote
    task = remote.remote(tasks.shared, call, brought, shipped)
    tasks.running[task] = call, time.monotonic() + tasks.limit_s * len(call) + STARTING_S


def _wait(tasks: _Tasks) -> list[Finished]:
    """Wait until tasks have finished; write their results into the store."""
    finished: list[Finished] = []
    while not finished:
        pause_s = max(0.0, min(due_s for _, due_s in tasks.running.values()) - time.monotonic())
        done, _ = tasks.ray.wait(list(tasks.running), timeout=None if math.isinf(pause_s) else pause_s)
        for task in done:
            finished += _receive(tasks, task)
        now_s = time.monotonic()
        for task in [task for task, (_, due_s) in tasks.running.items() if due_s <= now_s]:
            call, _ = tasks.running.pop(task)
            tasks.ray.cancel(task, force=True)
            finished.append(Finished(call, over_limit(tasks.limit_s, len(call))))
    return finished


def _receive(tasks: _Tasks, task: object) -> Iterator[Finished]:
    """Yield how a task finished; nothing where it is sent again, with the files that its machine lacks."""
    call, _ = tasks.running.pop(task)
    try:
        reply: Reply = tasks.ray.get(task)
    except tasks.ray.exceptions.RayError as error:
        yield Finished(call, f"its task was lost ({type(error).__name__})", is_lost=True)
        return
    if reply.absent:
        _start(tasks, call, reply.absent)
        return
    for i, files in reply.results.items():
        tasks.store.write_files(tasks.steps[i], files)
    yield Finished(call, reply.failure)


def _close(tasks: _Tasks) -> None:
    """End what is still running, and leave nothing on any machine that answers soon."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy  # noqa: PLC0415 - an extra

    ray = tasks.ray
    for task in tasks.running:
        with suppress(ray.exceptions.RayError):
            ray.cancel(task, force=True)
    removal = ray.remote(num_cpus=0, max_retries=0)(remove_files)
    nodes = [node["NodeID"] for node in ray.nodes() if node["Alive"]]
    there = [NodeAffinitySchedulingStrategy(node, soft=False) for node in nodes]
    removed = [removal.options(scheduling_strategy=on).remote(tasks.shared.name) for on in there]
    ray.wait(removed, num_returns=len(removed), timeout=ENDING_S)
    remove_files(tasks.shared.name)


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    """Join a cluster, or start one here, which ends with the block; Ctrl-C and SIGTERM stay as they were."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingResourceError(
            "--cluster needs Ray; install it with: pip install 'lowsr-tradeoff[cluster]'"
        ) from error
    before = {which: signal.getsignal(which) for which in (signal.SIGINT, signal.SIGTERM)}
    try:
        ray.init(**_where(address), log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, ImportError, RuntimeError, ValueError) as error:
        raise ConfigError(f"--cluster {address}: no Ray cluster answers there ({error}); {REMEDY}") from error
    for which, handler in before.items():
        signal.signal(which, handler)
    try:
        yield ray
    finally:
        ray.shutdown()


def _where(address: str) -> dict[str, Any]:
    """The arguments of ``ray.init``.

    >>> _where("local:4"), _where("ray://head:10001")
    ({'address': 'local', 'num_cpus': 4, 'include_dashboard': False}, {'address': 'ray://head:10001'})
    """
    if not address.startswith(LOCAL):
        return {"address": address}
    n_cpus = address.removeprefix(LOCAL)
    if not n_cpus.isdecimal() or int(n_cpus) < 1:
        raise ConfigError(f"--cluster {address}: give local: and a number of processes, for example local:4")
    return {"address": "local", "num_cpus": int(n_cpus), "include_dashboard": False}
