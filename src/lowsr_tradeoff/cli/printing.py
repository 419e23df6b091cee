"""What commands print: text that others wrote holds nothing that a terminal would obey."""

import sys
from typing import TextIO


def visible(text: str) -> str:
    r"""Return text in which control characters, and marks that turn the direction of writing, are written out.

    >>> visible("my-run\x1b[2J\nnext")
    'my-run\\x1b[2J\nnext'
    """
    return "".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text)


def tell(*lines: object, to: TextIO | None = None) -> None:
    """Print lines, on standard output unless another stream is given."""
    print(*(visible(str(line)) for line in lines), sep="\n", file=to or sys.stdout, flush=True)
