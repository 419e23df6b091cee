"""The reasons why a device cannot do what the settings ask for."""

import math
from collections.abc import Iterator

from lowsr_tradeoff.power.model.clocking import clocking_of, why_not
from lowsr_tradeoff.power.model.compute import can_encode, why_no_cost
from lowsr_tradeoff.power.model.parts import bits_per_s, payload_share
from lowsr_tradeoff.power.model.waiting import why_no_sleep
from lowsr_tradeoff.power.profiles.parts import Kibibytes, Microphone
from lowsr_tradeoff.power.profiles.profile import DeviceProfile
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.network import ModelCost
from lowsr_tradeoff.settings.groups import PowerSettings

COMPLEX_BYTES = 8
SAMPLE_BYTES = 2


def why_infeasible(profile: DeviceProfile, cost: ModelCost, bits: int, settings: PowerSettings) -> Iterator[str]:
    """Yield what the device lacks, whatever its speed."""
    adc, core, memory = profile.adc, profile.core, profile.memory
    clocking = clocking_of(profile, cost.rate_hz)
    if clocking is None:
        yield why_not(profile, cost.rate_hz)
    elif clocking.adc_rate_hz > cost.rate_hz and adc.decimated_by == "software" and core.resample is None:
        yield (
            f"{adc.part} offers {clocking.adc_rate_hz} Hz, not {cost.rate_hz} Hz, and no cost is known for"
            f" decimating on {core.part}"
        )
    if reason := why_no_cost(core, cost.macs):
        yield reason
    yield from _overfull("the weights take", cost.weight_bytes, "flash", memory.flash)
    yield from _overfull("activations and sound take", ram_bytes(profile, cost, settings), "RAM", memory.ram)
    yield from _unknown_parts(profile, cost, bits, settings)


def ram_bytes(profile: DeviceProfile, cost: ModelCost, settings: PowerSettings) -> int:
    """Return the bytes of RAM: activations, one frame in complex floats, and the waiting sound.

    ``activations + 8 N + 2 * 2 N``, with two frames of 16-bit samples or two of the buffers that fill meanwhile.
    """
    waiting = cost.fft_size
    if settings.capture == "autonomous" and profile.autonomous is not None:
        waiting = math.ceil(profile.autonomous.buffer.value * cost.rate_hz)
    return cost.activation_bytes + COMPLEX_BYTES * cost.fft_size + 2 * SAMPLE_BYTES * waiting


def too_slow(real_time_factor: Measurement) -> Iterator[str]:
    """Yield that the device is slower than real time, if its central value says so."""
    value, low, high = real_time_factor.value, real_time_factor.low, real_time_factor.high
    if value is None or low is None or high is None or value <= 1:
        return
    doubt = "; the interval reaches below 1, so it is not certain" if low < 1 else ""
    yield f"slower than real time: {value:.3g} s of computing per second of sound ({low:.3g}…{high:.3g}){doubt}"


def _overfull(what: str, n_bytes: int, memory: str, room: Kibibytes | None) -> Iterator[str]:
    if room is not None and n_bytes > room.value * 1024:
        yield f"{what} {math.ceil(n_bytes / 1024):,} KiB and there are {room.value:,.0f} KiB of {memory}"


def _unknown_parts(profile: DeviceProfile, cost: ModelCost, bits: int, settings: PowerSettings) -> Iterator[str]:
    """Yield what the settings ask for and the device cannot do, or the profile has no figure of."""
    radio = profile.radio
    sent = bits_per_s(settings.radio, cost.rate_hz, bits, settings.hop_s or cost.window_s)
    sent *= payload_share(settings.radio, settings, cost.window_s)
    if settings.radio != "none" and radio is None:
        yield f"no figure is known for a radio of {profile.name}"
    elif radio is not None and sent > radio.throughput.value * 1e3:
        yield f"{radio.name} carries {radio.throughput.value:.0f} kbit/s at most, not {sent / 1e3:.0f} kbit/s"
    if settings.storage != "none" and profile.storage is None:
        yield f"no figure is known for storage on {profile.name}"
    if "opus" in (settings.radio, settings.storage) and not can_encode(profile.core):
        yield f"no cost is known for encoding Opus on {profile.core.part}"
    has_own_microphone = isinstance(profile.microphone, Microphone)
    can_stop = profile.autonomous is not None and profile.core.wake is not None and has_own_microphone
    if settings.capture == "autonomous" and not can_stop:
        yield f"no figure is known for capture while {profile.core.part} of {profile.name} is stopped"
    if reason := why_no_sleep(profile, settings):
        yield reason
