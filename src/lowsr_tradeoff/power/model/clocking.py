"""The converter's rate and the microphone's mode with which a device samples at some rate.

Many parts sample faster and discard samples. A converter with certain rates runs at one not below the wanted rate.
The port of a microphone with a clock runs at a multiple of a rate that is below the clocks of its modes.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from lowsr_tradeoff.power.profiles.parts import Microphone, MicrophoneMode
from lowsr_tradeoff.power.profiles.profile import Adc, DeviceProfile, IncludedMicrophone


@dataclass(frozen=True)
class Clocking:
    """How a device samples at a rate.

    Attributes:
        adc_rate_hz: The converter's rate; a multiple of the wanted rate, or a native rate not below it.
        mode: The microphone's mode; ``None`` where its power is included in another part's figure.
        bits: Bits of a sample.
    """

    adc_rate_hz: int
    mode: str | None
    bits: int = 16


def clocking_of(profile: DeviceProfile, rate_hz: int, bits: int = 16) -> Clocking | None:
    """Return how a device samples, in the microphone's mode of least current; ``None`` if it cannot."""
    microphone = profile.microphone
    if isinstance(microphone, IncludedMicrophone):
        lowest = min(_native_rates(profile.adc, rate_hz), default=None)
        return None if lowest is None else Clocking(lowest, None, bits)
    candidates = [
        (mode.current.value, adc_rate_hz, name)
        for name, mode in microphone.modes.items()
        for adc_rate_hz in _adc_rates(profile.adc, microphone, mode, rate_hz)
    ]
    if not candidates:
        return None
    _, adc_rate_hz, name = min(candidates)
    return Clocking(adc_rate_hz, name, bits)


def why_not(profile: DeviceProfile, rate_hz: int) -> str:
    """Return why a device cannot sample at ``rate_hz``."""
    if isinstance(profile.microphone, IncludedMicrophone) or not _native_rates(profile.adc, rate_hz):
        return f"{profile.adc.part} offers no rate of {rate_hz} Hz or above"
    return f"no clock of {profile.microphone.name} gives {rate_hz} Hz on {profile.adc.part}"


def _native_rates(adc: Adc, rate_hz: int) -> list[int]:
    """Return the rates at which a converter may run, whatever the microphone."""
    if adc.native_rates is None:
        return [rate_hz]
    return [native_hz for native_hz in adc.native_rates.value if native_hz >= rate_hz]


def _adc_rates(adc: Adc, microphone: Microphone, mode: MicrophoneMode, rate_hz: int) -> Iterator[int]:
    """Yield the converter's rates at which the microphone works in this mode."""
    candidates = _native_rates(adc, rate_hz)
    if mode.clock_low is None or mode.clock_high is None:
        yield from candidates
        return
    low_hz, high_hz = mode.clock_low.value * 1000, mode.clock_high.value * 1000
    least, most = 1, 1
    if microphone.output == "pdm" and adc.ratio_low is not None and adc.ratio_high is not None:
        least, most = round(adc.ratio_low.value), round(adc.ratio_high.value)
    if adc.native_rates is None:
        candidates = [rate_hz * max(1, math.ceil(low_hz / (most * rate_hz)))]
    for candidate_hz in candidates:
        ratio = max(least, math.ceil(low_hz / candidate_hz))
        if ratio <= most and ratio * candidate_hz <= high_hz:
            yield candidate_hz
