"""A study in independent parts, for job arrays and plain shells, and the parts merged.

Steps that share a training belong to one group, a group to one part. Cheap steps that many need (features) run in
every part. Steps that need results of several groups run after the merge.
"""

from collections.abc import Sequence
from pathlib import Path

from lowsr_tradeoff.errors import ConfigError, DataError
from lowsr_tradeoff.files.writing import copy_atomic, write_atomic
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import whole_record

CONFIG = "config.toml"
RECORDS = "steps/*/[!.]*.json"


def parse_shard(text: str) -> tuple[int, int]:
    """Return which part of how many, from 1; raises a :class:`ConfigError` for what is not of the form i/n.

    >>> parse_shard("2/8")
    (2, 8)
    """
    part, _, parts = text.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise ConfigError(f"--shard {text}: give which part of how many, for example 1/4 … 4/4")
    return int(part), int(parts)


def steps_of_shard(wanted: Sequence[Step], part: int, parts: int) -> tuple[Step, ...]:
    """Return the wanted steps of one part: largest groups first, each to the part with fewest steps."""
    parts_of: list[list[Step]] = [[] for _ in range(parts)]
    for group in sorted(_groups(wanted), key=len, reverse=True):
        min(parts_of, key=len).extend(group)
    return tuple(parts_of[part - 1])


def merge(runs: Sequence[Path], out: Path) -> int:
    """Put the results of several runs of one study into one folder, and return how many there are.

    Every result is checked, in little memory. One that two runs have must be the same in both.

    Raises:
        DataError: A folder holds no run; runs differ in their settings, or in a result; a result is damaged.
        StageError: The folder cannot be written.
    """
    settings = {run: _settings(run) for run in runs}
    for run in runs:
        if settings[run] != settings[runs[0]]:
            raise DataError(f"{run}: its settings are not those of {runs[0]}; merge runs of one study")
    for run in runs:
        for path in sorted(run.glob(RECORDS)):
            _copy(path, run, out)
    write_atomic(out / CONFIG, settings[runs[0]])
    return len(list(out.glob(RECORDS)))


def _groups(wanted: Sequence[Step]) -> list[list[Step]]:
    """The wanted steps that share a need of their own stage, or that need one group's alone, in order."""
    leader: dict[Step, Step] = {}

    def find(step: Step) -> Step:
        while leader.setdefault(step, step) != step:
            step = leader[step]
        return step

    pending, seen = list(wanted), set(wanted)
    while pending:
        step = pending.pop()
        own = [need for need in step.needs if need.stage == step.stage]
        for need in own:
            leader[find(need)] = find(step)
        pending += [need for need in own if need not in seen]
        seen.update(own)
    goals, groups, joint = set(wanted), dict[Step, list[Step]](), set[Step]()
    for step in wanted:
        homes = {find(need) for need in step.needs if need in goals or need.stage == step.stage} or {find(step)}
        if len(homes) > 1 or joint.intersection(step.needs):
            joint.add(step)
        else:
            groups.setdefault(homes.pop(), []).append(step)
    return list(groups.values())


def _settings(run: Path) -> bytes:
    try:
        return (run / CONFIG).read_bytes()
    except OSError as error:
        raise DataError(f"{run}: holds no {CONFIG}, so it is no run ({error.strerror})") from error


def _copy(path: Path, run: Path, out: Path) -> None:
    """Copy a result of a run unless it is there; it must be the same where it is."""
    record, there = whole_record(path), out / path.relative_to(run)
    if record is None:
        raise DataError(f"{path}: is damaged, or of another version; delete it and run that part again")
    known = whole_record(there)
    if known not in (None, record):
        why = "as unlike processors compute; run the parts on equal ones"
        raise DataError(f"{record['label']}: {run} has another result than {out}, {why}")
    if known is None:
        # The record comes last: with it the result is there.
        for suffix in (".safetensors", ".json") if record["has_arrays"] else (".json",):
            with path.with_suffix(suffix).open("rb") as file:
                copy_atomic(file, there.with_suffix(suffix))
