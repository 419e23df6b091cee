"""Work of the front end and the network, and the energy and time it takes.

A core's profile states the cost of every operation either in cycles (:class:`ClockedCore`) or in pJ
(:class:`MeteredCore`). *Work* below is a sum of such costs, in the core's own unit. Decimation in a part's hardware
is included in the figure for waiting.
"""

import math
from collections.abc import Mapping

import numpy as np

from lowsr_tradeoff.power.model.draws import Draws, Sample
from lowsr_tradeoff.power.model.parts import opus_rate_hz
from lowsr_tradeoff.power.profiles.profile import ClockedCore, Core
from lowsr_tradeoff.records.network import ModelCost


def why_no_cost(core: Core, macs: Mapping[str, int]) -> str | None:
    """Return which operator types of a network have no known cost on the core; ``None`` if all have one."""
    unknown = sorted(operator for operator in macs if operator not in core.mac)
    return f"no cost is known for {', '.join(unknown)} on {core.part}" if unknown else None


def front_end_work(core: Core, cost: ModelCost, hop_s: float, sample: Sample) -> Draws:
    """Return the work of spectra and mel bands per classification, in the core's unit.

    ``frames * (fft * N * log2(N) + mel * nonzeros)`` with N the points of one FFT (Cooley & Tukey, Mathematics of
    Computation 19, 1965). ``fft`` includes what else a frame takes in proportion: window, magnitude, logarithm.
    Overlapping windows share their frames, so a hop shorter than the window needs only the new ones.
    """
    frames = cost.frames * min(1.0, hop_s / cost.window_s)
    spectrum = sample("core.fft", core.fft) * cost.fft_size * math.log2(cost.fft_size)
    return frames * (spectrum + sample("core.mel", core.mel) * cost.mel_nonzeros)


def inference_work(core: Core, macs: Mapping[str, int], sample: Sample) -> Draws:
    """Return the work of one inference in the core's unit; every operator needs a cost (:func:`why_no_cost`)."""
    stack = f"core.stacks.{core.stack}"
    work = [count * sample(f"{stack}.mac.{operator}", core.mac[operator]) for operator, count in macs.items()]
    total: Draws = np.sum(work, axis=0)
    if isinstance(core, ClockedCore) and (setup := core.stacks[core.stack].setup):
        total = total + sample(f"{stack}.setup", setup)
    return total


def can_encode(core: Core) -> bool:
    """Return whether the cost of encoding Opus on a core is known."""
    return isinstance(core, ClockedCore) and core.opus is not None


def encoding_work(core: Core, rate_hz: int, sample: Sample) -> Draws:
    """Return the work per second of encoding Opus, in the core's unit, with restoring to a rate that it codes.

    Raises:
        ValueError: Its cost is unknown (:func:`can_encode`).
    """
    if not isinstance(core, ClockedCore) or core.opus is None:
        raise ValueError(f"no cost is known for encoding Opus on {core.part}")
    coded_hz = opus_rate_hz(rate_hz)
    per_sample = sample("core.opus", core.opus)
    if coded_hz > rate_hz and core.resample is not None:
        per_sample = per_sample + sample("core.resample", core.resample)
    return per_sample * coded_hz


def active_mw(core: ClockedCore, sample: Sample) -> Draws:
    """Return the power in mW while computing, at the clock in use."""
    return sample(f"core.clocks.{core.runs_at}.active_power", core.point.active_power)


def energy_uj(core: Core, work: Draws, sample: Sample) -> Draws:
    """Return the energy of some work in µJ."""
    if isinstance(core, ClockedCore):
        # mW / MHz = nJ per cycle
        return work * active_mw(core, sample) / clock_mhz(core, sample) * 1e-3
    return work * 1e-6


def duration_s(core: Core, work: Draws, sample: Sample) -> Draws | None:
    """Return the duration of some work in s; ``None`` for a core whose speed is unknown."""
    return work / (clock_mhz(core, sample) * 1e6) if isinstance(core, ClockedCore) else None


def clock_mhz(core: ClockedCore, sample: Sample) -> Draws:
    """Return the clock in use in MHz."""
    return sample(f"core.clocks.{core.runs_at}.clock", core.point.clock)
