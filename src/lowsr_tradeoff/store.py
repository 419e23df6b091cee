"""The run folder: steps in, checksummed artefacts out.

A :class:`Step` names one unit of work by everything its result depends on: its stage, its settings, the code and
libraries that compute it, and the steps it needs. Its key is the hash of all that, so an artefact under a key is
either the right one or absent, and resuming a run is skipping what is there.

An artefact is ``steps/<stage>/<key>.json`` and, when there are arrays, ``<key>.safetensors`` beside it. The arrays
are written first and the JSON, which holds both checksums, last: its existence means that the step is complete. The
JSON starts with the checksum of every byte after it, so that no change of any byte goes unnoticed, and a file in
another version's format is not taken for a result.
"""

import hashlib
import io
import json
import os
import secrets
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from shutil import copyfileobj
from typing import Any, BinaryIO, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from lowsr_tradeoff.array_file import Append, mapped, written_by_rows
from lowsr_tradeoff.errors import FailedStepError, StageError
from lowsr_tradeoff.sealed import MOST_RECORD_BYTES, record_of, seal, sha256_of, whole_record

Arrays = Mapping[str, NDArray[Any]]
# The content of an artefact's files, by suffix.
Files = dict[str, bytes]
PROBE_BYTES = 1 << 20

T = TypeVar("T", bound=Hashable)
R = TypeVar("R")


@dataclass(frozen=True, eq=False)
class Step:
    """One unit of work, a pure function of what is named here. Steps with the same key are equal.

    Attributes:
        stage: Which function runs it, and the folder of its artefact.
        settings: Everything the result depends on besides code and needs.
        code: Fingerprint of the sources and libraries that compute it (:func:`manifest.fingerprint`).
        label: What a person calls it.
        needs: Steps whose artefacts it reads.
        together: Steps with the same non-``None`` value share work (one decode) and run in one call.
        is_on_gpu: Whether it is to be given a GPU; whether it computes on one is in its settings.
    """

    stage: str
    settings: BaseModel
    code: str
    label: str
    needs: tuple["Step", ...] = ()
    together: str | None = None
    is_on_gpu: bool = False

    @cached_property
    def key(self) -> str:
        """The artefact's name: 32 hex digits."""
        named = {
            "stage": self.stage,
            "settings": self.settings.model_dump(mode="json"),
            "code": self.code,
            "needs": [step.key for step in self.needs],
        }
        return hashlib.blake2b(canonical_json(named), digest_size=16).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Step) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


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

    def is_damaged(self, step: Step) -> bool:
        """Return whether the step has an artefact that is not, byte for byte, what this version writes."""
        return self._path(step, "json").exists() and not self.holds(step)

    def require_space(self) -> None:
        """Write and remove a little.

        Raises:
            StageError: The folder cannot be written.
        """
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
        """Yield what appends a row to a step's one array, of which no memory holds more; it is there at the end.

        Raises:
            StageError: The folder cannot be written, or another number of rows came.
        """
        with written_by_rows(self._path(step, "safetensors"), name, n_rows) as (append, digest):
            yield append
        self._write_record(step, meta, digest(), has_arrays=True)

    def mapped(self, step: Step, name: str) -> NDArray[Any]:
        """Return an array of a finished step as a view of its file, which all who read it share.

        Raises:
            FailedStepError: The step failed in this run.
            StageError: The array is not there or damaged.
        """
        self._refuse_failed(step)
        try:
            return mapped(self._path(step, "safetensors"), name)
        except (OSError, ValueError, KeyError, TypeError) as error:
            where = f"its arrays in {self.root} are missing or damaged"
            raise StageError(f"{step.label}: {where}; run again") from error

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

    def files(self, step: Step) -> Files:
        """Return the files of a finished step as bytes, by suffix, the arrays first.

        Raises:
            StageError: The artefact is not there.
        """
        try:
            return {suffix: self._path(step, suffix).read_bytes() for suffix in self._suffixes(step)}
        except OSError as error:
            raise StageError(f"{step.label}: its result in {self.root} is missing; run again") from error

    def write_files(self, step: Step, files: Files) -> None:
        """Write a step's result as another store's :meth:`files` gave it.

        Raises:
            StageError: It is not what was written there, or the folder cannot be written.
        """
        for suffix, content in files.items():
            write_atomic(self._path(step, suffix), content)
        if not self.holds(step):
            raise StageError(f"{step.label}: its result arrived damaged; run again")

    def _suffixes(self, step: Step) -> tuple[str, ...]:
        record = record_of(self._path(step, "json"))
        return ("safetensors", "json") if record and record["has_arrays"] else ("json",)

    def meta(self, step: Step) -> dict[str, Any]:
        """Return the JSON part of a finished step.

        Raises:
            FailedStepError: The step failed in this run.
            StageError: The artefact is not there or damaged.
        """
        self._refuse_failed(step)
        record = record_of(self._path(step, "json"))
        if record is None:
            raise StageError(f"{step.label}: its result in {self.root} is missing or damaged; run again")
        meta: dict[str, Any] = record["meta"]
        return meta

    def arrays(self, step: Step) -> dict[str, NDArray[Any]]:
        """Return the arrays of a finished step.

        Raises:
            FailedStepError: The step failed in this run.
            StageError: The arrays are not there or damaged.
        """
        self._refuse_failed(step)
        try:
            arrays: dict[str, NDArray[Any]] = load_file(self._path(step, "safetensors"))
        except (OSError, SafetensorError) as error:
            raise StageError(
                f"{step.label}: its arrays in {self.root} are missing or damaged; run again"
            ) from error
        return arrays

    def _refuse_failed(self, step: Step) -> None:
        if step in self.failed:
            raise FailedStepError(f"{step.label} failed: {self.failed[step]}")

    def _path(self, step: Step, suffix: str) -> Path:
        return self.root / "steps" / step.stage / f"{step.key}.{suffix}"


def of_finished(make: Callable[[T], R], each: Iterable[T]) -> dict[T, R]:
    """Return what is made of each thing, without those that rest on a step that failed in this run.

    What is left out is not forgotten: the run lists every step that failed, and why.
    """
    made: dict[T, R] = {}
    for one in each:
        with suppress(FailedStepError):
            made[one] = make(one)
    return made


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a crash, finds the old content or the new, never a part.

    Raises:
        StageError: The folder cannot be written.
    """
    copy_atomic(io.BytesIO(content), path)


def copy_atomic(source: BinaryIO, path: Path) -> None:
    """Write what can be read from a file, of any length, as :func:`write_atomic` does.

    Raises:
        StageError: The file cannot be read to its end, or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, source)
    except OSError as error:
        raise StageError(f"{path}: cannot be written ({error.strerror}); choose another --out") from error


def canonical_json(value: object) -> bytes:
    """Return JSON bytes that are equal for equal values.

    >>> canonical_json({"b": 1, "a": [2.0, None]})
    b'{"a":[2.0,null],"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest_of(value: object) -> str:
    """Return the SHA-256 of a value's canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _replace(path: Path, source: BinaryIO) -> None:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("xb") as file:
            copyfileobj(source, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
