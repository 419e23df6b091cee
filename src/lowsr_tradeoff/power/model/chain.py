"""From microphone to battery: the average and the peak power of every part of a device."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from lowsr_tradeoff.power.model.clocking import Clocking
from lowsr_tradeoff.power.model.compute import (
    active_mw,
    can_encode,
    duration_s,
    encoding_work,
    energy_uj,
    front_end_work,
    inference_work,
)
from lowsr_tradeoff.power.model.draws import Draws, Sample
from lowsr_tradeoff.power.model.parts import (
    adc_mw,
    bits_per_s,
    microphone_mw,
    payload_share,
    radio_mw,
    regulator_mw,
    storage_mw,
)
from lowsr_tradeoff.power.model.waiting import asleep_mw, autonomous_mw, idle_mw, listening_share
from lowsr_tradeoff.power.profiles.profile import ClockedCore, DeviceProfile
from lowsr_tradeoff.records.network import ModelCost
from lowsr_tradeoff.records.power import PowerPart
from lowsr_tradeoff.settings.groups import PowerSettings

# Parts that a device does not have are absent; ``None`` where another part's figure includes the power.
Parts = Mapping[PowerPart, Draws | None]

# A core computes or waits; the other parts work at the same time.
COMPUTING: tuple[PowerPart, ...] = ("transfer", "decimator", "upsampling", "front_end", "inference", "encoding")
BESIDE_CORE: tuple[PowerPart, ...] = ("microphone", "adc", "storage", "radio")


@dataclass(frozen=True)
class Work:
    """What a core does per second of listening, and the share of the time that takes.

    Attributes:
        by_part: Of moving samples, decimating, restoring to the shared grid, front end, network, encoding; in the
            core's unit, without what the device does not do or does in hardware.
        busy_share: Computing time per time, above 1 for a core that cannot keep up; ``None`` where unknown.
    """

    by_part: Mapping[PowerPart, Draws]
    busy_share: Draws | None


def work(
    profile: DeviceProfile, cost: ModelCost, clocking: Clocking, settings: PowerSettings, sample: Sample
) -> Work:
    """Return what the core does per second of listening."""
    core, hop_s = profile.core, settings.hop_s or cost.window_s
    by_part = dict(_moving_work(profile, cost, clocking, settings, sample))
    by_part["front_end"] = front_end_work(core, cost, hop_s, sample) / hop_s
    by_part["inference"] = inference_work(core, cost.macs, sample) / hop_s
    if "opus" in (settings.radio, settings.storage) and can_encode(core):
        coded = max(
            payload_share(p, settings, cost.window_s) for p in (settings.radio, settings.storage) if p == "opus"
        )
        by_part["encoding"] = encoding_work(core, cost.rate_hz, sample) * coded
    total: Draws = np.sum(list(by_part.values()), axis=0)
    return Work(by_part, duration_s(core, total, sample))


def _moving_work(
    profile: DeviceProfile, cost: ModelCost, clocking: Clocking, settings: PowerSettings, sample: Sample
) -> Iterator[tuple[PowerPart, Draws]]:
    """Yield the work per second of moving sound to the features: to memory, and from one rate to another."""
    core, adc_rate_hz = profile.core, clocking.adc_rate_hz
    moved = [] if core.transfer is None else [sample("core.transfer", core.transfer) * adc_rate_hz]
    if core.wake is not None:
        moved.append(sample("core.wake", core.wake) * _wakes_per_s(profile, cost, settings, sample))
    if moved:
        yield "transfer", np.sum(moved, axis=0)
    if core.resample is None:
        return
    filtering = sample("core.resample", core.resample)
    if adc_rate_hz > cost.rate_hz and profile.adc.decimated_by == "software":
        # Every converted sample passes the filter.
        yield "decimator", filtering * adc_rate_hz
    if cost.model_rate_hz > cost.rate_hz:
        # A hop longer than the window skips sound, which is not restored.
        heard_share = min(1.0, cost.window_s / (settings.hop_s or cost.window_s))
        yield "upsampling", filtering * cost.model_rate_hz * heard_share


def _wakes_per_s(profile: DeviceProfile, cost: ModelCost, settings: PowerSettings, sample: Sample) -> Draws | float:
    """Return wake-ups per second: one for each frame of the features, or one a buffer while the core is stopped."""
    if settings.capture == "autonomous" and profile.autonomous is not None:
        per_s: Draws = 1 / sample("autonomous.buffer", profile.autonomous.buffer)
        return per_s
    return cost.frames / cost.window_s


def awake_mw(
    profile: DeviceProfile, clocking: Clocking, done: Work, settings: PowerSettings, sample: Sample
) -> Parts:
    """Return the draws of the average power in mW by part over the time that the device listens."""
    busy_share = None if done.busy_share is None else np.minimum(done.busy_share, 1.0)
    # In a draw that cannot keep up, the core computes all the time, and no more than that.
    kept_up = 1.0 if done.busy_share is None else 1 / np.maximum(done.busy_share, 1.0)
    waiting_mw = autonomous_mw if settings.capture == "autonomous" else idle_mw
    parts: dict[PowerPart, Draws | None] = {
        "microphone": microphone_mw(profile.microphone, clocking.mode, sample),
        "adc": adc_mw(profile.adc, clocking.adc_rate_hz, clocking.bits, sample),
    }
    for name, per_s in done.by_part.items():
        parts[name] = energy_uj(profile.core, per_s, sample) * kept_up * 1e-3
    return {**parts, "idle": waiting_mw(profile, busy_share, sample)}


def average_mw(
    profile: DeviceProfile, cost: ModelCost, bits: int, awake: Parts, settings: PowerSettings, sample: Sample
) -> Parts:
    """Return the draws of every part's average power in mW, at the battery.

    The power of parts that listen counts for the share of the time that the device listens; sleep for the rest.
    """
    hop_s, share = settings.hop_s or cost.window_s, listening_share(settings)
    loads = {name: None if part is None else part * share for name, part in awake.items()}
    if (asleep := asleep_mw(profile, settings, sample)) is not None:
        loads["sleep"] = asleep * (1 - share)
    if settings.storage != "none" and profile.storage is not None:
        written = bits_per_s(settings.storage, cost.rate_hz, bits, hop_s) * share
        written *= payload_share(settings.storage, settings, cost.window_s)
        loads["storage"] = storage_mw(profile.storage, written, sample)
    if settings.radio != "none" and profile.radio is not None:
        sent = bits_per_s(settings.radio, cost.rate_hz, bits, hop_s) * share
        sent *= payload_share(settings.radio, settings, cost.window_s)
        loads["radio"] = radio_mw(profile.radio, sent, sample)
    return {**loads, "regulator": regulator_mw(total_mw(loads), profile.supply, sample)}


def total_mw(parts: Parts) -> Draws:
    """Return the sum of the parts that have a figure of their own."""
    total: Draws = np.sum([part for part in parts.values() if part is not None], axis=0)
    return total


def peak_mw(profile: DeviceProfile, awake: Parts, average: Parts, settings: PowerSettings, sample: Sample) -> Parts:
    """Return the draws of the power in mW that each part of ``average`` takes while it works.

    A core takes its active power while it computes. The regulator's loss is that with all parts working at once.
    """
    peaks: dict[PowerPart, Draws | None] = {**average, **awake}
    for name in COMPUTING:
        if name in peaks:
            peaks[name] = active_mw(profile.core, sample) if isinstance(profile.core, ClockedCore) else None
    if "sleep" in peaks:
        peaks["sleep"] = asleep_mw(profile, settings, sample)
    if "storage" in peaks and profile.storage is not None:
        peaks["storage"] = sample("storage.write_power", profile.storage.write_power)
    if "radio" in peaks and profile.radio is not None:
        peaks["radio"] = sample("radio.transmit_power", profile.radio.transmit_power)
    together = together_mw(peaks)
    peaks["regulator"] = None if together is None else regulator_mw(together, profile.supply, sample)
    return peaks


def together_mw(peaks: Parts) -> Draws | None:
    """Return the power at the loads when all parts work at once; ``None`` where the core's power is unknown."""
    if peaks["inference"] is None:
        return None
    core = np.max([part for name in (*COMPUTING, "idle") if (part := peaks.get(name)) is not None], axis=0)
    beside = (part for name in BESIDE_CORE if (part := peaks.get(name)) is not None)
    together: Draws = np.sum([core, *beside], axis=0)
    return together
