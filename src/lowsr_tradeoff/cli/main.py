"""The command ``lowsr-tradeoff``: parse, call, exit.

Results go to standard output, progress and errors to standard error. ``help.py`` lists the exit codes.
"""

import os
import shlex
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from types import FrameType

from lowsr_tradeoff.cli.printing import tell
from lowsr_tradeoff.errors import (
    ConfigError,
    DataError,
    LowsrError,
    MissingResourceError,
    NotComparableError,
    PartialRunError,
)
from lowsr_tradeoff.files.safe_text import shortened
from lowsr_tradeoff.runner.machine import ONE_THREAD

USAGE, INTERRUPTED = 2, 130
# The first matching kind of an error decides.
EXIT_CODES = (
    (ConfigError, USAGE),
    ((DataError, MissingResourceError), 3),
    (PartialRunError, 5),
    (NotComparableError, 7),
    (LowsrError, 4),
)
# A command ends within two seconds of Ctrl-C.
LATE_S = 1.5


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    for variable, value in ONE_THREAD.items():
        os.environ.setdefault(variable, value)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows few characters shows the codes of the others.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    with _interruptible():
        code = _exit_code(sys.argv[1:] if arguments is None else arguments)
    sys.exit(code)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM end the command at once, or soon where a callback of Python drops the interrupt.

    Nothing is lost: results are written whole or not at all, and worker processes end with this one.
    """
    late = threading.Timer(LATE_S, _leave)
    late.daemon = True

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        if late.ident is None:
            late.start()
        raise KeyboardInterrupt

    before = {which: signal.signal(which, interrupt) for which in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        late.cancel()
        for which, handler in before.items():
            signal.signal(which, handler)


def _leave() -> None:
    os._exit(_complain("interrupted; what is finished is kept, the same command goes on from there", INTERRUPTED))


def _exit_code(arguments: Sequence[str]) -> int:
    try:
        return _call(arguments)
    except LowsrError as error:
        return _complain(error, next(code for kinds, code in EXIT_CODES if isinstance(error, kinds)))
    except KeyboardInterrupt:
        again = shlex.join(["lowsr-tradeoff", *arguments])
        return _complain(
            f"interrupted; what is finished is kept, and this goes on from there:\n{again}", INTERRUPTED
        )


def _call(arguments: Sequence[str]) -> int:
    """Parse and call. Commands are loaded here, so that Ctrl-C while they load ends like any other."""
    from cyclopts import CycloptsError

    from lowsr_tradeoff.cli.commands import app
    from lowsr_tradeoff.cli.help import asked_for, help_text

    if asked_for(arguments):
        tell(help_text(app, arguments))
        return 0
    try:
        code = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        from lowsr_tradeoff.cli.usage import complaint

        return _complain(complaint(error, app), USAGE)
    return code if isinstance(code, int) else 0


def _complain(message: object, code: int) -> int:
    tell(f"lowsr-tradeoff: {shortened(str(message))}", to=sys.stderr)
    return code
