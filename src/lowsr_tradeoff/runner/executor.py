"""What runs calls of steps: the interface, and this process as the simplest kind."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module

from lowsr_tradeoff.errors import LowsrError, MissingResourceError
from lowsr_tradeoff.runner.fingerprint import NAME
from lowsr_tradeoff.runner.machine import why_no_gpu
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

RunSteps = Callable[[Sequence[Step]], None]
# The steps of one call, by their places among all that are to run.
Call = tuple[int, ...]
# How long a process may take to start, and to end.
STARTING_S, ENDING_S = 120.0, 1.0
# Three shares of 0.333… are a whole GPU.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Finished:
    """How a call finished: ``is_lost`` says that its process ended under it, so another try may succeed."""

    call: Call
    failure: str | None
    is_lost: bool = False


@dataclass(frozen=True)
class Executor:
    """Where calls run: ``n_free`` returns how many more can start, on a GPU or not; ``wait`` awaits one."""

    n_free: Callable[[bool], int]
    start: Callable[[Call], None]
    wait: Callable[[], list[Finished]]


def run_batch(corpora: Mapping[str, object], store: Store, steps: Sequence[Step]) -> None:
    """Run steps by the function that they share; ``corpora`` holds those they ask for, events and speech."""
    module, _, function = steps[0].run.partition(":")
    run = getattr(import_module(f"{NAME}.{module}"), function)
    run(steps, corpora[steps[0].corpus], store)


def failure_of(run: RunSteps, steps: Sequence[Step]) -> str | None:
    """Run one batch and return why it failed, or ``None``."""
    try:
        run(steps)
    except LowsrError as error:
        return str(error)
    except MemoryError:
        return "there was not enough memory"
    except Exception as error:  # noqa: BLE001 - one broken step must not lose the others
        return f"{type(error).__name__}: {error}"
    return None


@contextmanager
def in_this_process(run: RunSteps, steps: Sequence[Step]) -> Iterator[Executor]:
    """Yield an executor of one call at a time, which runs while it is waited for."""
    started: deque[Call] = deque()

    def wait() -> list[Finished]:
        call = started.popleft()
        return [Finished(call, failure_of(run, [steps[i] for i in call]))]

    yield Executor(lambda _: 1 - len(started), started.append, wait)


def require_gpu(steps: Sequence[Step]) -> None:
    """Raise a :class:`MissingResourceError` where steps compute on a GPU and this machine has none."""
    if any(step.is_on_gpu for step in steps) and (missing := why_no_gpu()):
        raise MissingResourceError(missing)


def is_on_gpu(steps: Sequence[Step], call: Call) -> bool:
    """Return whether a call is to be given a GPU."""
    return any(steps[i].is_on_gpu for i in call)


def n_more(running_on_gpu: Sequence[bool], n_calls: int, n_gpu_calls: int, *, on_gpu: bool) -> int:
    """Return how many more calls can start, of ``n_calls`` at once, of which ``n_gpu_calls`` on a GPU."""
    n_free = n_calls - len(running_on_gpu)
    return min(n_free, n_gpu_calls - sum(running_on_gpu)) if on_gpu else n_free


def n_sharing(gpu_share: float) -> int:
    """Return how many calls of some share one GPU has room for.

    >>> n_sharing(1.0), n_sharing(0.4), n_sharing(1 / 3)
    (1, 2, 3)
    """
    return int(1 / gpu_share + ROUNDING)


def over_limit(timeout_s: float, n_steps: int) -> str:
    """Return in words that a call took too long."""
    return f"took more than {timeout_s * n_steps:g} s and was ended; give more time with --step-timeout"
