"""The rate that the converter runs at and the mode that the microphone works in, so that a rate comes out.

Many parts sample fast and throw away. A converter of certain rates runs at one that is not below the one asked for;
a microphone with a clock works only within its modes' clocks, and below them the port must run at a multiple.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from lowsr_tradeoff.power.profiles.parts import Microphone, MicrophoneMode
from lowsr_tradeoff.power.profiles.profile import Adc, DeviceProfile, HeldMicrophone


@dataclass(frozen=True)
class Clocking:
    """How a rate is had.

    Attributes:
        adc_rate_hz: The rate the converter runs at; a multiple of the rate asked for, or a native rate above it.
        mode: The microphone's mode, ``None`` where its power is in another part's figure.
    """

    adc_rate_hz: int
    mode: str | None


def clocking(profile: DeviceProfile, rate_hz: int) -> Clocking | None:
    """Return how a device has ``rate_hz``, in the microphone's mode of least current; ``None`` if it cannot.

    No part makes samples it did not take.
    """
    microphone = profile.microphone
    if isinstance(microphone, HeldMicrophone):
        lowest = min(_native(profile.adc, rate_hz), default=None)
        return None if lowest is None else Clocking(lowest, None)
    ways = [
        (mode.current.value, adc_rate_hz, name)
        for name, mode in microphone.modes.items()
        for adc_rate_hz in _rates(profile.adc, microphone, mode, rate_hz)
    ]
    if not ways:
        return None
    _, adc_rate_hz, name = min(ways)
    return Clocking(adc_rate_hz, name)


def why_not(profile: DeviceProfile, rate_hz: int) -> str:
    """Return why a device cannot have ``rate_hz``."""
    if not _native(profile.adc, rate_hz) or isinstance(profile.microphone, HeldMicrophone):
        return f"{profile.adc.part} offers no rate of {rate_hz} Hz or above"
    return f"no clock of {profile.microphone.name} gives {rate_hz} Hz on {profile.adc.part}"


def _native(adc: Adc, rate_hz: int) -> list[int]:
    """The rates that a converter may run at, as far as it alone decides."""
    if adc.native_rates is None:
        return [rate_hz]
    return [native for native in adc.native_rates.value if native >= rate_hz]


def _rates(adc: Adc, microphone: Microphone, mode: MicrophoneMode, rate_hz: int) -> Iterator[int]:
    """The converter's rates at which the microphone works in this mode."""
    if mode.clock_low is None or mode.clock_high is None:
        yield from _native(adc, rate_hz)
        return
    low_hz, high_hz = mode.clock_low.value * 1000, mode.clock_high.value * 1000
    least, most = _ratios(adc) if microphone.output == "pdm" else (1, 1)
    candidates = _native(adc, rate_hz)
    if adc.native_rates is None:
        candidates = [rate_hz * max(1, math.ceil(low_hz / (most * rate_hz)))]
    for candidate in candidates:
        ratio = max(least, math.ceil(low_hz / candidate))
        if ratio <= most and ratio * candidate <= high_hz:
            yield candidate


def _ratios(adc: Adc) -> tuple[int, int]:
    """Least and greatest bit clock over sampling rate of a PDM port."""
    if adc.ratio_low is None or adc.ratio_high is None:
        return 1, 1
    return round(adc.ratio_low.value), round(adc.ratio_high.value)
