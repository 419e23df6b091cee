"""Mutated files of every kind that the package reads: each is refused by name or read right.

    OMP_NUM_THREADS=1 PYTHONPATH=. python benchmarks/fuzz.py [N] [KIND ...]

Every file is read in a process of its own, which may use 5 s of one core and 1 GB of memory. Outcomes: ``read``,
``refused`` (an error that the package raises on purpose), and what must not occur: ``unforeseen`` (any other
exception), ``slow``, ``large``, ``crashed``; then the exit code is 1. The same N gives the same files.
"""

import os
import pickle
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import torch

from fuzz_kinds import Kind, Read, checkpoint_kinds, phone_kinds, run_kind, settings_kind, sound_kinds, table_kind
from fuzz_models import model_kinds, whisper_kinds
from lowsr_tradeoff.errors import LowsrError

# A file may take half a gigabyte; the libraries that read it take the other half.
CPU_S, WALL_S, MEMORY_BYTES = 5, 60, 5 * 10**8
# Address space beyond which an allocation fails: keeps a promise of gigabytes from taking the machine down.
ADDRESS_BYTES = 8 * MEMORY_BYTES
GOOD = ("read", "refused")
OUTCOMES = (*GOOD, "unforeseen", "slow", "large", "crashed")


@dataclass(frozen=True)
class Outcome:
    """What came of one file.

    Attributes:
        kind: Of file.
        seed: Draws the file again.
        what: One of the outcomes.
        said: The error.
        cpu_s: Time that the reader took.
        peak_mb: Its memory at most, libraries included.
    """

    kind: str
    seed: str
    what: str
    said: str
    cpu_s: float
    peak_mb: float


def fuzz(kind: Kind, n: int) -> Iterator[Outcome]:
    """Yield the outcomes of ``n`` mutated files, spread over the kind's files."""
    whole = list(kind.files.items())
    for i in range(n):
        path, content = whole[i % len(whole)]
        seed = f"{kind.name} {i}"
        path.write_bytes(kind.mutate(content, Random(seed)))
        yield Outcome(kind.name, seed, *attempt(kind.read, path))
        path.write_bytes(content)


def attempt(read: Read, path: Path) -> tuple[str, str, float, float]:
    """Return what came of reading a file in a process of its own: outcome, error, seconds, megabytes."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        _answer(read, path, sending)
    os.close(sending)
    answered = _answered(receiving, child)
    _, status, used = os.wait4(child, 0)
    cpu_s, peak_mb = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    died = "slow" if os.WTERMSIG(status) in {signal.SIGXCPU, signal.SIGKILL} else "crashed"
    what, said, held_bytes = answered or (died, "", 0)
    if what in GOOD and peak_mb * 1024**2 - held_bytes > MEMORY_BYTES:
        what = "large"
    return what, said or f"status {status}", cpu_s, peak_mb


def _answer(read: Read, path: Path, sending: int) -> None:
    """In the child: read within the limits, say what came of it, and end without cleaning up."""
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 1))
    taken, held_bytes = _in_memory(resident=False), _in_memory(resident=True)
    resource.setrlimit(resource.RLIMIT_AS, (taken + ADDRESS_BYTES, taken + ADDRESS_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        read(path)
        answer = "read", "read"
    except LowsrError as error:
        answer = "refused", f"{type(error).__name__}: {error}"[:2000]
    except BaseException:  # noqa: BLE001 - whatever it is, it is told to the parent
        answer = "unforeseen", traceback.format_exc()[-2000:]
    os.write(sending, pickle.dumps((*answer, held_bytes)))
    os._exit(0)


def _in_memory(*, resident: bool) -> int:
    """Bytes that this process has in memory, or of addresses that it has taken."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(pages[resident]) * resource.getpagesize()


def _answered(receiving: int, child: int) -> tuple[str, str, int] | None:
    """What the child says, or ``None`` where it ends, or takes too long, without a word."""
    with os.fdopen(receiving, "rb") as pipe:
        if not select.select([pipe], [], [], WALL_S)[0]:
            os.kill(child, signal.SIGKILL)
            return None
        said = pipe.read()
    answer: tuple[str, str, int] | None = pickle.loads(said) if said else None
    return answer


def table(outcomes: list[Outcome]) -> Iterator[str]:
    """Yield a Markdown table, a line per kind."""
    yield f"| kind | files | {' | '.join(OUTCOMES)} | slowest, CPU s | most memory, MB |"
    yield "|---" * (len(OUTCOMES) + 4) + "|"
    for kind in dict.fromkeys(outcome.kind for outcome in outcomes):
        group = [outcome for outcome in outcomes if outcome.kind == kind]
        counts = Counter(outcome.what for outcome in group)
        figures = (len(group), *(counts[what] for what in OUTCOMES))
        worst = f"{max(o.cpu_s for o in group):.1f} | {max(o.peak_mb for o in group):.0f}"
        yield f"| {kind} | {' | '.join(map(str, figures))} | {worst} |"


def all_kinds(folder: Path) -> Iterator[Kind]:
    """Yield every kind, in folders of their own."""
    names = ("sounds", "phones", "tables", "settings", "run", "checkpoints", "whisper", "models")
    rooms = {name: folder / name for name in names}
    for room in rooms.values():
        room.mkdir()
    yield from sound_kinds(rooms["sounds"])
    yield from phone_kinds(rooms["phones"])
    yield table_kind(rooms["tables"])
    yield settings_kind(rooms["settings"])
    yield run_kind(rooms["run"])
    yield from checkpoint_kinds(rooms["checkpoints"])
    yield from whisper_kinds(rooms["whisper"])
    yield from model_kinds(rooms["models"])


def main() -> None:
    """Fuzz every kind and print the table, and what must not have occurred."""
    # A fork of a process with more threads than one may never end.
    torch.set_num_threads(1)
    n, names = int(sys.argv[1]) if len(sys.argv) > 1 else 500, sys.argv[2:]
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in all_kinds(Path(folder)):
            if not names or kind.name in names:
                start = time.monotonic()
                outcomes += fuzz(kind, n)
                print(f"{kind.name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    bad = [outcome for outcome in outcomes if outcome.what not in GOOD]
    print(*table(outcomes), *(f"\n{o.seed}: {o.what}: {o.said}" for o in bad), sep="\n")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
