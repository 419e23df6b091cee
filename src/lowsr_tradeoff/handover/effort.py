"""Cycles and time of one window on a device, by the power model and with its intervals."""

from lowsr_tradeoff.handover.chosen import Chosen
from lowsr_tradeoff.handover.record import Effort
from lowsr_tradeoff.power.clocks import at_clocks
from lowsr_tradeoff.power.compute import duration_s, front_end_work, inference_work
from lowsr_tradeoff.power.draws import sampler, summarise
from lowsr_tradeoff.power.profile import ClockedCore
from lowsr_tradeoff.records import missing


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
