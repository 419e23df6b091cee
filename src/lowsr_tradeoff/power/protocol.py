"""What every rate costs on every device: :func:`evaluate`.

The components are what an engineer would measure apart: microphone, converter, front end, inference, and waiting
while sound arrives. Radio, storage and a microphone's preamplifier are not part of the model.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import numpy as np

from lowsr_tradeoff.config import StudyConfig
from lowsr_tradeoff.power.adc import adc_mw
from lowsr_tradeoff.power.battery import battery_hours
from lowsr_tradeoff.power.clocking import Clocking, clocking, why_not
from lowsr_tradeoff.power.compute import duration_s, energy_uj, front_end_work, inference_work, unpriced_operators
from lowsr_tradeoff.power.devices import load_devices
from lowsr_tradeoff.power.draws import Draws, Sample, sampler, summarise
from lowsr_tradeoff.power.idle import idle_mw
from lowsr_tradeoff.power.microphone import microphone_mw
from lowsr_tradeoff.power.profile import DeviceProfile
from lowsr_tradeoff.records import Measurement, ModelCost, PowerComponent, PowerResult, missing
from lowsr_tradeoff.settings import PowerSettings

Part = Literal["microphone", "adc", "front_end", "inference", "idle"]
Parts = Mapping[Part, Draws | None]


def evaluate(config: StudyConfig, costs: Sequence[ModelCost]) -> tuple[PowerResult, ...]:
    """Return what every configured device draws for every model cost, device by device.

    Raises:
        ConfigError: A device is unknown or its profile is wrong.
    """
    reference = next((cost for cost in costs if cost.rate_hz == config.reference_rate_hz), None)
    return tuple(
        estimate(profile, cost, config.power, config.seed, config.n_resamples, reference)
        for profile in load_devices(config.power.devices)
        for cost in costs
    )


def estimate(
    profile: DeviceProfile,
    cost: ModelCost,
    settings: PowerSettings,
    seed: int,
    n_draws: int,
    reference: ModelCost | None = None,
) -> PowerResult:
    """Return what one device draws in mW and its hours on the battery, or the reasons why it cannot do it.

    Args:
        profile: The device.
        cost: What one classification computes, at one rate and feature layout.
        settings: Battery and hop.
        seed: Seed of the draws.
        n_draws: Monte Carlo draws over the spreads.
        reference: What one classification computes at the rate that savings are told against.
    """
    sample = sampler(profile.name, seed, n_draws)
    clocked = clocking(profile, cost.rate_hz)
    infeasible = _obstacles(profile, cost, settings, sample)
    parts = {} if infeasible else _parts(profile, cost, settings, sample)
    power_mw, hours = _totals(profile, parts, infeasible, settings, sample)
    return PowerResult(
        rate_hz=cost.rate_hz,
        grid=cost.grid,
        device=profile.name,
        adc_rate_hz=clocked and clocked.adc_rate_hz,
        is_decimated=clocked is not None and clocked.adc_rate_hz > cost.rate_hz,
        components=tuple(_component(profile, name, part) for name, part in parts.items()),
        power_mw=power_mw,
        power_saved=_saved(profile, parts, reference, settings, sample),
        battery_hours=hours,
        real_time_factor=_real_time_factor(profile, cost, settings, sample),
        infeasible=infeasible,
    )


def component_draws(
    profile: DeviceProfile, cost: ModelCost, clocked: Clocking, hop_s: float, sample: Sample
) -> dict[Part, Draws | None]:
    """Return the draws of every component's average power in mW; ``None`` where another's figure holds it."""
    front_end = front_end_work(profile.core, cost, hop_s, sample)
    inference = inference_work(profile.core, cost.macs, sample)
    duration = duration_s(profile.core, front_end + inference, sample)
    # A draw that cannot keep up computes all the time, and no more than that.
    period_s = hop_s if duration is None else np.maximum(duration, hop_s)
    busy_share = None if duration is None else duration / period_s
    return {
        "microphone": microphone_mw(profile.microphone, clocked.mode, sample),
        "adc": adc_mw(profile.adc, clocked.adc_rate_hz, sample),
        "front_end": energy_uj(profile.core, front_end, sample) / period_s * 1e-3,
        "inference": energy_uj(profile.core, inference, sample) / period_s * 1e-3,
        "idle": idle_mw(profile, busy_share, sample),
    }


def _obstacles(profile: DeviceProfile, cost: ModelCost, settings: PowerSettings, sample: Sample) -> tuple[str, ...]:
    """The reasons why a device cannot do it; empty when it can."""
    return (*_misfits(profile, cost), *_too_slow(_real_time_factor(profile, cost, settings, sample)))


def _parts(profile: DeviceProfile, cost: ModelCost, settings: PowerSettings, sample: Sample) -> Parts:
    clocked = clocking(profile, cost.rate_hz)
    if clocked is None:
        return {}
    return component_draws(profile, cost, clocked, settings.hop_s or cost.window_s, sample)


def _total(parts: Parts) -> Draws:
    total: Draws = np.sum([part for part in parts.values() if part is not None], axis=0)
    return total


def _totals(
    profile: DeviceProfile, parts: Parts, infeasible: Sequence[str], settings: PowerSettings, sample: Sample
) -> tuple[Measurement, Measurement]:
    """Power and battery hours."""
    if not parts:
        reason = "; ".join(infeasible)
        return missing(reason, "draws", "mW"), missing(reason, "draws", "h")
    hours = battery_hours(_total(parts), profile.supply, settings, sample)
    return summarise(_total(parts), "mW"), summarise(hours, "h")


def _saved(
    profile: DeviceProfile, parts: Parts, reference: ModelCost | None, settings: PowerSettings, sample: Sample
) -> Measurement:
    """1 - power / power at the reference rate, draw by draw."""
    if reference is None or _obstacles(profile, reference, settings, sample):
        return missing("the reference rate has no power to compare with", "draws")
    if not parts:
        return missing("it has no power to compare", "draws")
    return summarise(1 - _total(parts) / _total(_parts(profile, reference, settings, sample)), "1")


def _component(profile: DeviceProfile, name: Part, draws: Draws | None) -> PowerComponent:
    if draws is None:
        held = missing(f"counted in the figure of {profile.holders()[name]}", "draws", "mW")
        return PowerComponent(name=name, power_mw=held)
    return PowerComponent(name=name, power_mw=summarise(draws, "mW"))


def _real_time_factor(
    profile: DeviceProfile, cost: ModelCost, settings: PowerSettings, sample: Sample
) -> Measurement:
    hop_s = settings.hop_s or cost.window_s
    if unpriced := unpriced_operators(profile.core, cost.macs):
        return missing(f"no cost is known for {', '.join(unpriced)} on {profile.core.part}", "draws")
    work = front_end_work(profile.core, cost, hop_s, sample) + inference_work(profile.core, cost.macs, sample)
    duration = duration_s(profile.core, work, sample)
    if duration is None:
        return missing(f"no figure is known for the speed of {profile.core.part}", "draws")
    return summarise(duration / hop_s, "1")


def _misfits(profile: DeviceProfile, cost: ModelCost) -> Iterator[str]:
    """What the device lacks, whatever its speed."""
    if clocking(profile, cost.rate_hz) is None:
        yield why_not(profile, cost.rate_hz)
    if unpriced := unpriced_operators(profile.core, cost.macs):
        yield f"no cost is known for {', '.join(unpriced)} on {profile.core.part}"
    for what, n_bytes, memory, room in (
        ("weights", cost.weight_bytes, "flash", profile.memory.flash),
        ("activations", cost.activation_bytes, "RAM", profile.memory.ram),
    ):
        if room is not None and n_bytes > room.value * 1024:
            needed_kib = math.ceil(n_bytes / 1024)
            yield f"the {what} take {needed_kib:,} KiB and there are {room.value:,.0f} KiB of {memory}"


def _too_slow(real_time_factor: Measurement) -> Iterator[str]:
    value, low, high = real_time_factor.value, real_time_factor.low, real_time_factor.high
    if value is None or low is None or high is None or value <= 1:
        return
    doubt = "; the interval reaches below 1, so it is not certain" if low < 1 else ""
    yield f"slower than real time: {value:.3g} s of computing per second of sound ({low:.3g}…{high:.3g}){doubt}"
