"""The run folder: steps in, checksummed artefacts out.

The key of a :class:`Step` is the hash of everything its result depends on: stage, settings, code, libraries, needs.
So an artefact under a key is right or absent, and resuming a run skips what is there.

An artefact is ``steps/<stage>/<key>.json`` and, for arrays, ``<key>.safetensors``. The JSON is written last: with
it the step is complete. It holds both checksums and starts with that of every byte after it.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from lowsr_tradeoff.errors import FailedStepError, StageError
from lowsr_tradeoff.files import reading
from lowsr_tradeoff.files.array_rows import Append, mapped, written_by_rows
from lowsr_tradeoff.files.writing import canonical_json, seal, sha256_of, unseal, write_atomic
from lowsr_tradeoff.runner.step import Step

Arrays = Mapping[str, NDArray[Any]]
# The content of an artefact's files, by suffix.
Files = dict[str, bytes]
PROBE_BYTES = 1 << 20
NO_ARRAYS = sha256_of(b"")
# Figures of a step; of half a million utterances, what was heard in each.
MOST_RECORD_BYTES = 200 * reading.MEGABYTE
FIELDS = frozenset({"stage", "key", "meta", "arrays_sha256", "has_arrays"})

T = TypeVar("T", bound=Hashable)
R = TypeVar("R")


@dataclass(frozen=True)
class Store:
    """Artefacts of steps below one folder.

    Attributes:
        root: The folder.
        failed: Why steps of this run have no artefact; reading one of them says so.
    """

    root: Path
    failed: Mapping[Step, str] = field(default_factory=dict)

    def holds(self, step: Step) -> bool:
        """Return whether the step's artefact is there and every byte of it is as written."""
        return whole_record(self._path(step, "json")) is not None

    def has_record(self, step: Step) -> bool:
        """Return whether the step's artefact is there, unchecked."""
        return self._path(step, "json").exists()

    def is_damaged(self, step: Step) -> bool:
        """Return whether the step has an artefact that is not, byte for byte, what this version writes."""
        return self.has_record(step) and not self.holds(step)

    def require_space(self) -> None:
        """Write and remove a little; raises :class:`StageError` where the folder cannot be written."""
        probe = self.root / ".space"
        write_atomic(probe, bytes(PROBE_BYTES))
        probe.unlink()

    def write(self, step: Step, meta: Mapping[str, Any], arrays: Arrays | None = None) -> None:
        """Write a step's result so that it is there completely or not at all."""
        packed = save({name: np.asarray(a, order="C") for name, a in arrays.items()}) if arrays else b""
        if packed:
            write_atomic(self._path(step, "safetensors"), packed)
        self._write_record(step, meta, sha256_of(packed), has_arrays=bool(packed))

    @contextmanager
    def writing_rows(self, step: Step, meta: Mapping[str, Any], name: str, n_rows: int) -> Iterator[Append]:
        """Yield what appends a row to a step's one array, of which no memory holds more; it is there at the end."""
        with written_by_rows(self._path(step, "safetensors"), name, n_rows) as (append, digest):
            yield append
        self._write_record(step, meta, digest(), has_arrays=True)

    def meta(self, step: Step) -> dict[str, Any]:
        """Return the JSON part of a finished step.

        Raises:
            FailedStepError: The step failed in this run.
            StageError: The artefact is not there or damaged.
        """
        with self._reading(step):
            record = record_of(self._path(step, "json"))
            if record is None:
                raise FileNotFoundError
        meta: dict[str, Any] = record["meta"]
        return meta

    def arrays(self, step: Step) -> dict[str, NDArray[Any]]:
        """Return the arrays of a finished step; raises as :meth:`meta` does."""
        with self._reading(step):
            arrays: dict[str, NDArray[Any]] = load_file(self._path(step, "safetensors"))
        return arrays

    def mapped(self, step: Step, name: str) -> NDArray[Any]:
        """Return an array of a finished step as a view of its file, which all who read it share."""
        with self._reading(step):
            return mapped(self._path(step, "safetensors"), name)

    def files(self, step: Step) -> Files:
        """Return the files of a finished step as bytes, by suffix, the arrays first; raises as :meth:`meta`."""
        with self._reading(step):
            record = record_of(self._path(step, "json"))
            suffixes = ("safetensors", "json") if record and record["has_arrays"] else ("json",)
            return {suffix: self._path(step, suffix).read_bytes() for suffix in suffixes}

    def write_files(self, step: Step, files: Files) -> None:
        """Write a step's result as another store's :meth:`files` gave it."""
        for suffix, content in files.items():
            write_atomic(self._path(step, suffix), content)
        if not self.holds(step):
            raise StageError(f"{step.label}: its result arrived damaged; run again")

    def _write_record(self, step: Step, meta: Mapping[str, Any], arrays_sha256: str, *, has_arrays: bool) -> None:
        record = {
            "stage": step.stage,
            "label": step.label,
            "key": step.key,
            "settings": step.settings.model_dump(mode="json"),
            "meta": dict(meta),
            "arrays_sha256": arrays_sha256,
            "has_arrays": has_arrays,
        }
        content = seal(canonical_json(record))
        if len(content) > MOST_RECORD_BYTES:
            raise StageError(f"{step.label}: its figures take more than {MOST_RECORD_BYTES} bytes; use fewer clips")
        write_atomic(self._path(step, "json"), content)

    @contextmanager
    def _reading(self, step: Step) -> Iterator[None]:
        """Name the step whose files cannot be read, and why."""
        if step in self.failed:
            raise FailedStepError(f"{step.label} failed: {self.failed[step]}")
        try:
            yield
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
            where = f"its result in {self.root} is missing or damaged"
            raise StageError(f"{step.label}: {where}; run again") from error

    def _path(self, step: Step, suffix: str) -> Path:
        return self.root / "steps" / step.stage / f"{step.key}.{suffix}"


def of_finished(make: Callable[[T], R], each: Iterable[T]) -> dict[T, R]:
    """Return what is made of each thing, without those that rest on a step that failed in this run."""
    made: dict[T, R] = {}
    for one in each:
        with suppress(FailedStepError):
            made[one] = make(one)
    return made


def whole_record(path: Path) -> dict[str, Any] | None:
    """Return the JSON of an artefact of which every byte is as written, arrays too, or ``None``."""
    record = record_of(path)
    try:
        found = (
            reading.sha256_of(path.with_suffix(".safetensors")) if record and record["has_arrays"] else NO_ARRAYS
        )
    except OSError:
        return None
    return record if record and record["arrays_sha256"] == found else None


def record_of(path: Path) -> dict[str, Any] | None:
    """Return the JSON of the artefact ``<stage>/<key>.json``, or ``None`` where no step has written that there."""
    try:
        body = unseal(reading.read_file(path, MOST_RECORD_BYTES))
        record: dict[str, Any] = reading.parse_json(body or b"{}")
    except (OSError, ValueError):
        return None
    is_usable = record.keys() >= FIELDS and isinstance(record["meta"], dict)
    is_its_own = is_usable and (record["stage"], record["key"]) == (path.parent.name, path.stem)
    return record if is_its_own else None
