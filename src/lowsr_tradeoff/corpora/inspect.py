"""Every input problem of a corpus at once, before any work.

Each file is decoded once, in blocks, and what was found is remembered by the hash of its bytes, so that looking
again costs only the hashing.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from lowsr_tradeoff.audio.decode import check_length, decode_blocks
from lowsr_tradeoff.corpora.rows import Fault, Problem, R, keep, path_fault, repeats
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.files.reading import sha256_of
from lowsr_tradeoff.files.writing import seal, unseal, write_atomic
from lowsr_tradeoff.records.base import Record
from lowsr_tradeoff.runner.fingerprint import code_of

# Twice full scale: more than a lossy codec overshoots, less than any file that is scaled to integers.
LOUDEST = 2.0
# The largest code of 16 bits is 1 - 2 ** -15.
FULL_SCALE = 1 - 2**-14


class Audio(Record):
    """What a usable file holds.

    Attributes:
        digest: Hash of its bytes.
        source_rate_hz: Its rate.
        n_samples: Its length.
        n_at_full_scale: Samples that the recorder could not have shown louder.
    """

    digest: str
    source_rate_hz: int
    n_samples: int
    n_at_full_scale: int = 0

    @property
    def duration_s(self) -> float:
        """Its length."""
        return self.n_samples / self.source_rate_hz


class Unusable(Record):
    """Why a file cannot be used at any rate."""

    reason: str


Finding = Audio | Unusable


class Memory(Record):
    """What was found before, by the hash of a file's bytes, and by which code."""

    code: str
    files: dict[str, Finding]


def usable(
    root: Path, rows: Sequence[R], faults: Sequence[Fault[R]], rates_hz: Sequence[int], cache: Path | None
) -> tuple[list[R], dict[Path, Audio], list[Problem]]:
    """Return the rows that can be used, what their files hold, and every problem of the others.

    Args:
        root: The corpus folder, which no path may leave.
        rows: The rows as listed.
        faults: What else may be wrong with a row.
        rates_hz: Rates to capture at, the reference rate last.
        cache: File that remembers findings.
    """
    paths = {row.path: path_fault(root, row.path) for row in rows}
    findings = inspect_files((path for path, fault in paths.items() if fault is None), cache)
    repeated = _repetitions(rows, findings)
    kept, problems = keep(
        rows,
        [
            lambda row: row.fault,
            *faults,
            lambda row: paths[row.path],
            lambda row: repeated.get(row.where),
            lambda row: audio_fault(findings[row.path], rates_hz) if row.path in findings else None,
        ],
    )
    audio = {path: finding for path, finding in findings.items() if isinstance(finding, Audio)}
    return kept, audio, problems


def _repetitions(rows: Sequence[R], findings: Mapping[Path, Finding]) -> dict[str, str]:
    """What names a file again, or holds the same sound under another name: it would be on both sides of a split."""
    files = repeats(
        rows, lambda row: row.path.resolve() if row.path in findings else None, "names the same file as"
    )
    once = [row for row in rows if row.where not in files]
    return files | repeats(once, lambda row: _digest_of(findings.get(row.path)), "has the same bytes as")


def audio_fault(finding: Finding, rates_hz: Sequence[int]) -> str | None:
    """Return why a file cannot be captured at the rates, or ``None``."""
    if isinstance(finding, Unusable):
        return finding.reason
    if finding.duration_s * min(rates_hz) < 1:
        return f"is shorter than one sample at {min(rates_hz)} Hz"
    return rate_fault(finding.source_rate_hz, rates_hz)


def rate_fault(source_rate_hz: int, rates_hz: Sequence[int]) -> str | None:
    """Return why a source cannot give the rates, the last of which is the reference rate, or ``None``.

    >>> rate_fault(8000, [1000, 16000])
    'is sampled at 8000 Hz, below the 16000 Hz asked for; lower --reference-rate'
    """
    above = sorted({rate for rate in rates_hz if rate > source_rate_hz})
    if not above:
        return None
    is_reference_only = max(rates_hz[:-1], default=0) <= source_rate_hz
    remedy = "lower --reference-rate" if is_reference_only else "lower --rates and --reference-rate"
    return f"is sampled at {source_rate_hz} Hz, below the {', '.join(map(str, above))} Hz asked for; {remedy}"


def inspect_files(paths: Iterable[Path], cache: Path | None) -> dict[Path, Finding]:
    """Return what each file holds, decoding only those whose bytes were not seen before.

    Args:
        paths: Files that exist.
        cache: File that remembers findings; ``None`` remembers nothing.
    """
    code = code_of("corpora.inspect:inspect_files")
    known = _recall(cache, code)
    findings: dict[Path, Finding] = {}
    new: dict[str, Finding] = {}
    for path in paths:
        try:
            digest = sha256_of(path)
        except OSError as error:
            findings[path] = Unusable(reason=f"cannot be read ({error.strerror})")
            continue
        if digest not in known and digest not in new:
            new[digest] = _listen(path, digest)
        findings[path] = known.get(digest) or new[digest]
    if cache and new:
        write_atomic(cache, seal(Memory(code=code, files={**known, **new}).model_dump_json().encode()))
    return findings


def _recall(cache: Path | None, code: str) -> Mapping[str, Finding]:
    """Nothing is lost with a cache that is absent, damaged or of other code: the files are decoded again."""
    try:
        memory = Memory.model_validate_json(unseal(cache.read_bytes()) or b"") if cache else None
    except (OSError, ValidationError):
        return {}
    return memory.files if memory and memory.code == code else {}


def _listen(path: Path, digest: str) -> Finding:
    if path.stat().st_size == 0:
        return Unusable(reason="is empty (0 bytes)")
    n_samples, n_at_full_scale, peak, source_rate_hz = 0, 0, 0.0, 0
    try:
        for block, source_rate_hz in decode_blocks(path):
            n_samples += len(block)
            check_length(path, n_samples, source_rate_hz)
            n_at_full_scale += int(np.count_nonzero(np.abs(block) > FULL_SCALE))
            # Unlike max(), keeps a NaN whatever comes after it.
            peak = float(np.maximum(peak, np.abs(block).max()))
    except DataError as error:
        return Unusable(reason=str(error).removeprefix(f"{path}: "))
    fault = _sample_fault(n_samples, peak)
    return fault or Audio(
        digest=digest, source_rate_hz=source_rate_hz, n_samples=n_samples, n_at_full_scale=n_at_full_scale
    )


def _sample_fault(n_samples: int, peak: float) -> Unusable | None:
    if n_samples == 0:
        return Unusable(reason="is empty (no samples)")
    if not np.isfinite(peak):
        return Unusable(reason="has samples that are NaN or infinite")
    if peak == 0:
        return Unusable(reason="is silent: every sample is zero")
    if peak > LOUDEST:
        return Unusable(reason="is not scaled to full scale 1: it would be clipped to noise; scale it to ±1")
    return None


def _digest_of(finding: Finding | None) -> str | None:
    return finding.digest if isinstance(finding, Audio) else None
