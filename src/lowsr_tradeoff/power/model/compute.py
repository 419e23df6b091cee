"""Work of the front end and the network: cycles or picojoules, then energy and time.

A core's profile prices every operation either in cycles (:class:`ClockedCore`) or in pJ (:class:`MeteredCore`).
*Work* below is a sum of such prices, in the core's own unit.

Where a part decimates in its hardware, it is in the figure for waiting.
"""

import math
from collections.abc import Mapping

import numpy as np

from lowsr_tradeoff.power.model.draws import Draws, Sample
from lowsr_tradeoff.power.profiles.profile import ClockedCore, Core
from lowsr_tradeoff.records.network import ModelCost


def unpriced_operators(core: Core, macs: Mapping[str, int]) -> tuple[str, ...]:
    """Return the operator types of a network for which the core has no price."""
    return tuple(sorted(operator for operator in macs if operator not in core.mac))


def front_end_work(core: Core, cost: ModelCost, hop_s: float, sample: Sample) -> Draws:
    """Return the work of spectra and mel bands per classification, in the core's unit.

    ``frames * (fft * N * log2(N) + mel * nonzeros)`` with N the points of one FFT (Cooley & Tukey, Mathematics of
    Computation 19, 1965). ``fft`` also stands for what else a frame takes in proportion: window, magnitude,
    logarithm. Windows that overlap share their frames, so a hop shorter than the window needs only the new ones.
    """
    frames = cost.frames * min(1.0, hop_s / cost.window_s)
    spectrum = sample("core.fft", core.fft) * cost.fft_size * math.log2(cost.fft_size)
    return frames * (spectrum + sample("core.mel", core.mel) * cost.mel_nonzeros)


def inference_work(core: Core, macs: Mapping[str, int], sample: Sample) -> Draws:
    """Return the work of one inference in the core's unit: multiply-accumulates by operator type times their price.

    Every operator must be priced: see :func:`unpriced_operators`.
    """
    stack = f"core.stacks.{core.stack}"
    work = [count * sample(f"{stack}.mac.{operator}", core.mac[operator]) for operator, count in macs.items()]
    total: Draws = np.sum(work, axis=0)
    if isinstance(core, ClockedCore) and (setup := core.stacks[core.stack].setup):
        total = total + sample(f"{stack}.setup", setup)
    return total


def decimation_work(core: Core, adc_rate_hz: int, sample: Sample) -> Draws | None:
    """Return the work per second of filtering and throwing samples away, in the core's unit; ``None`` if unknown.

    Every converted sample passes the filter: ``decimate * adc_rate``.
    """
    return None if core.decimate is None else sample("core.decimate", core.decimate) * adc_rate_hz


def active_mw(core: ClockedCore, sample: Sample) -> Draws:
    """Return the power in mW while computing, at the clock that the core runs at."""
    return sample(f"core.clocks.{core.runs_at}.active_power", core.point.active_power)


def energy_uj(core: Core, work: Draws, sample: Sample) -> Draws:
    """Return the energy of some work in µJ."""
    if isinstance(core, ClockedCore):
        # mW / MHz = nJ per cycle
        return work * active_mw(core, sample) / clock_mhz(core, sample) * 1e-3
    return work * 1e-6


def duration_s(core: Core, work: Draws, sample: Sample) -> Draws | None:
    """Return how long some work takes in s; ``None`` for a core whose speed is unknown."""
    if isinstance(core, ClockedCore):
        return work / (clock_mhz(core, sample) * 1e6)
    return None


def clock_mhz(core: ClockedCore, sample: Sample) -> Draws:
    """Return the clock in MHz that the core runs at."""
    return sample(f"core.clocks.{core.runs_at}.clock", core.point.clock)
