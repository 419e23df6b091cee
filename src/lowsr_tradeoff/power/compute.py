"""Work of the front end and the network: cycles or picojoules, then energy and time.

A core's profile prices every operation either in cycles (:class:`ClockedCore`) or in pJ (:class:`MeteredCore`).
*Work* below is a sum of such prices, in the core's own unit.

Decimation is not priced: no sourced figure was found, and where a part decimates in its codec it is in the figure
for waiting.
"""

import math
from collections.abc import Mapping

import numpy as np

from lowsr_tradeoff.power.draws import Draws, Sample
from lowsr_tradeoff.power.profile import ClockedCore, Core
from lowsr_tradeoff.records import ModelCost


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
    work = [count * sample(f"core.mac.{operator}", core.mac[operator]) for operator, count in macs.items()]
    total: Draws = np.sum(work, axis=0)
    return total


def energy_uj(core: Core, work: Draws, sample: Sample) -> Draws:
    """Return the energy of some work in µJ."""
    if isinstance(core, ClockedCore):
        # mW / MHz = nJ per cycle
        return work * sample("core.active_power", core.active_power) / sample("core.clock", core.clock) * 1e-3
    return work * 1e-6


def duration_s(core: Core, work: Draws, sample: Sample) -> Draws | None:
    """Return how long some work takes in s; ``None`` for a core whose speed is unknown."""
    if isinstance(core, ClockedCore):
        return work / (sample("core.clock", core.clock) * 1e6)
    return None
