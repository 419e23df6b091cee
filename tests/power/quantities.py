"""Where the figures of a profile stand."""

from collections.abc import Iterator
from typing import Any


def quantities(value: Any) -> Iterator[dict[str, Any]]:
    """Every table with a unit, however deep."""
    if isinstance(value, dict):
        if "basis" in value:
            yield value
        for inner in value.values():
            yield from quantities(inner)
