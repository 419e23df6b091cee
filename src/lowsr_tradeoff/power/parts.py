"""Parts that several devices use and that have files of their own: microphones, radios, storage."""

from typing import Literal

from pydantic import Field

from lowsr_tradeoff.power.quantity import (
    KilobitsPerSecond,
    KiloHertz,
    MicroAmperes,
    MilliWatts,
    NanoJoules,
    Volts,
)
from lowsr_tradeoff.settings import Settings

Signal = Literal["analogue", "pdm", "i2s"]


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
