"""Memory and computing time of what is delivered, and whether a device has that memory."""

import math
from collections.abc import Iterator

from lowsr_tradeoff.deploy.firmware.headers import LOG_2_STEPS, sparse_bank
from lowsr_tradeoff.deploy.firmware.record import Effort, Memory
from lowsr_tradeoff.deploy.firmware.target import Target
from lowsr_tradeoff.learning.mel import Layout
from lowsr_tradeoff.power.model.compute import clock_mhz, front_end_work, inference_work
from lowsr_tradeoff.power.model.draws import sampler, summarise
from lowsr_tradeoff.power.profiles.profile import ClockedCore, DeviceProfile
from lowsr_tradeoff.records.base import missing

FLOAT, Q15 = "float", "q15"
NUMBERS = (FLOAT, Q15)


def memory_of(layout: Layout, number: str, weight_bytes: int, activation_bytes: int) -> Memory:
    """Return the bytes of network and front end, the front end in ``"float"`` or ``"q15"``."""
    width = 2 if number == Q15 else 4
    rows, columns = layout.image
    return Memory(
        number=number,
        weights=weight_bytes,
        tables=_tables(layout, number),
        # fe_state: the newest samples, padded to four bytes, two counters, spectrum, levels of pooled frames
        state=2 * (layout.fft_size + 2) + 8 + width * (layout.fft_size + layout.pooled_frames * rows),
        image=width * rows * columns,
        activations=activation_bytes,
    )


def memory_problems(memory: Memory, profile: DeviceProfile) -> Iterator[str]:
    """Yield what a device has too little of, and by how much."""
    for name, n_bytes, there in (
        ("flash", memory.flash, profile.memory.flash),
        ("RAM", memory.ram, profile.memory.ram),
    ):
        if there is not None and n_bytes > there.value * 1024:
            taken_kib, lacking_kib = math.ceil(n_bytes / 1024), math.ceil(n_bytes / 1024 - there.value)
            yield (
                f"network and front end take {taken_kib:,} KiB of {name}, {lacking_kib:,} KiB more than "
                f"the {there.value:,.0f} KiB there are"
            )


def effort_of(target: Target) -> Effort:
    """Return what one window takes on the device: cycles, seconds at the clock that draws least, power.

    The delivered front end computes every frame of a window anew, so nothing is saved where windows overlap.
    """
    cost, power, config, core = target.cost, target.power, target.config, target.profile.core
    chosen_mhz = next((trial.clock_mhz for trial in power.clocks if trial.is_chosen), None)
    known = {
        "real_time_factor": power.real_time_factor,
        "power_mw": power.power_mw,
        "battery_hours": power.battery_hours,
    }
    if not isinstance(core, ClockedCore):
        reason = f"no figure is known for the speed of {core.part}"
        none, no_time = missing(reason, "draws", "cycles"), missing(reason, "draws", "s")
        return Effort(clock_mhz=None, front_end=none, network=none, duration_s=no_time, **known)
    sample = sampler(target.profile.name, config.seed, config.n_resamples)
    front_end = front_end_work(core, cost, cost.window_s, sample)
    network = inference_work(core, cost.macs, sample)
    (clock,) = (name for name, point in core.clocks.items() if point.clock.value == chosen_mhz)
    hz = 1e6 * clock_mhz(core.model_copy(update={"runs_at": clock}), sample)
    return Effort(
        clock_mhz=chosen_mhz,
        front_end=summarise(front_end, "cycles"),
        network=summarise(network, "cycles"),
        duration_s=summarise((front_end + network) / hz, "s"),
        **known,
    )


def _tables(layout: Layout, number: str) -> int:
    """Return the bytes of window, FFT, mel bank, band numbers and patches; in fixed point also of logarithms."""
    n_values = layout.frame + layout.fft_size + len(sparse_bank(layout).weights)
    numbers = 2 * (2 * layout.mel_bands + len(layout.starts))
    if number == FLOAT:
        return 4 * n_values + numbers
    n_per_band = 2 if layout.is_yamnet else 1
    return 2 * n_values + numbers + 4 * n_per_band * layout.mel_bands + 4 * (LOG_2_STEPS + 1)
