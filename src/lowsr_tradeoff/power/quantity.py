"""One sourced figure: value, unit, spread, basis and source."""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AfterValidator, Field

from lowsr_tradeoff.settings import Settings

Basis = Literal["measured", "datasheet", "derived", "assumed"]
UnitT = TypeVar("UnitT", bound=str)


class Quantity(Settings, Generic[UnitT]):
    """One sourced figure.

    Attributes:
        value: The figure, above 0.
        unit: Its unit, fixed by the field it stands in.
        spread: k of the log-normal 95 % interval value/k … value*k; 1 for a figure that is exact.
        basis: How it was had.
        source: Where it can be looked up.
    """

    value: float = Field(gt=0)
    unit: UnitT
    spread: float = Field(ge=1)
    basis: Basis
    source: str = Field(min_length=1)


class NativeRates(Settings):
    """The sampling rates a converter offers, with the same marks as a :class:`Quantity`."""

    value: tuple[Annotated[int, Field(gt=0)], ...] = Field(min_length=1)
    unit: Literal["Hz"]
    basis: Basis
    source: str = Field(min_length=1)


def _at_most_one(share: Quantity[Literal["1"]]) -> Quantity[Literal["1"]]:
    if share.value > 1:
        raise ValueError(f"a share is at most 1, not {share.value}")
    return share


MilliWatts = Quantity[Literal["mW"]]
KilobitsPerSecond = Quantity[Literal["kbit/s"]]
MicroAmperes = Quantity[Literal["uA"]]
Volts = Quantity[Literal["V"]]
NanoJoules = Quantity[Literal["nJ"]]
PicoJoules = Quantity[Literal["pJ"]]
KiloHertz = Quantity[Literal["kHz"]]
MegaHertz = Quantity[Literal["MHz"]]
Cycles = Quantity[Literal["cycles"]]
Seconds = Quantity[Literal["s"]]
Kibibytes = Quantity[Literal["KiB"]]
Ratio = Quantity[Literal["1"]]
Share = Annotated[Ratio, AfterValidator(_at_most_one)]
