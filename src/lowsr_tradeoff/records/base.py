"""What every record is, and the one figure all of them are made of.

A figure that could not be had is a :class:`Measurement` whose value is ``None`` and whose ``reason`` says why;
there are no sentinels.
"""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Record(BaseModel):
    """A frozen record that refuses unknown fields and non-finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Measurement(Record):
    """One figure with its 95 % interval.

    Attributes:
        value: The figure, or ``None`` when it could not be had.
        low: Lower end of the 95 % interval.
        high: Upper end of the 95 % interval.
        n: How many things it rests on.
        n_of: What those things are: ``"clips"``, ``"words"``, ``"draws"`` …
        unit: SI unit, or ``"1"`` for a proportion or ratio.
        basis: ``"measured"`` on data here, ``"modelled"`` from sourced parts, or ``"counted"`` exactly.
        reason: Why there is no value.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = Field(ge=0)
    n_of: str
    unit: str = "1"
    basis: Literal["measured", "modelled", "counted"] = "measured"
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
    """Return the measurement that could not be had, with its reason.

    >>> missing("no utterance", "words").value is None
    True
    """
    return Measurement(value=None, n=0, n_of=n_of, unit=unit, reason=reason)
