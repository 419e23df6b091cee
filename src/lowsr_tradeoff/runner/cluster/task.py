"""What a task of a Ray cluster does on its machine (extra ``cluster``)."""

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from lowsr_tradeoff.runner.cluster.packing import AbsentFilesError, scratch, unpack
from lowsr_tradeoff.runner.executor import Call, RunSteps, failure_of
from lowsr_tradeoff.runner.fingerprint import package_code
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Files, Store

if TYPE_CHECKING:
    import ray

_opened: dict[str, tuple[RunSteps, list[Step], Store]] = {}


@dataclass(frozen=True)
class SharedRun:
    """What all tasks of a run share.

    Attributes:
        name: Of the run, for its folders on the machines.
        code: Hash of the driver's sources; other sources would make other results.
        work: What to run, packed, in the object store; in a list so that a process fetches it only once.
    """

    name: str
    code: str
    work: "list[ray.ObjectRef[bytes]]"


@dataclass(frozen=True)
class Reply:
    """What a task sends back: why it failed, the results of its steps, or the hashes of files that it lacks."""

    failure: str | None
    results: dict[int, Files] = field(default_factory=dict)
    absent: tuple[str, ...] = ()


def run_task(shared: SharedRun, call: Call, needs: dict[str, Any], shipped: dict[str, Any]) -> Reply:
    """Run the steps of one call on a cluster's machine; results and files are object references by key and hash."""
    import ray  # noqa: PLC0415 - an extra

    if shared.code != package_code():
        return Reply("its machine has another version of lowsr-tradeoff; install the same everywhere")
    if shared.name not in _opened:
        files = dict(zip(shipped, ray.get(list(shipped.values())), strict=True))
        try:
            opened = unpack(ray.get(shared.work[0]), scratch(shared.name), files)
        except AbsentFilesError as error:
            return Reply(None, absent=error.args)
        _opened[shared.name] = cast("tuple[RunSteps, list[Step], Store]", opened)
    run, steps, store = _opened[shared.name]
    wanted = [steps[i] for i in call]
    for need in dict.fromkeys(need for step in wanted for need in step.needs):
        if not store.holds(need):
            store.write_files(need, ray.get(needs[need.key]))
    failure = failure_of(run, wanted)
    return Reply(failure, {i: store.files(steps[i]) for i in call if store.holds(steps[i])})


def remove_files(name: str) -> None:
    """Remove what a run left on this machine."""
    shutil.rmtree(scratch(name), ignore_errors=True)
