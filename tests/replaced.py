"""A record with some fields changed, however deep they lie."""

from collections.abc import Mapping
from typing import TypeVar

from lowsr_tradeoff.records.base import Record

R = TypeVar("R", bound=Record)


def replaced(record: R, fields: Mapping[str, object]) -> R:
    """Return a copy with other values of fields by dotted name: ``{"recognition.results": ()}``."""
    for name, value in fields.items():
        outer, _, inner = name.partition(".")
        changed = replaced(getattr(record, outer), {inner: value}) if inner else value
        record = record.model_copy(update={outer: changed})
    return record
