"""Parts that several devices use and that have files of their own: microphones, radios, storage."""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import AfterValidator, Field

from lowsr_tradeoff.settings.groups import Settings

Signal = Literal["analogue", "pdm", "i2s"]


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


MicroAmperes = Quantity[Literal["uA"]]
KiloHertz = Quantity[Literal["kHz"]]


class MicrophoneMode(Settings):
    """One way a microphone works.

    Attributes:
        current: Supply current.
        clock_low: Slowest clock of this mode; absent for an analogue output. Of PDM it is the bit clock, of
            I2S the word clock, which is the sampling rate.
        clock_high: Fastest clock of this mode.
    """

    current: MicroAmperes
    clock_low: KiloHertz | None = None
    clock_high: KiloHertz | None = None


Volts = Quantity[Literal["V"]]


class Microphone(Settings):
    """A microphone.

    Attributes:
        name: Of the profile.
        description: What it is.
        output: What it hands on.
        supply: Voltage at which the currents are drawn.
        modes: Its modes by name. Which one works is set by the clock.
        sleep: Current while it does not listen; absent where it can only be switched off.
        wake: Current while it waits for sound to wake the device; absent where it cannot.
    """

    name: str = Field(min_length=1)
    description: str
    output: Signal
    supply: Volts
    modes: dict[str, MicrophoneMode] = Field(min_length=1)
    sleep: MicroAmperes | None = None
    wake: MicroAmperes | None = None


MilliWatts = Quantity[Literal["mW"]]
KilobitsPerSecond = Quantity[Literal["kbit/s"]]
NanoJoules = Quantity[Literal["nJ"]]


class Radio(Settings):
    """What sends captures or labels.

    Attributes:
        name: Of the profile.
        description: What it is.
        bit_energy: Energy per payload bit, framing and acknowledgements included.
        throughput: The most payload that it carries.
        link_power: Keeping the connection, with nothing to say.
        transmit_power: While on the air; it sets the peak.
    """

    name: str = Field(min_length=1)
    description: str
    bit_energy: NanoJoules
    throughput: KilobitsPerSecond
    link_power: MilliWatts
    transmit_power: MilliWatts


class Storage(Settings):
    """What keeps captures or labels.

    Attributes:
        name: Of the profile.
        description: What it is.
        byte_energy: Energy per byte written.
        standby_power: While nothing is written.
        write_power: While a block is written; it sets the peak.
    """

    name: str = Field(min_length=1)
    description: str
    byte_energy: NanoJoules
    standby_power: MilliWatts
    write_power: MilliWatts


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


PicoJoules = Quantity[Literal["pJ"]]
MegaHertz = Quantity[Literal["MHz"]]
Cycles = Quantity[Literal["cycles"]]
Seconds = Quantity[Literal["s"]]
Kibibytes = Quantity[Literal["KiB"]]
Ratio = Quantity[Literal["1"]]
Share = Annotated[Ratio, AfterValidator(_at_most_one)]
