"""The part's clocks tried one by one: a slower clock against a race to sleep.

Which wins depends on how idle power grows with the clock, so neither is taken for granted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lowsr_tradeoff.power.model.chain import Parts, component_draws, total, work
from lowsr_tradeoff.power.model.clocking import Clocking, clocking
from lowsr_tradeoff.power.model.compute import unpriced_operators
from lowsr_tradeoff.power.model.draws import Draws, Sample, summarise
from lowsr_tradeoff.power.model.feasible import misfits, too_slow
from lowsr_tradeoff.power.profiles.profile import ClockedCore, DeviceProfile
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.network import ModelCost
from lowsr_tradeoff.settings.groups import PowerSettings


@dataclass(frozen=True)
class Trial:
    """One device at one clock.

    Attributes:
        profile: The device at this clock.
        clocked: How it has the rate, ``None`` if it cannot.
        busy_share: Computing time per time, ``None`` where unknown.
        real_time_factor: The same with its interval, or why it is unknown.
        parts: Average power by part; empty when infeasible.
        infeasible: Reasons why it cannot do it.
    """

    profile: DeviceProfile
    clocked: Clocking | None
    busy_share: Draws | None
    real_time_factor: Measurement
    parts: Parts
    infeasible: tuple[str, ...]

    @property
    def total_mw(self) -> Draws:
        """What leaves the battery."""
        return total(self.parts)


def at_clocks(profile: DeviceProfile) -> tuple[DeviceProfile, ...]:
    """Return the device at each of its clocks; itself alone where its speed is unknown."""
    core = profile.core
    if not isinstance(core, ClockedCore):
        return (profile,)
    cores = (core.model_copy(update={"runs_at": name}) for name in core.clocks)
    return tuple(profile.model_copy(update={"core": at_clock}) for at_clock in cores)


def attempt(profile: DeviceProfile, cost: ModelCost, settings: PowerSettings, sample: Sample) -> Trial:
    """Return what a device draws at the clock it is set to, or why it cannot do it."""
    clocked = clocking(profile, cost.rate_hz)
    busy_share = _busy_share(profile, cost, clocked, settings, sample)
    factor = _real_time_factor(profile, cost, busy_share)
    infeasible = (*misfits(profile, cost, settings), *too_slow(factor))
    can = clocked is not None and not infeasible
    parts = component_draws(profile, cost, clocked, settings, sample) if clocked and can else {}
    return Trial(profile, clocked, busy_share, factor, parts, infeasible)


def best(trials: Sequence[Trial]) -> Trial:
    """Return the feasible trial that draws least by its central value; if none is feasible, the fastest."""
    feasible = [trial for trial in trials if trial.parts]
    return min(feasible, key=_central) if feasible else min(trials, key=_busy)


def _busy_share(
    profile: DeviceProfile, cost: ModelCost, clocked: Clocking | None, settings: PowerSettings, sample: Sample
) -> Draws | None:
    if unpriced_operators(profile.core, cost.macs):
        return None
    # Without a way to have the rate, the network's own share of the time is still known.
    heard = clocked or Clocking(cost.rate_hz, None)
    return work(profile, cost, heard, settings, sample).busy_share


def _real_time_factor(profile: DeviceProfile, cost: ModelCost, busy_share: Draws | None) -> Measurement:
    if unpriced := unpriced_operators(profile.core, cost.macs):
        return missing(f"no cost is known for {', '.join(unpriced)} on {profile.core.part}", "draws")
    if busy_share is None:
        return missing(f"no figure is known for the speed of {profile.core.part}", "draws")
    return summarise(busy_share, "1")


def _central(trial: Trial) -> float:
    return float(trial.total_mw[0])


def _busy(trial: Trial) -> float:
    return 0.0 if trial.busy_share is None else float(trial.busy_share[0])
