"""From microphone to battery: what every part of a device draws, on average and while it works.

Power of the parts that listen is due for the share of the time that the device listens; sleep for the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lowsr_tradeoff.power.model.clocking import Clocking
from lowsr_tradeoff.power.model.compute import (
    active_mw,
    decimation_work,
    duration_s,
    energy_uj,
    front_end_work,
    inference_work,
)
from lowsr_tradeoff.power.model.draws import Draws, Sample
from lowsr_tradeoff.power.model.parts import adc_mw, bits_per_s, microphone_mw, radio_mw, regulator_mw, storage_mw
from lowsr_tradeoff.power.model.waiting import asleep_mw, autonomous_mw, idle_mw, listening_share
from lowsr_tradeoff.power.profiles.profile import ClockedCore, DeviceProfile
from lowsr_tradeoff.records.network import ModelCost
from lowsr_tradeoff.records.power import PowerPart
from lowsr_tradeoff.settings.groups import PowerSettings

# Parts a device does not have are absent; ``None`` where another part's figure holds it.
Parts = Mapping[PowerPart, Draws | None]


@dataclass(frozen=True)
class Work:
    """What a core does per second of listening, in its own unit, and the share of the time that takes.

    Attributes:
        decimator: Of filtering and throwing samples away.
        front_end: Of spectra and bands.
        inference: Of the network.
        busy_share: Computing time per time, above 1 for a core that cannot keep up; ``None`` where unknown.
    """

    decimator: Draws | None
    front_end: Draws
    inference: Draws
    busy_share: Draws | None


def work(
    profile: DeviceProfile, cost: ModelCost, clocked: Clocking, settings: PowerSettings, sample: Sample
) -> Work:
    """Return what the core does per second of listening."""
    hop_s = settings.hop_s or cost.window_s
    in_software = clocked.adc_rate_hz > cost.rate_hz and profile.adc.decimated_by == "software"
    decimator = decimation_work(profile.core, clocked.adc_rate_hz, sample) if in_software else None
    front_end = front_end_work(profile.core, cost, hop_s, sample) / hop_s
    inference = inference_work(profile.core, cost.macs, sample) / hop_s
    total = front_end + inference if decimator is None else front_end + inference + decimator
    return Work(decimator, front_end, inference, duration_s(profile.core, total, sample))


def component_draws(
    profile: DeviceProfile, cost: ModelCost, clocked: Clocking, settings: PowerSettings, sample: Sample
) -> Parts:
    """Return the draws of every part's average power in mW, at the battery."""
    loads = {
        **_listening(profile, cost, clocked, settings, sample),
        **_sleeping(profile, settings, sample),
        **_handing_on(profile, cost, settings, sample),
    }
    return {**loads, "regulator": regulator_mw(total(loads), profile.supply, sample)}


def peak_draws(profile: DeviceProfile, parts: Parts, sample: Sample) -> Parts:
    """Return the draws of what every part takes while it works, in mW.

    Microphone, converter and waiting work all the time. A core's peak is its active power, whatever it computes.

    Args:
        profile: The device.
        parts: Average power by part, without any sleep.
        sample: Gives the draws of a parameter.
    """
    computing = active_mw(profile.core, sample) if isinstance(profile.core, ClockedCore) else None
    peaks: dict[PowerPart, Draws | None] = dict(parts)
    for name in ("decimator", "front_end", "inference"):
        if name in parts:
            peaks[name] = computing
    if "radio" in parts and profile.radio is not None:
        peaks["radio"] = sample("radio.transmit_power", profile.radio.transmit_power)
    if "storage" in parts and profile.storage is not None:
        peaks["storage"] = sample("storage.write_power", profile.storage.write_power)
    return peaks


def total(parts: Parts) -> Draws:
    """Return the sum of the parts that have a figure of their own."""
    summed: Draws = np.sum([part for part in parts.values() if part is not None], axis=0)
    return summed


def _listening(
    profile: DeviceProfile, cost: ModelCost, clocked: Clocking, settings: PowerSettings, sample: Sample
) -> dict[PowerPart, Draws | None]:
    """Average power of what works while the device listens."""
    core, share = profile.core, listening_share(settings)
    done = work(profile, cost, clocked, settings, sample)
    busy_share = None if done.busy_share is None else np.minimum(done.busy_share, 1.0)
    # A draw that cannot keep up computes all the time, and no more than that.
    kept_up = 1.0 if done.busy_share is None else 1 / np.maximum(done.busy_share, 1.0)
    waiting = autonomous_mw if settings.capture == "autonomous" else idle_mw
    parts: dict[PowerPart, Draws | None] = {
        "microphone": microphone_mw(profile.microphone, clocked.mode, sample),
        "adc": adc_mw(profile.adc, clocked.adc_rate_hz, sample),
    }
    if done.decimator is not None:
        parts["decimator"] = energy_uj(core, done.decimator, sample) * kept_up * 1e-3
    parts["front_end"] = energy_uj(core, done.front_end, sample) * kept_up * 1e-3
    parts["inference"] = energy_uj(core, done.inference, sample) * kept_up * 1e-3
    parts["idle"] = waiting(profile, busy_share, sample)
    return {name: None if part is None else part * share for name, part in parts.items()}


def _sleeping(profile: DeviceProfile, settings: PowerSettings, sample: Sample) -> dict[PowerPart, Draws | None]:
    asleep = asleep_mw(profile, settings, sample)
    return {} if asleep is None else {"sleep": asleep * (1 - listening_share(settings))}


def _handing_on(
    profile: DeviceProfile, cost: ModelCost, settings: PowerSettings, sample: Sample
) -> dict[PowerPart, Draws | None]:
    """Average power of writing and sending."""
    hop_s, share = settings.hop_s or cost.window_s, listening_share(settings)
    parts: dict[PowerPart, Draws | None] = {}
    if settings.storage != "none" and profile.storage is not None:
        written = bits_per_s(settings.storage, cost.rate_hz, hop_s) * share
        parts["storage"] = storage_mw(profile.storage, written, sample)
    if settings.radio != "none" and profile.radio is not None:
        sent = bits_per_s(settings.radio, cost.rate_hz, hop_s) * share
        parts["radio"] = radio_mw(profile.radio, sent, sample)
    return parts
