"""The power that every device takes at every rate: :func:`evaluate`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from lowsr_tradeoff.power.model.battery import battery_hours
from lowsr_tradeoff.power.model.chain import Parts, peak_mw, together_mw
from lowsr_tradeoff.power.model.clocks import Trial, at_clocks, attempt, best
from lowsr_tradeoff.power.model.draws import (
    Draws,
    Sample,
    as_if_measured,
    sampler,
    shared_spread,
    spread_shares,
    summarise,
    summarise_each,
)
from lowsr_tradeoff.power.model.waiting import listening_share
from lowsr_tradeoff.power.profiles.describe import sheet
from lowsr_tradeoff.power.profiles.devices import fitted_devices
from lowsr_tradeoff.power.profiles.profile import ClockedCore, DeviceProfile, IncludedMicrophone
from lowsr_tradeoff.power.validation.summary import summary
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.network import Grid, ModelCost
from lowsr_tradeoff.records.power import (
    ClockTrial,
    Power,
    PowerComponent,
    PowerPart,
    PowerResult,
    SharedSpread,
    SpreadShare,
)
from lowsr_tradeoff.settings.groups import PowerSettings
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.joint_draws import kept

# Measured alarms per hour, by rate and feature layout.
Alarms = Mapping[tuple[int, Grid], Measurement]
NO_ALARMS: Alarms = MappingProxyType({})


@dataclass(frozen=True)
class Estimate:
    """One model cost on one device, at some bits a sample: the clocks tried and the one chosen.

    Attributes:
        settings: With the alarms per hour that were measured, if they were.
    """

    cost: ModelCost
    bits: int
    settings: PowerSettings
    alarms: Measurement | None
    trials: tuple[Trial, ...]
    chosen: Trial


def evaluate(
    config: StudyConfig,
    costs: Sequence[ModelCost],
    bits: Sequence[int] | None = None,
    alarms: Alarms = NO_ALARMS,
) -> tuple[PowerResult, ...]:
    """Return the power of every configured device for every model cost, device by device.

    ``bits`` are those of a sample, one after the other; ``None`` for those of the study's front end. Savings are
    against the most bits at the reference rate. ``alarms`` replace the settings' alarms per hour.
    """
    reference = next((cost for cost in costs if cost.rate_hz == config.reference_rate_hz), None)
    bits = bits or (config.front_end.bits,)
    return tuple(
        result
        for profile in fitted_devices(config.power)
        for result in estimate(
            profile, costs, config.power, config.seed, config.n_resamples, reference, bits, alarms
        )
    )


def results(config: StudyConfig, costs: Sequence[ModelCost], alarms: Alarms = NO_ALARMS) -> Power:
    """Return what :func:`evaluate` returns, every device's figures with their sources, and the model's errors."""
    devices = tuple(sheet(profile) for profile in fitted_devices(config.power))
    return Power(results=evaluate(config, costs, alarms=alarms), devices=devices, errors=summary())


def estimate(
    profile: DeviceProfile,
    costs: Sequence[ModelCost],
    settings: PowerSettings,
    seed: int,
    n_draws: int,
    reference: ModelCost | None = None,
    bits: Sequence[int] = (16,),
    alarms: Alarms = NO_ALARMS,
) -> tuple[PowerResult, ...]:
    """Return one device's power in mW and hours on the battery for each cost and bits, or why it cannot do it.

    Savings are compared with the power for ``reference`` at the most bits.
    """
    drawn: dict[str, Draws] = {}
    sample, devices = sampler(profile.name, seed, n_draws, drawn), at_clocks(profile)

    def estimate_one(cost: ModelCost, n_bits: int) -> Estimate:
        own, measured = settings, alarms.get((cost.rate_hz, cost.grid))
        if measured is not None and measured.value is not None:
            own = settings.model_copy(update={"alarms_per_hour": measured.value})
        trials = tuple(attempt(device, cost, n_bits, own, sample) for device in devices)
        return Estimate(cost, n_bits, own, measured, trials, best(trials))

    against = None if reference is None else estimate_one(reference, max(bits)).chosen
    estimates = [estimate_one(cost, n_bits) for n_bits in bits for cost in costs]
    shares = iter(spread_shares(drawn, [each.chosen.total_mw for each in estimates if each.chosen.parts]))
    return tuple(_result(each, against, sample, next(shares) if each.chosen.parts else {}) for each in estimates)


def _result(
    each: Estimate,
    against: Trial | None,
    sample: Sample,
    shares: Mapping[str, float],
) -> PowerResult:
    chosen, clocking, settings = each.chosen, each.chosen.clocking, each.settings
    reason = "; ".join(chosen.infeasible)
    peak, hours = missing(reason, "draws", "mW"), missing(reason, "draws", "h")
    components: tuple[PowerComponent, ...] = ()
    power_draws: tuple[float, ...] = ()
    hours_draws: tuple[float, ...] = ()
    if chosen.parts:
        components, peak = _components(chosen, settings, sample)
        drawn_hours = battery_hours(chosen.total_mw, chosen.profile.supply, settings, sample)
        hours = summarise(drawn_hours, "h")
        power_draws, hours_draws = kept(chosen.total_mw[1:]), kept(drawn_hours[1:])
    return PowerResult(
        rate_hz=each.cost.rate_hz,
        grid=each.cost.grid,
        device=chosen.profile.name,
        bits=each.bits,
        adc_rate_hz=clocking and clocking.adc_rate_hz,
        is_decimated=clocking is not None and clocking.adc_rate_hz > each.cost.rate_hz,
        microphone_mode=clocking and clocking.mode,
        components=components,
        power_mw=_power(chosen),
        peak_mw=peak,
        power_saved=_saved(chosen, against),
        spread=_spread(chosen, against),
        battery_hours=hours,
        real_time_factor=chosen.real_time_factor,
        listening_share=listening_share(settings),
        dominant=tuple(_dominant(each, settings, sample, shares)),
        clocks=_clocks(each),
        infeasible=chosen.infeasible,
        power_mw_draws=power_draws,
        battery_hours_draws=hours_draws,
        alarms_per_hour=each.alarms,
    )


def _components(
    chosen: Trial, settings: PowerSettings, sample: Sample
) -> tuple[tuple[PowerComponent, ...], Measurement]:
    """Return average and peak power by part, and the peak of all together."""
    peaks = peak_mw(chosen.profile, chosen.awake, chosen.parts, settings, sample)
    average_of, peak_of = _summaries(chosen.profile, chosen.parts), _summaries(chosen.profile, peaks)
    components = tuple(
        PowerComponent(name=name, power_mw=average_of[name], peak_mw=peak_of[name]) for name in chosen.parts
    )
    together, lost = together_mw(peaks), peaks["regulator"]
    if together is None:
        return components, missing(_why_none(chosen.profile, "inference"), "draws", "mW")
    return components, summarise(together if lost is None else together + lost, "mW")


def _summaries(profile: DeviceProfile, parts: Parts) -> dict[PowerPart, Measurement]:
    """Return the power of every part, or why it has no figure of its own."""
    own = {name: part for name, part in parts.items() if part is not None}
    known = dict(zip(own, summarise_each(list(own.values()), "mW"), strict=True))
    idle = profile.idle.power
    # A measured trace replaces microphone, converter and waiting together.
    is_traced = isinstance(profile.microphone, IncludedMicrophone) and idle is not None and idle.basis == "measured"
    if "idle" in known and is_traced:
        known["idle"] = known["idle"].model_copy(update={"basis": "measured"})
    return {name: known.get(name) or missing(_why_none(profile, name), "draws", "mW") for name in parts}


def _why_none(profile: DeviceProfile, name: PowerPart) -> str:
    if other := profile.included_in().get(name):
        return f"counted in the figure of {other}"
    if name == "regulator":
        return "the loads were measured at the battery"
    return f"no figure is known for the power of {profile.core.part} while computing"


def _power(trial: Trial) -> Measurement:
    if not trial.parts:
        return missing("; ".join(trial.infeasible), "draws", "mW")
    return summarise(trial.total_mw, "mW")


def _saved(chosen: Trial, against: Trial | None) -> Measurement:
    """Return 1 - power / power at the reference rate, draw by draw."""
    if against is None or not against.parts:
        return missing("the reference rate has no power to compare with", "draws")
    if not chosen.parts:
        return missing("it has no power to compare", "draws")
    return summarise(1 - chosen.total_mw / against.total_mw, "1")


def _spread(chosen: Trial, against: Trial | None) -> SharedSpread | None:
    if against is None or not against.parts or not chosen.parts:
        return None
    return shared_spread(chosen.total_mw, against.total_mw)


def _dominant(
    each: Estimate, settings: PowerSettings, sample: Sample, shares: Mapping[str, float]
) -> Iterator[SpreadShare]:
    """Yield the parameters that explain most of the spread, with the power if each were measured."""
    profile = each.chosen.profile
    for shared_name, share in shares.items():
        parameter = shared_name.replace("*", getattr(profile.core, "runs_at", "*"))
        measured = attempt(profile, each.cost, each.bits, settings, as_if_measured(sample, parameter))
        yield SpreadShare(parameter=parameter, share=share, if_measured=_power(measured))


def _clocks(each: Estimate) -> tuple[ClockTrial, ...]:
    return tuple(
        ClockTrial(
            clock_mhz=core.point.clock.value,
            power_mw=_power(trial),
            real_time_factor=trial.real_time_factor,
            is_chosen=trial is each.chosen,
        )
        for trial in each.trials
        if isinstance(core := trial.profile.core, ClockedCore)
    )
