"""A device at each of its clocks: whether a slow clock or a fast one that waits longer takes less power."""

from collections.abc import Sequence
from dataclasses import dataclass

from lowsr_tradeoff.power.model.chain import Parts, average_mw, awake_mw, total_mw, work
from lowsr_tradeoff.power.model.clocking import Clocking, clocking_of
from lowsr_tradeoff.power.model.compute import why_no_cost
from lowsr_tradeoff.power.model.draws import Draws, Sample, summarise
from lowsr_tradeoff.power.model.feasible import too_slow, why_infeasible
from lowsr_tradeoff.power.profiles.profile import ClockedCore, DeviceProfile
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.network import ModelCost
from lowsr_tradeoff.settings.groups import PowerSettings


@dataclass(frozen=True)
class Trial:
    """One device at one clock; powers are averages in mW by part, empty when infeasible.

    Attributes:
        clocking: How it samples at the rate; ``None`` if it cannot.
        busy_share: Computing time per time; ``None`` where unknown.
        real_time_factor: The same with its interval, or why it is unknown.
        awake: While it listens.
        parts: Over all time.
    """

    profile: DeviceProfile
    clocking: Clocking | None
    busy_share: Draws | None
    real_time_factor: Measurement
    awake: Parts
    parts: Parts
    infeasible: tuple[str, ...]

    @property
    def total_mw(self) -> Draws:
        """Power at the battery."""
        return total_mw(self.parts)


def at_clocks(profile: DeviceProfile) -> tuple[DeviceProfile, ...]:
    """Return the device at each of its clocks; the device alone where its speed is unknown."""
    core = profile.core
    if not isinstance(core, ClockedCore):
        return (profile,)
    cores = (core.model_copy(update={"runs_at": name}) for name in core.clocks)
    return tuple(profile.model_copy(update={"core": at_clock}) for at_clock in cores)


def attempt(profile: DeviceProfile, cost: ModelCost, bits: int, settings: PowerSettings, sample: Sample) -> Trial:
    """Return the power of a device at the clock in use and some bits a sample, or why it cannot do it."""
    core, clocking = profile.core, clocking_of(profile, cost.rate_hz, bits)
    done, busy_share, why_no_factor = None, None, why_no_cost(core, cost.macs)
    if why_no_factor is None:
        # The computing time is known also where the device cannot sample at the rate.
        done = work(profile, cost, clocking or Clocking(cost.rate_hz, None), settings, sample)
        busy_share, why_no_factor = done.busy_share, f"no figure is known for the speed of {core.part}"
    factor = missing(why_no_factor, "draws") if busy_share is None else summarise(busy_share, "1")
    infeasible = (*why_infeasible(profile, cost, bits, settings), *too_slow(factor))
    awake: Parts = {}
    average: Parts = {}
    if clocking is not None and done is not None and not infeasible:
        awake = awake_mw(profile, clocking, done, settings, sample)
        average = average_mw(profile, cost, bits, awake, settings, sample)
    return Trial(profile, clocking, busy_share, factor, awake, average, infeasible)


def best(trials: Sequence[Trial]) -> Trial:
    """Return the feasible trial of least power by its central value; if none is feasible, the fastest.

    Clocks that keep up over the whole interval come first, since a maker leaves a slow clock no less room.
    """
    if feasible := [trial for trial in trials if trial.parts]:
        sure = [trial for trial in feasible if (trial.real_time_factor.high or 0.0) <= 1]
        return min(sure or feasible, key=lambda trial: float(trial.total_mw[0]))
    return min(trials, key=lambda trial: 0.0 if trial.busy_share is None else float(trial.busy_share[0]))
