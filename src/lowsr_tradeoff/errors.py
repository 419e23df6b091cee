"""Every error the package raises on purpose.

LowsrError
├── ConfigError           settings that cannot be used
├── DataError             audio, transcripts or weights that cannot be used
├── MissingResourceError  a file, weight or package that is not there
├── NotComparableError    runs that have nothing to be compared by
└── StageError            a step that failed while running
    ├── FailedStepError   a result that is not there because its step failed in this run
    └── PartialRunError   a run with results that lack some steps
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
# So many names can be listed in a message and still be read.
MOST_LISTED = 8


class LowsrError(Exception):
    """Base of all errors with a message meant for the user."""


class ConfigError(LowsrError):
    """Settings that cannot be used; the message names each one and the remedy."""


class DataError(LowsrError):
    """Input data that cannot be used; the message lists every file and reason."""


class MissingResourceError(LowsrError):
    """Something needed that is not there; the message says how to get it."""


class NotComparableError(LowsrError):
    """Runs that cannot be compared; the message says which and why."""


class StageError(LowsrError):
    """A step that failed; the message names the step, and finished steps stay."""


class FailedStepError(StageError):
    """A result that is not there because its step failed in this run; the message says why."""


class PartialRunError(StageError):
    """A run that delivered its results without those of the steps that failed; the message names each."""


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return the remedy for a name that is none of those known: the nearest of them, or else what there is.

    Args:
        name: The name that was given.
        known: The names that there are.
        otherwise: What to say where none is near and the names are too many to list.

    >>> did_you_mean("cssdd", ["raw", "cssd"]), did_you_mean("x", ["raw", "cssd"])
    ('did you mean cssd?', 'there are raw, cssd')
    """
    import difflib  # noqa: PLC0415 - for those who mistyped alone

    names = list(known)
    by_lower = {each.lower(): each for each in names}
    if near := difflib.get_close_matches(name.strip().lower(), by_lower, n=1):
        return f"did you mean {by_lower[near[0]]}?"
    return otherwise if otherwise and len(names) > MOST_LISTED else f"there are {', '.join(names)}"


def tried(load: Callable[[], T]) -> tuple[T | None, str | None]:
    """Return what was loaded, or its ``DataError`` as text, so that errors of several loads come together."""
    try:
        return load(), None
    except DataError as error:
        return None, str(error)
