"""The reasons why a device cannot do what is asked of it, whatever its speed."""

import math
from collections.abc import Iterator

from lowsr_tradeoff.power.model.clocking import clocking, why_not
from lowsr_tradeoff.power.model.compute import unpriced_operators
from lowsr_tradeoff.power.model.parts import bits_per_s
from lowsr_tradeoff.power.model.waiting import why_awake
from lowsr_tradeoff.power.profiles.parts import Kibibytes, Microphone, Radio
from lowsr_tradeoff.power.profiles.profile import DeviceProfile
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.network import ModelCost
from lowsr_tradeoff.settings.groups import PowerSettings

COMPLEX_BYTES = 8
SAMPLE_BYTES = 2


def misfits(profile: DeviceProfile, cost: ModelCost, settings: PowerSettings) -> Iterator[str]:
    """Yield what the device lacks, whatever its speed."""
    yield from _unheard(profile, cost.rate_hz)
    if unpriced := unpriced_operators(profile.core, cost.macs):
        yield f"no cost is known for {', '.join(unpriced)} on {profile.core.part}"
    if profile.memory.flash is not None:
        yield from _overfull("the weights take", cost.weight_bytes, "flash", profile.memory.flash)
    if profile.memory.ram is not None:
        yield from _overfull(
            "activations and sound take", ram_bytes(profile, cost, settings), "RAM", profile.memory.ram
        )
    yield from _lacking(profile, cost, settings)


def ram_bytes(profile: DeviceProfile, cost: ModelCost, settings: PowerSettings) -> int:
    """Return the bytes of RAM: activations, one frame in complex floats, and the sound that waits.

    ``activations + 8 N + 2 * 2 N``, two frames of 16-bit samples, or two of the buffers that fill while the core is
    stopped.
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


def _unheard(profile: DeviceProfile, rate_hz: int) -> Iterator[str]:
    clocked = clocking(profile, rate_hz)
    if clocked is None:
        yield why_not(profile, rate_hz)
    elif clocked.adc_rate_hz > rate_hz and profile.adc.decimated_by == "software" and profile.core.decimate is None:
        yield (
            f"{profile.adc.part} offers {clocked.adc_rate_hz} Hz, not {rate_hz} Hz, and no cost is known for"
            f" decimating on {profile.core.part}"
        )


def _overfull(what: str, n_bytes: int, memory: str, room: Kibibytes) -> Iterator[str]:
    if n_bytes > room.value * 1024:
        yield f"{what} {math.ceil(n_bytes / 1024):,} KiB and there are {room.value:,.0f} KiB of {memory}"


def _overloaded(radio: Radio, sent_bits_per_s: float) -> Iterator[str]:
    if sent_bits_per_s > radio.throughput.value * 1e3:
        asked, most = sent_bits_per_s / 1e3, radio.throughput.value
        yield f"{radio.name} carries {most:.0f} kbit/s at most, not {asked:.0f} kbit/s"


def _lacking(profile: DeviceProfile, cost: ModelCost, settings: PowerSettings) -> Iterator[str]:
    """What the settings ask for and the device cannot do or the profile has no figure of."""
    hop_s = settings.hop_s or cost.window_s
    if settings.radio != "none" and profile.radio is None:
        yield f"no figure is known for a radio of {profile.name}"
    elif profile.radio is not None:
        yield from _overloaded(profile.radio, bits_per_s(settings.radio, cost.rate_hz, hop_s))
    if settings.storage != "none" and profile.storage is None:
        yield f"no figure is known for storage on {profile.name}"
    is_own = isinstance(profile.microphone, Microphone)
    if settings.capture == "autonomous" and (profile.autonomous is None or not is_own):
        yield f"no figure is known for capture while {profile.core.part} of {profile.name} is stopped"
    if reason := why_awake(profile, settings):
        yield reason
