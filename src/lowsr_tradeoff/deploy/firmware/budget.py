"""Memory of the delivered parts, from their actual sizes, and whether a device has it."""

import math
from collections.abc import Iterator

from lowsr_tradeoff.deploy.firmware.chosen import Chosen
from lowsr_tradeoff.deploy.firmware.headers import LOG_2_STEPS, sparse_bank
from lowsr_tradeoff.deploy.firmware.record import Effort, Memory
from lowsr_tradeoff.learning.mel import Layout
from lowsr_tradeoff.power.model.clocks import at_clocks
from lowsr_tradeoff.power.model.compute import duration_s, front_end_work, inference_work
from lowsr_tradeoff.power.model.draws import sampler, summarise
from lowsr_tradeoff.power.profiles.parts import Kibibytes
from lowsr_tradeoff.power.profiles.profile import ClockedCore, DeviceProfile
from lowsr_tradeoff.records.base import missing

FLOAT, Q15 = "float", "q15"
NUMBERS = (FLOAT, Q15)


def memory_of(layout: Layout, number: str, weight_bytes: int, activation_bytes: int) -> Memory:
    """Return the bytes of network and front end.

    Args:
        layout: How the network hears.
        number: ``"float"`` or ``"q15"``.
        weight_bytes: Of the int8 network.
        activation_bytes: Of its activations.
    """
    width = 2 if number == Q15 else 4
    rows, columns = layout.image
    # fe_state: the newest samples, padded to four bytes, two counters, the spectrum, two frames' levels
    state = 2 * (layout.fft_size + 2) + 8 + width * (layout.fft_size + 2 * rows)
    return Memory(
        number=number,
        weights=weight_bytes,
        tables=_tables(layout, number),
        state=state,
        image=width * rows * columns,
        activations=activation_bytes,
    )


def overfull(memory: Memory, profile: DeviceProfile) -> Iterator[str]:
    """Yield what a device has too little of, and by how much."""
    yield from _beyond("flash", memory.flash, profile.memory.flash)
    yield from _beyond("RAM", memory.ram, profile.memory.ram)


def _tables(layout: Layout, number: str) -> int:
    """Window, cosine and sine, weights, first bins and their counts; in fixed point also both logarithms."""
    n, rows, nonzeros = layout.fft_size, layout.mel_bands, len(sparse_bank(layout).weights)
    bands = 2 * 2 * rows
    if number == FLOAT:
        return 4 * (2 * n + nonzeros) + bands
    return 2 * (2 * n + nonzeros) + bands + 4 * rows + 4 * (LOG_2_STEPS + 1)


def _beyond(what: str, n_bytes: int, room: Kibibytes | None) -> Iterator[str]:
    if room is not None and n_bytes > room.value * 1024:
        lacking = math.ceil(n_bytes / 1024 - room.value)
        yield (
            f"network and front end take {math.ceil(n_bytes / 1024):,} KiB of {what}, {lacking:,} KiB more than "
            f"the {room.value:,.0f} KiB there are"
        )


def effort_of(chosen: Chosen) -> Effort:
    """Return what one window takes on the device: cycles, seconds at the clock that draws least, power.

    The delivered front end computes every frame of a window anew, so nothing is saved where windows overlap.
    """
    cost, power, config = chosen.result.cost, chosen.power, chosen.config
    clock_mhz = next((trial.clock_mhz for trial in power.clocks if trial.is_chosen), None)
    known = {"real_time_factor": power.real_time_factor, "power_mw": power.power_mw}
    known["battery_hours"] = power.battery_hours
    core = chosen.profile.core
    if not isinstance(core, ClockedCore):
        reason = f"no figure is known for the speed of {core.part}"
        none, no_time = missing(reason, "draws", "cycles"), missing(reason, "draws", "s")
        return Effort(clock_mhz=None, front_end=none, network=none, duration_s=no_time, **known)
    sample = sampler(chosen.profile.name, config.seed, config.n_resamples)
    front_end = front_end_work(core, cost, cost.window_s, sample)
    network = inference_work(core, cost.macs, sample)
    (at_clock,) = (
        each.core
        for each in at_clocks(chosen.profile)
        if isinstance(each.core, ClockedCore) and each.core.point.clock.value == clock_mhz
    )
    taken_s = duration_s(at_clock, front_end + network, sample)
    return Effort(
        clock_mhz=clock_mhz,
        front_end=summarise(front_end, "cycles"),
        network=summarise(network, "cycles"),
        duration_s=missing("unknown", "draws", "s") if taken_s is None else summarise(taken_s, "s"),
        **known,
    )
