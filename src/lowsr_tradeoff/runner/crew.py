"""What runs a batch of steps: the interface, and this process."""

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
# Places of steps among all that are to run; those of one call.
Numbers = tuple[int, ...]
STARTING_S, PARTING_S = 120.0, 1.0
# Three shares of 0.333… are a whole GPU.
ROUNDING = 1e-6


@dataclass(frozen=True)
class Ended:
    """How a call ended.

    Attributes:
        numbers: The steps that it ran.
        failure: Why it failed, or ``None``.
        is_lost: Whether its process ended under it, so that another try may do better.
    """

    numbers: Numbers
    failure: str | None
    is_lost: bool = False


@dataclass(frozen=True)
class Crew:
    """Who runs steps.

    Attributes:
        n_free: How many more calls like one can begin.
        begin: Begins a call.
        ended: Waits until one call or more have ended.
    """

    n_free: Callable[[Numbers], int]
    begin: Callable[[Numbers], None]
    ended: Callable[[], list[Ended]]


def run_batch(corpora: Mapping[str, object], store: Store, steps: Sequence[Step]) -> None:
    """Run one batch of steps by the function that they name, which writes their artefacts.

    Args:
        corpora: ``"events"`` and ``"speech"``, those that the steps ask for.
        store: Where artefacts lie.
        steps: One or more that share their function.
    """
    module, _, function = steps[0].run.partition(":")
    run = getattr(import_module(f"{NAME}.{module}"), function)
    run(steps, corpora[steps[0].corpus], store)


def attempt(run: RunSteps, steps: Sequence[Step]) -> str | None:
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
def in_this_process(run: RunSteps, steps: Sequence[Step]) -> Iterator[Crew]:
    """Yield a crew of one, which works while it is waited for."""
    begun: deque[Numbers] = deque()

    def ended() -> list[Ended]:
        numbers = begun.popleft()
        return [Ended(numbers, attempt(run, [steps[i] for i in numbers]))]

    yield Crew(lambda _: 1 - len(begun), begun.append, ended)


def require_gpu(steps: Sequence[Step]) -> None:
    """Check that this machine can run some steps.

    Raises:
        MissingResourceError: Some are to compute on a GPU, and there is none.
    """
    if any(step.is_on_gpu for step in steps) and (missing := why_no_gpu()):
        raise MissingResourceError(missing)


def n_more(steps: Sequence[Step], numbers: Numbers, busy: Sequence[Numbers], n_calls: int, n_on_gpu: int) -> int:
    """Return how many more calls like one can begin.

    Args:
        steps: All that may be asked for.
        numbers: The call.
        busy: Calls under way.
        n_calls: How many there may be at once.
        n_on_gpu: How many of those may compute on a GPU.
    """
    n_free = n_calls - len(busy)
    if not is_on_gpu(steps, numbers):
        return n_free
    return min(n_free, n_on_gpu - sum(is_on_gpu(steps, call) for call in busy))


def is_on_gpu(steps: Sequence[Step], numbers: Numbers) -> bool:
    """Return whether a call is to be given a GPU."""
    return any(steps[i].is_on_gpu for i in numbers)


def n_sharing(gpu_share: float) -> int:
    """Return how many calls of some share one GPU has room for.

    >>> n_sharing(1.0), n_sharing(0.4), n_sharing(1 / 3)
    (1, 2, 3)
    """
    return int(1 / gpu_share + ROUNDING)


def over_limit(timeout_s: float, n_steps: int) -> str:
    """Return in words that a call took too long."""
    return f"took more than {timeout_s * n_steps:g} s and was ended; give more time with --step-timeout"
