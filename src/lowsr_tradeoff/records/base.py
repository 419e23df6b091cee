"""The base of all records, and the figure that they are made of.

A figure that is not known is a :class:`Measurement` without a value that gives the reason; there are no sentinels.
"""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Record(BaseModel):
    """A frozen record that refuses unknown fields and non-finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


class Measurement(Record):
    """One figure with its 95 % interval, ``low`` to ``high``.

    Attributes:
        value: The figure; ``None`` where it is not known, with the ``reason``.
        n: The number of observations that it rests on.
        n_of: What was observed: ``"clips"``, ``"words"``, ``"draws"`` …
        unit: SI unit; ``"1"`` for a share or ratio.
        basis: ``"measured"`` on data here, ``"modelled"`` from sourced parts, ``"counted"`` exactly, or
            ``"published"`` by others.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = Field(ge=0)
    n_of: str
    unit: str = "1"
    basis: Literal["measured", "modelled", "counted", "published"] = "measured"
    reason: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.value is None) == (self.reason is None):
            raise ValueError("a measurement has either a value or a reason for having none")
        if self.value is None and (self.low, self.high) != (None, None):
            raise ValueError("an interval needs a value")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"interval is upside down: {self.low} > {self.high}")
        return self


def missing(reason: str, n_of: str, unit: str = "1") -> Measurement:
    """Return a measurement without a value, with its reason.

    >>> missing("no utterance", "words").value is None
    True
    """
    return Measurement(value=None, n=0, n_of=n_of, unit=unit, reason=reason)
