"""What a task of a Ray cluster does on its machine (extra ``cluster``)."""

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from lowsr_tradeoff.runner.cluster.parcel import AbsentFilesError, scratch, unpack
from lowsr_tradeoff.runner.crew import Numbers, RunSteps, attempt
from lowsr_tradeoff.runner.fingerprint import package_code
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Files, Store

if TYPE_CHECKING:
    import ray

_opened: dict[str, tuple[RunSteps, list[Step], Store]] = {}


@dataclass(frozen=True)
class Reply:
    """What a task sends back: why it failed, the results of its steps, or the files that it lacks."""

    failure: str | None
    results: dict[int, Files] = field(default_factory=dict)
    absent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Errand:
    """What every task of a run is told.

    Attributes:
        name: Of the run, for its folders on the machines.
        code: Fingerprint of the driver's sources; another one would make other results.
        job: The parcel's content, in the object store, in a list so that a task fetches it only once a process.
    """

    name: str
    code: str
    job: "list[ray.ObjectRef[bytes]]"


def sweep(name: str) -> None:
    """Remove what a run left on this machine."""
    shutil.rmtree(scratch(name), ignore_errors=True)


def work(errand: Errand, numbers: Numbers, needs: dict[str, Any], shipped: dict[str, Any]) -> Reply:
    """Run steps on the machine of a cluster; the function that every task is.

    Args:
        errand: What all tasks are told.
        numbers: The steps.
        needs: Object references to the results that they need, by key.
        shipped: Object references to files, by hash.
    """
    import ray  # noqa: PLC0415 - an extra

    if errand.code != package_code():
        return Reply("its machine has another version of lowsr-tradeoff; install the same everywhere")
    try:
        run, steps, store = _open(errand, dict(zip(shipped, ray.get(list(shipped.values())), strict=True)))
    except AbsentFilesError as error:
        return Reply(None, absent=error.args)
    wanted = [steps[i] for i in numbers]
    for need in dict.fromkeys(need for step in wanted for need in step.needs):
        if not store.holds(need):
            store.write_files(need, ray.get(needs[need.key]))
    failure = attempt(run, wanted)
    return Reply(failure, {i: store.files(steps[i]) for i in numbers if store.holds(steps[i])})


def _open(errand: Errand, shipped: dict[str, bytes]) -> tuple[RunSteps, list[Step], Store]:
    """What to run, opened once a process."""
    import ray  # noqa: PLC0415 - an extra

    if errand.name not in _opened:
        root = scratch(errand.name)
        opened = unpack(ray.get(errand.job[0]), root, shipped)
        _opened[errand.name] = cast("tuple[RunSteps, list[Step], Store]", opened)
    return _opened[errand.name]
