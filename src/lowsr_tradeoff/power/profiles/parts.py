"""Figures with their sources, and parts with files of their own: microphones, radios, storage."""

from datetime import date
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AfterValidator, Field

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.records.power import Basis
from lowsr_tradeoff.settings.front_end import named_front_end
from lowsr_tradeoff.settings.groups import Settings

Signal = Literal["analogue", "pdm", "i2s"]
Text = Annotated[str, Field(min_length=1)]
UnitT = TypeVar("UnitT", bound=str)


class Quantity(Settings, Generic[UnitT]):
    """One figure and its source.

    Attributes:
        value: The figure, above 0.
        unit: Its unit, fixed by the field it stands in.
        spread: k of the log-normal 95 % interval value/k … value*k; 1 for an exact figure.
        basis: How it was obtained.
        source: Where it can be looked up.
        read: The day on which that page was last read itself; absent where the figure is quoted from elsewhere.
    """

    value: float = Field(gt=0)
    unit: UnitT
    spread: float = Field(ge=1)
    basis: Basis
    source: Text
    read: date | None = None


class NativeRates(Settings):
    """The sampling rates a converter offers, with basis, source and day as a :class:`Quantity` has them."""

    value: tuple[Annotated[int, Field(gt=0)], ...] = Field(min_length=1)
    unit: Literal["Hz"]
    basis: Basis
    source: Text
    read: date | None = None


def _front_end_name(text: str) -> str:
    try:
        filter_type = named_front_end(text).filter
    except ConfigError as error:
        raise ValueError(str(error)) from error
    if filter_type == "device":
        raise ValueError("device stands for what a profile names here; name the filter itself")
    return text


class FilterName(Settings):
    """What limits the band before the samples at the microphone's rate, with basis and source.

    Attributes:
        value: Name of a front end: ``"butterworth1"``, an RC; ``"fir64"``; ``"sigma-delta3"``, a CIC decimator.
    """

    value: Annotated[Text, AfterValidator(_front_end_name)]
    basis: Basis
    source: Text


MicroAmperes = Quantity[Literal["uA"]]
Volts = Quantity[Literal["V"]]
MilliWatts = Quantity[Literal["mW"]]
NanoJoules = Quantity[Literal["nJ"]]
PicoJoules = Quantity[Literal["pJ"]]
KiloHertz = Quantity[Literal["kHz"]]
MegaHertz = Quantity[Literal["MHz"]]
KilobitsPerSecond = Quantity[Literal["kbit/s"]]
Kibibytes = Quantity[Literal["KiB"]]
Cycles = Quantity[Literal["cycles"]]
Bits = Quantity[Literal["bit"]]
Seconds = Quantity[Literal["s"]]
Ratio = Quantity[Literal["1"]]


def _at_most_one(share: Ratio) -> Ratio:
    if share.value > 1:
        raise ValueError(f"a share is at most 1, not {share.value}")
    return share


Share = Annotated[Ratio, AfterValidator(_at_most_one)]


class MicrophoneMode(Settings):
    """Supply current, slowest and fastest clock of one mode of a microphone; an analogue one has no clock.

    The clock of a PDM microphone is its bit clock, that of an I2S one is its word clock, the sampling rate.
    """

    current: MicroAmperes
    clock_low: KiloHertz | None = None
    clock_high: KiloHertz | None = None


class Microphone(Settings):
    """A microphone with its modes by name; its clock decides in which one it works.

    Attributes:
        supply: Voltage at which the currents were measured.
        sleep: Current while asleep; absent where it can only be switched off.
        wake: Current while it waits for sound to wake the device; absent where it cannot.
    """

    name: Text
    description: str
    output: Signal
    supply: Volts
    modes: dict[str, MicrophoneMode] = Field(min_length=1)
    sleep: MicroAmperes | None = None
    wake: MicroAmperes | None = None


class Radio(Settings):
    """A radio that sends captures or labels.

    Energy per payload bit includes framing and acknowledgements. Link power keeps the connection, transmit power is
    the peak.
    """

    name: Text
    description: str
    bit_energy: NanoJoules
    throughput: KilobitsPerSecond
    link_power: MilliWatts
    transmit_power: MilliWatts


class Storage(Settings):
    """Memory that keeps captures or labels; the power while a block is written sets the peak."""

    name: Text
    description: str
    byte_energy: NanoJoules
    standby_power: MilliWatts
    write_power: MilliWatts
