"""The same steps as Ray tasks (extra ``cluster``).

Every call is one task with declared resources: a CPU core, and a share of a GPU where it computes on one. What it
is to run reaches a machine once, through Ray's object store; the results that it needs go with it, and its own come
back as bytes into this machine's store. A file of a corpus that a machine does not have at the same path, with the
same content, is shipped to it.
"""

import logging
import os
import secrets
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from lowsr_tradeoff.errors import ConfigError, MissingResourceError
from lowsr_tradeoff.runner.cluster.parcel import Parcel, pack
from lowsr_tradeoff.runner.cluster.task import Errand, Reply, sweep, work
from lowsr_tradeoff.runner.crew import (
    STARTING_S,
    Crew,
    Ended,
    Numbers,
    RunSteps,
    is_on_gpu,
    n_more,
    n_sharing,
    over_limit,
)
from lowsr_tradeoff.runner.fingerprint import package_code
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

if TYPE_CHECKING:
    import ray

LOCAL = "local:"
# How long the machines have to remove their copies.
PARTING_S = 1.0


@dataclass(frozen=True)
class Call:
    """A task under way, and when it has taken too long, by the monotonic clock."""

    numbers: Numbers
    due_s: float | None


@dataclass(frozen=True)
class _Desk:
    """What is out on the cluster, and what was handed to it.

    Attributes:
        task: The remote function.
        errand: What all tasks are told.
        parcel: What to run, and the files it names.
        steps: All that may be asked for.
        store: On this machine.
        timeout_s: Time for one step.
        gpu_share: Share of a GPU that a task takes which computes on one.
        busy: What is out, by its task.
        results: References to needed results.
        files: References to shipped files, by hash.
    """

    task: Any
    errand: Errand
    parcel: Parcel
    steps: Sequence[Step]
    store: Store
    timeout_s: float | None
    gpu_share: float
    busy: dict[Any, Call] = field(default_factory=dict)
    results: dict[Step, Any] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)


@contextmanager
def on_cluster(
    run: RunSteps,
    steps: Sequence[Step],
    store: Store,
    address: str,
    timeout_s: float | None,
    gpu_share: float = 1.0,
) -> Iterator[Crew]:
    """Yield a crew of Ray tasks.

    Args:
        run: Runs steps; must be picklable.
        steps: All that may be asked for.
        store: Where needed results are read and new ones written, on this machine.
        address: ``auto``, ``HOST:PORT``, ``ray://HOST:PORT``, or ``local:N`` for N processes here.
        timeout_s: Time for one step.
        gpu_share: Share of a GPU that a task takes which computes on one.

    Raises:
        MissingResourceError: Ray is not installed.
        ConfigError: There is no cluster at the address, or it has no GPU and steps are to compute on one.
    """
    parcel = pack((run, list(steps), store))
    with _connected(address):
        import ray  # noqa: PLC0415 - an extra

        errand = Errand(secrets.token_hex(8), package_code(), [ray.put(parcel.content)])
        # Lost tasks are begun again by execute.py, which knows how often.
        task = ray.remote(max_retries=0, num_cpus=1)(work)
        desk = _Desk(task, errand, parcel, steps, store, timeout_s, gpu_share)
        _require_gpu(steps, address)
        try:
            yield Crew(partial(_n_free, desk), partial(_begin, desk), partial(_ended, desk))
        finally:
            _close(desk)


def _require_gpu(steps: Sequence[Step], address: str) -> None:
    if any(step.is_on_gpu for step in steps) and not _resources().get("GPU"):
        raise ConfigError(
            f'--cluster {address}: device_type = "cuda", but none of its machines declares a GPU; start one that '
            "has one with ray start --num-gpus 1, or take --device-type cpu"
        )


def _n_free(desk: _Desk, numbers: Numbers) -> int:
    """How many more tasks like one there is room for; of one at least, since clusters may grow on demand.

    Ray would let the others wait, and waiting would count as their time.
    """
    resources, busy = _resources(), [call.numbers for call in desk.busy.values()]
    n_on_gpu = int(resources.get("GPU", 0)) * n_sharing(desk.gpu_share)
    return n_more(desk.steps, numbers, busy, max(1, int(resources.get("CPU", 0))), max(1, n_on_gpu))


def _resources() -> dict[str, float]:
    import ray  # noqa: PLC0415 - an extra

    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return resources


def _begin(desk: _Desk, numbers: Numbers, wanted: Sequence[str] = ()) -> None:
    """Send a task off, with the files that its machine lacks."""
    import ray  # noqa: PLC0415 - an extra

    needs = list(dict.fromkeys(need for i in numbers for need in desk.steps[i].needs))
    for need in needs:
        if need not in desk.results:
            desk.results[need] = ray.put(desk.store.files(need))
    for digest in wanted:
        if digest not in desk.files:
            desk.files[digest] = ray.put(desk.parcel.files[digest].read_bytes())
    brought = {need.key: desk.results[need] for need in needs}
    resources = {"num_gpus": desk.gpu_share} if is_on_gpu(desk.steps, numbers) else {}
    remote = desk.task.options(**resources) if resources else desk.task
    task = remote.remote(desk.errand, numbers, brought, {digest: desk.files[digest] for digest in wanted})
    limit_s = None if desk.timeout_s is None else desk.timeout_s * len(numbers) + STARTING_S
    desk.busy[task] = Call(numbers, None if limit_s is None else time.monotonic() + limit_s)


def _ended(desk: _Desk) -> list[Ended]:
    """Wait until tasks have ended; write their results into the store."""
    import ray  # noqa: PLC0415 - an extra

    found: list[Ended] = []
    while not found:
        dues = [call.due_s for call in desk.busy.values() if call.due_s is not None]
        pause_s = max(0.0, min(dues) - time.monotonic()) if dues else None
        done, _ = ray.wait(list(desk.busy), num_returns=1, timeout=pause_s)
        for task in done:
            found += _receive(desk, task)
        now_s = time.monotonic()
        late = [task for task, call in desk.busy.items() if call.due_s is not None and call.due_s <= now_s]
        found += [_cancel(desk, task) for task in late]
    return found


def _receive(desk: _Desk, task: object) -> Iterator[Ended]:
    """Yield how a task ended; nothing where it is sent again, with the files that its machine lacks."""
    import ray  # noqa: PLC0415 - an extra

    numbers = desk.busy.pop(task).numbers
    try:
        reply: Reply = ray.get(cast("ray.ObjectRef[Reply]", task))
    except ray.exceptions.RayError as error:
        yield Ended(numbers, f"its task was lost ({type(error).__name__})", is_lost=True)
        return
    if reply.absent:
        _begin(desk, numbers, reply.absent)
        return
    for i, files in reply.results.items():
        desk.store.write_files(desk.steps[i], files)
    yield Ended(numbers, reply.failure)


def _cancel(desk: _Desk, task: object) -> Ended:
    import ray  # noqa: PLC0415 - an extra

    numbers = desk.busy.pop(task).numbers
    ray.cancel(cast("ray.ObjectRef[Reply]", task), force=True)
    return Ended(numbers, over_limit(desk.timeout_s or 0.0, len(numbers)))


def _close(desk: _Desk) -> None:
    """End what is still out, and leave nothing on any machine that answers soon."""
    import ray  # noqa: PLC0415 - an extra
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy  # noqa: PLC0415 - an extra

    for task in desk.busy:
        with suppress(ray.exceptions.RayError):
            ray.cancel(task, force=True)
    swept = ray.remote(num_cpus=0, max_retries=0)(sweep)
    nodes = [node["NodeID"] for node in ray.nodes() if node["Alive"]]  # type: ignore[no-untyped-call]
    there = [NodeAffinitySchedulingStrategy(node, soft=False) for node in nodes]
    ray.wait(
        [swept.options(scheduling_strategy=on).remote(desk.errand.name) for on in there],
        num_returns=len(there),
        timeout=PARTING_S,
    )
    sweep(desk.errand.name)


@contextmanager
def _connected(address: str) -> Iterator[None]:
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
        # Ray's client says only that nobody answered where its token was missing.
        remedy = "; one with a token needs RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN if made elsewhere"
        raise ConfigError(f"--cluster {address}: no Ray cluster answers there ({error}){remedy}") from error
    for which, handler in before.items():
        signal.signal(which, handler)
    try:
        yield
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
