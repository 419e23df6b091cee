"""Printing for commands: control characters in text of others do not reach the terminal."""

import json
import os
import sys
from typing import TextIO

from lowsr_tradeoff.files.safe_text import visible

# The exit code that a shell gives for a program that a closed pipe ended.
UNREAD = 141


def tell_json(found: object) -> None:
    """Print records, or lists and tables of them, as one line of JSON."""
    from pydantic_core import to_jsonable_python

    tell(json.dumps(to_jsonable_python(found)))


def tell(*lines: object, to: TextIO | None = None) -> None:
    """Print lines, on standard output by default; exits where the reader closed the pipe, as ``head`` does."""
    stream = to or sys.stdout
    try:
        print(*(visible(str(line)) for line in lines), sep="\n", file=stream, flush=True)
    except BrokenPipeError:
        # What is still buffered must not meet the closed pipe again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        raise SystemExit(UNREAD) from None
