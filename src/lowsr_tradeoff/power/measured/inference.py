"""Energy of one inference on this machine: :func:`measure_inference`.

Rounds of resting and of inferring alternate, a second or more each, so that slow drifts affect both alike. Each
round gives one value of energy above idle per inference. The counter counts other programs too: they must rest.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lowsr_tradeoff.errors import ConfigError, MissingResourceError
from lowsr_tradeoff.power.measured.rapl import POWERCAP, Zone, energy_between_uj, package_zones, read_uj
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.power import InferenceEnergy
from lowsr_tradeoff.statistics import N_RESAMPLES
from lowsr_tradeoff.statistics.intervals import mean_measurement, resample_weights

N_ROUNDS = 5
MIN_TOTAL_S = 5.0
# The frames of a second of sound.
FRAMES_AT_ONCE = 100
# No package takes less than this while it computes, or more.
PLAUSIBLE_W = (0.05, 2000.0)


@dataclass(frozen=True)
class TimeSource:
    """Wall clock and processor time in seconds, and how to wait some seconds; a test brings its own."""

    wall_s: Callable[[], float] = time.perf_counter
    cpu_s: Callable[[], float] = time.process_time
    rest: Callable[[float], None] = time.sleep


THIS_MACHINE = TimeSource()


@dataclass(frozen=True)
class Round:
    """Power while inferring and at rest, 0 without a counter, and energy above rest and times of one inference."""

    busy_mw: float
    idle_mw: float
    energy_uj: float
    duration_s: float
    cpu_s: float


def measure_inference(
    infer: Callable[[], object],
    model: str,
    total_s: float = MIN_TOTAL_S,
    powercap: Path = POWERCAP,
    times: TimeSource = THIS_MACHINE,
) -> InferenceEnergy:
    """Return energy above idle, time and processor time of one inference by the named model.

    It infers for ``total_s`` in all and rests as long. Without a counter the energies are missing, with the reason.

    Raises:
        ConfigError: ``total_s`` is below 5 s.
    """
    if not total_s >= MIN_TOTAL_S:
        raise ConfigError(f"{total_s} s is too short to tell energy from drift; give {MIN_TOTAL_S:g} s or more")
    zones: tuple[Zone, ...] = ()
    reason = ""
    try:
        zones = package_zones(powercap)
    except MissingResourceError as error:
        reason = str(error)
    infer()  # the first one also loads and allocates
    rounds = [_round(infer, zones, total_s / N_ROUNDS, times) for _ in range(N_ROUNDS)]
    busy, idle = _mean([each.busy_mw for each in rounds], "mW"), _mean([each.idle_mw for each in rounds], "mW")
    energy = _mean([each.energy_uj for each in rounds], "uJ")
    if reason := reason or _implausible(busy, idle):
        busy, idle, energy = (missing(reason, "rounds", unit) for unit in ("mW", "mW", "uJ"))
    return InferenceEnergy(
        model=model,
        counter=None if reason else ", ".join(zone.name for zone in zones),
        energy_uj=energy,
        busy_mw=busy,
        idle_mw=idle,
        duration_s=_mean([each.duration_s for each in rounds], "s"),
        cpu_s=_mean([each.cpu_s for each in rounds], "s"),
    )


def measure_fft(fft_size: int, total_s: float = 0.5, times: TimeSource = THIS_MACHINE) -> Measurement:
    """Return the time of one real FFT in ns, divided by N log2(N) of its N points."""
    frames = np.random.default_rng(0).standard_normal((FRAMES_AT_ONCE, fft_size)).astype(np.float32)
    per_pass = FRAMES_AT_ONCE * fft_size * math.log2(fft_size)
    costs_ns = []
    for _ in range(N_ROUNDS):
        start_s, n = times.wall_s(), 0
        while (end_s := times.wall_s()) - start_s < total_s / N_ROUNDS or not n:
            np.fft.rfft(frames)
            n += 1
        costs_ns.append((end_s - start_s) * 1e9 / (n * per_pass))
    return _mean(costs_ns, "ns")


def _round(infer: Callable[[], object], zones: Sequence[Zone], round_s: float, times: TimeSource) -> Round:
    start_s, start_uj = times.wall_s(), read_uj(zones)
    times.rest(round_s)
    rested_s, rested_uj, rested_cpu_s = times.wall_s(), read_uj(zones), times.cpu_s()
    n = 0
    while (end_s := times.wall_s()) - rested_s < round_s:
        infer()
        n += 1
    end_cpu_s, end_uj = times.cpu_s(), read_uj(zones)
    busy_s, rest_s = end_s - rested_s, rested_s - start_s
    busy_mw = energy_between_uj(zones, rested_uj, end_uj) / busy_s / 1e3
    idle_mw = energy_between_uj(zones, start_uj, rested_uj) / rest_s / 1e3
    energy_uj = (busy_mw - idle_mw) * 1e3 * busy_s / n
    return Round(busy_mw, idle_mw, energy_uj, busy_s / n, (end_cpu_s - rested_cpu_s) / n)


def _mean(values: Sequence[float], unit: str) -> Measurement:
    weights = resample_weights([str(i) for i in range(len(values))], N_RESAMPLES, seed=0)
    return mean_measurement(values, weights, "rounds", unit)


def _implausible(busy: Measurement, idle: Measurement) -> str:
    """Return why the counter cannot be right; empty when it can."""
    least_w, most_w = PLAUSIBLE_W
    if not busy.value or not idle.value:
        return "no counter: it stands still, as in many virtual machines"
    if not least_w <= busy.value / 1e3 <= most_w:
        return f"no counter: it shows {busy.value / 1e3:.3g} W, which no package takes"
    if busy.value <= idle.value:
        return (
            f"the package took {busy.value / 1e3:.3g} W while inferring and {idle.value / 1e3:.3g} W at rest;"
            " other programs were at work, so stop them and measure again"
        )
    return ""
