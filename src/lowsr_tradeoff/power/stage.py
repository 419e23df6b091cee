"""What every rate costs on every device: :func:`evaluate`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lowsr_tradeoff.power.model.battery import battery_hours
from lowsr_tradeoff.power.model.chain import component_draws, peak_draws
from lowsr_tradeoff.power.model.clocks import Trial, at_clocks, attempt, best
from lowsr_tradeoff.power.model.draws import Draws, Sample, sampler, spread_shares, summarise, summarise_each
from lowsr_tradeoff.power.model.parts import regulator_mw
from lowsr_tradeoff.power.model.waiting import asleep_mw, listening_share
from lowsr_tradeoff.power.profiles.describe import sheet
from lowsr_tradeoff.power.profiles.devices import fitted_devices
from lowsr_tradeoff.power.profiles.profile import ClockedCore, DeviceProfile, HeldMicrophone
from lowsr_tradeoff.power.validation.summary import summary
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.network import ModelCost
from lowsr_tradeoff.records.power import (
    ClockTrial,
    Power,
    PowerComponent,
    PowerPart,
    PowerResult,
    SpreadShare,
)
from lowsr_tradeoff.settings.groups import PowerSettings
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.joint_draws import kept

# A core computes or waits; what stands beside it works at the same time.
COMPUTING: tuple[PowerPart, ...] = ("decimator", "front_end", "inference", "idle")
BESIDE: tuple[PowerPart, ...] = ("microphone", "adc", "storage", "radio")


@dataclass(frozen=True)
class Estimate:
    """One device and one model cost: the clocks tried and the one that won."""

    cost: ModelCost
    trials: tuple[Trial, ...]
    won: Trial


def evaluate(config: StudyConfig, costs: Sequence[ModelCost]) -> tuple[PowerResult, ...]:
    """Return what every configured device draws for every model cost, device by device.

    Raises:
        ConfigError: A device is unknown or its profile is wrong.
    """
    reference = next((cost for cost in costs if cost.rate_hz == config.reference_rate_hz), None)
    return tuple(
        result
        for profile in fitted_devices(config.power)
        for result in estimate(profile, costs, config.power, config.seed, config.n_resamples, reference)
    )


def results(config: StudyConfig, costs: Sequence[ModelCost]) -> Power:
    """Return :func:`evaluate`'s figures with every device's own, their sources, and the model's errors.

    Raises:
        ConfigError: As :func:`evaluate`.
    """
    devices = tuple(sheet(profile) for profile in fitted_devices(config.power))
    return Power(results=evaluate(config, costs), devices=devices, errors=summary())


def estimate(
    profile: DeviceProfile,
    costs: Sequence[ModelCost],
    settings: PowerSettings,
    seed: int,
    n_draws: int,
    reference: ModelCost | None = None,
) -> tuple[PowerResult, ...]:
    """Return what one device draws in mW and its hours on the battery, or the reasons why it cannot do it.

    Args:
        profile: The device.
        costs: What one classification computes, by rate and feature layout.
        settings: Battery, hop, what is sent and written, duty cycle.
        seed: Seed of the draws.
        n_draws: Monte Carlo draws over the spreads.
        reference: What one classification computes at the rate that savings are told against.
    """
    drawn: dict[str, Draws] = {}
    sample = sampler(profile.name, seed, n_draws, drawn)
    devices = at_clocks(profile)
    against = None if reference is None else _tried(devices, reference, settings, sample).won
    estimates = [_tried(devices, cost, settings, sample) for cost in costs]
    totals = [each.won.total_mw for each in estimates if each.won.parts]
    shares = iter(spread_shares(drawn, totals))
    return tuple(
        _result(each, against, settings, sample, next(shares) if each.won.parts else ()) for each in estimates
    )


def _tried(devices: Sequence[DeviceProfile], cost: ModelCost, settings: PowerSettings, sample: Sample) -> Estimate:
    trials = tuple(attempt(device, cost, settings, sample) for device in devices)
    return Estimate(cost, trials, best(trials))


def _result(
    each: Estimate,
    against: Trial | None,
    settings: PowerSettings,
    sample: Sample,
    dominant: tuple[SpreadShare, ...],
) -> PowerResult:
    won, clocked = each.won, each.won.clocked
    peaks = _peaks(each, settings, sample)
    hours = battery_hours(won.total_mw, won.profile.supply, settings, sample) if won.parts else None
    return PowerResult(
        rate_hz=each.cost.rate_hz,
        grid=each.cost.grid,
        device=won.profile.name,
        adc_rate_hz=clocked and clocked.adc_rate_hz,
        is_decimated=clocked is not None and clocked.adc_rate_hz > each.cost.rate_hz,
        microphone_mode=clocked and clocked.mode,
        components=_components(won, peaks),
        power_mw=summarise(won.total_mw, "mW") if won.parts else _missing(won, "mW"),
        peak_mw=_peak(won, peaks, sample),
        power_saved=_saved(won, against),
        battery_hours=_missing(won, "h") if hours is None else summarise(hours, "h"),
        real_time_factor=won.real_time_factor,
        listening_share=listening_share(settings),
        dominant=dominant,
        clocks=_clocks(each),
        infeasible=won.infeasible,
        power_mw_draws=kept(won.total_mw[1:]) if won.parts else (),
        battery_hours_draws=() if hours is None else kept(hours[1:]),
    )


def _components(won: Trial, peaks: Mapping[PowerPart, Draws | None]) -> tuple[PowerComponent, ...]:
    average = _summaries(won, won.parts)
    peak = _summaries(won, {name: peaks.get(name) for name in won.parts})
    return tuple(PowerComponent(name=name, power_mw=average[name], peak_mw=peak[name]) for name in won.parts)


def _summaries(won: Trial, parts: Mapping[PowerPart, Draws | None]) -> dict[PowerPart, Measurement]:
    """Every part's figure, or why it has none of its own."""
    own = {name: part for name, part in parts.items() if part is not None}
    known = dict(zip(own, summarise_each(list(own.values()), "mW"), strict=True))
    if "idle" in known and _has_measured_capture(won.profile):
        known["idle"] = known["idle"].model_copy(update={"basis": "measured"})
    return {name: known.get(name) or missing(_why_none(won, name), "draws", "mW") for name in parts}


def _has_measured_capture(profile: DeviceProfile) -> bool:
    """Whether microphone, converter and waiting were measured together on this very device: a trace says so."""
    power = profile.idle.power
    return isinstance(profile.microphone, HeldMicrophone) and power is not None and power.basis == "measured"


def _why_none(won: Trial, name: PowerPart) -> str:
    if holder := won.profile.holders().get(name):
        return f"counted in the figure of {holder}"
    if name == "regulator":
        return "the loads were measured at the battery"
    return f"no figure is known for the power of {won.profile.core.part} while computing"


def _peaks(each: Estimate, settings: PowerSettings, sample: Sample) -> Mapping[PowerPart, Draws | None]:
    """What every part takes while it works, the regulator's loss at the peak of all included."""
    won, clocked = each.won, each.won.clocked
    if clocked is None or not won.parts:
        return {}
    awake = settings.model_copy(update={"listen_s": None, "every_s": None, "wake_share": None})
    parts = won.parts if awake == settings else component_draws(won.profile, each.cost, clocked, awake, sample)
    peaks = dict(peak_draws(won.profile, parts, sample))
    if "sleep" in won.parts:
        peaks["sleep"] = asleep_mw(won.profile, settings, sample)
    together = _together(peaks)
    peaks["regulator"] = None if together is None else regulator_mw(together, won.profile.supply, sample)
    return peaks


def _together(peaks: Mapping[PowerPart, Draws | None]) -> Draws | None:
    """All that can work at once, at the loads."""
    if peaks["inference"] is None:
        return None
    core = np.max([part for name in COMPUTING if (part := peaks.get(name)) is not None], axis=0)
    beside = [peaks.get(name) for name in BESIDE]
    together: Draws = np.sum([core, *(part for part in beside if part is not None)], axis=0)
    return together


def _peak(won: Trial, peaks: Mapping[PowerPart, Draws | None], sample: Sample) -> Measurement:
    if not won.parts:
        return _missing(won, "mW")
    together = _together(peaks)
    if together is None:
        return missing(_why_none(won, "inference"), "draws", "mW")
    lost = regulator_mw(together, won.profile.supply, sample)
    return summarise(together if lost is None else together + lost, "mW")


def _saved(won: Trial, against: Trial | None) -> Measurement:
    """1 - power / power at the reference rate, draw by draw."""
    if against is None or not against.parts:
        return missing("the reference rate has no power to compare with", "draws")
    if not won.parts:
        return missing("it has no power to compare", "draws")
    return summarise(1 - won.total_mw / against.total_mw, "1")


def _clocks(each: Estimate) -> tuple[ClockTrial, ...]:
    return tuple(
        ClockTrial(
            clock_mhz=core.point.clock.value,
            power_mw=summarise(trial.total_mw, "mW") if trial.parts else _missing(trial, "mW"),
            real_time_factor=trial.real_time_factor,
            is_chosen=trial is each.won,
        )
        for trial in each.trials
        if isinstance(core := trial.profile.core, ClockedCore)
    )


def _missing(trial: Trial, unit: str) -> Measurement:
    return missing("; ".join(trial.infeasible), "draws", unit)
