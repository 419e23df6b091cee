"""Printing for commands: control characters in text of others do not reach the terminal."""

import json
import os
import sys
from dataclasses import dataclass
from typing import TextIO

from lowsr_tradeoff.files.safe_text import visible

# The exit code that a shell gives for a program that a closed pipe ended.
UNREAD = 141
# Bold green and bold red, by ECMA-48.
GREEN, RED = "1;32", "1;31"


def tell_json(found: object) -> None:
    """Print records, or lists and tables of them, as one line of JSON."""
    from pydantic_core import to_jsonable_python

    tell(json.dumps(to_jsonable_python(found)))


@dataclass(frozen=True)
class Marked:
    """A word that says whether something is good: green or red on a terminal, and plain elsewhere."""

    word: str
    is_good: bool


# A line, in parts where some of them are marked.
Line = object | tuple[str | Marked, ...]


def tell(*lines: Line, to: TextIO | None = None) -> None:
    """Print lines, on standard output by default; exits where the reader closed the pipe, as ``head`` does."""
    stream = to or sys.stdout
    try:
        print(*(_shown(line, stream) for line in lines), sep="\n", file=stream, flush=True)
    except BrokenPipeError:
        # What is still buffered must not meet the closed pipe again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise SystemExit(UNREAD) from None


def is_coloured(stream: TextIO) -> bool:
    """Return whether colours are shown: on a terminal that has some, unless NO_COLOR is set (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _shown(line: Line, stream: TextIO) -> str:
    parts = line if isinstance(line, tuple) else (line,)
    return "".join(_part(part, stream) for part in parts)


def _part(part: object, stream: TextIO) -> str:
    if not isinstance(part, Marked):
        return visible(str(part))
    text = visible(part.word)
    return f"\x1b[{GREEN if part.is_good else RED}m{text}\x1b[0m" if is_coloured(stream) else text
