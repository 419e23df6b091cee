"""What steps of each kind take, so that a run can say how long it goes on.

The first guess is shipped (``configs/step_costs.json``; ``docs/benchmarks.md`` says how it was made). What this
machine took replaces it: after each run the seconds of each kind, and nothing else, are kept in the user's cache.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from lowsr_tradeoff.errors import LowsrError

SHIPPED = Path(__file__).parents[1] / "configs" / "step_costs.json"
# Finished steps of a kind that tell what the next ones take.
N_RECENT = 10
# Clips of each corpus of the default run, which the shipped costs are of.
DEFAULT_CLIPS = {"events": 400, "speech": 64}


def kept() -> Path:
    """Return the file with the seconds that steps took on this machine."""
    return Path(os.getenv("XDG_CACHE_HOME") or Path.home() / ".cache") / "lowsr-tradeoff" / "step-seconds.json"


def shipped() -> dict[str, dict[str, Any]]:
    """Return corpus, seconds and kB of a step by its kind, of the default run."""
    costs: dict[str, dict[str, Any]] = json.loads(SHIPPED.read_text(encoding="utf-8"))
    return costs


def seconds() -> dict[str, float]:
    """Return the seconds of a step by its kind, at the size of the default run; those of this machine go first."""
    found = {kind: float(cost["seconds"]) for kind, cost in shipped().items()}
    with suppress(OSError, ValueError, AttributeError, TypeError):
        own = json.loads(kept().read_text(encoding="utf-8"))
        found |= {kind: float(s) for kind, s in own.items() if kind in found and 0 < float(s) < 1e6}
    return found


def remember(took_s: Mapping[str, Sequence[float]], n_clips: Mapping[str, int]) -> None:
    """Keep what the steps of a run took, at the size of the default run; nothing where the folder is read-only.

    Args:
        took_s: Seconds of the steps that ran, by kind.
        n_clips: Clips of the run's corpora, by kind of corpus.
    """
    from lowsr_tradeoff.files.writing import write_atomic

    costs = shipped()
    own = {
        kind: _mean(each) * DEFAULT_CLIPS[costs[kind]["corpus"]] / max(1, n_clips.get(costs[kind]["corpus"], 1))
        for kind, each in took_s.items()
        if kind in costs and each
    }
    if own:
        before = {kind: s for kind, s in seconds().items() if kind not in own}
        with suppress(LowsrError, OSError):
            write_atomic(kept(), json.dumps({**before, **own}, indent=1, sort_keys=True).encode())


def left_s(
    took_s: Mapping[str, Sequence[float]], n_left: Mapping[str, int], jobs: int, known_s: Mapping[str, float]
) -> float:
    """Return about how many seconds the rest takes: the steps left of each kind, shared among the processes.

    A kind takes the mean of its last finished steps, since other work on the machine comes and goes. A kind of
    which none is finished takes what is known of it, scaled by what the finished kinds took against what is known
    of them. A kind of which nothing is known takes the mean of the others.

    >>> left_s({"train": [60, 120]}, {"train": 4}, 2, {})
    180.0
    >>> left_s({"train": [10, 10]}, {"train": 1, "attack": 1}, 1, {"train": 5, "attack": 20})
    50.0
    """
    expected = {kind: _mean(each[-N_RECENT:]) for kind, each in took_s.items()}
    seen = [kind for kind in expected if kind in known_s]
    known = sum(known_s[kind] * len(took_s[kind]) for kind in seen)
    scale = sum(sum(took_s[kind]) for kind in seen) / known if known else 1.0
    expected = {**{kind: s * scale for kind, s in known_s.items()}, **expected}
    usual = _mean([*expected.values()]) if expected else 0.0
    each = {kind: expected.get(kind, usual) for kind in n_left}
    total = sum(n * each[kind] for kind, n in n_left.items())
    # The last steps do not fill all processes.
    return max([total / max(1, jobs), *each.values()], default=0.0)


def of_run(steps: Iterable[tuple[str, str]], n_clips: Mapping[str, int], value: Callable[[str], float]) -> float:
    """Return the sum of a cost over steps, each given by its kind and its corpus, scaled by the corpus's clips."""
    return sum(value(kind) * n_clips[corpus] / DEFAULT_CLIPS[corpus] for kind, corpus in steps)


def _mean(values: Sequence[float]) -> float:
    # The module statistics takes as long to load as all of this.
    return sum(values) / len(values)
