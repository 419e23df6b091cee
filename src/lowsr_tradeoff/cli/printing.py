"""What commands print: text that others wrote holds nothing that a terminal would obey."""

import sys
from typing import TextIO

from lowsr_tradeoff.sinks import visible


def tell(*lines: object, to: TextIO | None = None) -> None:
    """Print lines, on standard output unless another stream is given."""
    print(*(visible(str(line)) for line in lines), sep="\n", file=to or sys.stdout, flush=True)
