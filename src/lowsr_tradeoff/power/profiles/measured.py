"""Device profiles in which something measured stands for something modelled.

Every figure that comes in is marked ``measured`` and names its trace or counter as the source.
"""

import math
from collections.abc import Mapping
from typing import Any, Literal

from lowsr_tradeoff.errors import ConfigError, MissingResourceError
from lowsr_tradeoff.power.profiles.profile import ClockedCore, DeviceProfile, HeldMicrophone
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.power import InferenceEnergy, TracePower

Covers = Literal["capture", "computing", "sleep"]
Tree = dict[str, Any]

# A network other than the measured one, on the same machine and software.
OTHER_NETWORK_SPREAD = 1.5
# One cycle of this clock is one nanosecond.
TIME_BASE_MHZ = 1000.0


def traced_profile(base: DeviceProfile, trace: TracePower, covers: Covers) -> DeviceProfile:
    """Return a profile in which a measured trace replaces what was modelled.

    Args:
        base: The device the trace was taken of.
        trace: Its power.
        covers: What went on: ``"capture"`` (sound arriving and nothing computed: microphone, converter and waiting
            at once), ``"computing"`` (the core at work) or ``"sleep"`` (nothing captured).

    Raises:
        ConfigError: The device's core has no clock of which the power while computing could be replaced.
    """
    source = (
        f"Measured current trace {trace.file}, sha256 {trace.sha256[:16]}, {trace.duration_s:.3g} s,"
        f" {trace.n_samples} samples; mean with its interval"
    )
    figure = _figure(trace.mean_mw, "mW", source)
    match covers:
        case "capture":
            parts = _with_capture(base, figure)
        case "computing":
            parts = _with_computing(base, figure)
        case "sleep":
            parts = {"sleep": {"power": figure}}
    return _replaced(base, parts, f"{covers} as measured in {trace.file}")


def host_profile(
    base: DeviceProfile, measured: InferenceEnergy, macs: Mapping[str, int], fft: Measurement
) -> DeviceProfile:
    """Return a profile with this machine as its core.

    Cycles are nanoseconds (a clock of 1000 MHz), power is the counted packages'. Every operator type costs what a
    multiply-accumulate of the measured network took on average.

    Args:
        base: Whose microphone, converter and supply it has.
        measured: From :func:`~lowsr_tradeoff.power.measured.inference.measure_inference`.
        macs: Multiply-accumulates of the measured network by operator type.
        fft: Nanoseconds of a spectrum per point and doubling of the points.

    Raises:
        MissingResourceError: No energy was measured.
        ConfigError: The base's figure for waiting holds its microphone, which this machine's does not.
    """
    if measured.energy_uj.value is None or measured.duration_s.value is None:
        raise MissingResourceError(f"no device can be made of it: {measured.energy_uj.reason}")
    if isinstance(base.microphone, HeldMicrophone):
        raise ConfigError(
            f"{base.name}: its microphone is counted in {base.microphone.included_in}; name a device that has its"
            " own, for example stm32u575"
        )
    core = _host_core(measured, macs, fft)
    idle = _figure(measured.idle_mw, "mW", f"{measured.counter} at rest; microphone and converter are not in it")
    tree = {"core": core, "idle": {"power": idle}, "memory": {}, "sleep": None, "autonomous": None}
    return _replaced(base, tree, "core and waiting as measured on this machine")


def _host_core(measured: InferenceEnergy, macs: Mapping[str, int], fft: Measurement) -> Tree:
    n_macs = sum(macs.values())
    source = f"{measured.counter} of this machine, {measured.model}"
    per_mac = _figure(
        _scaled(measured.duration_s, 1e9 / n_macs), "cycles", f"{source}: time over {n_macs} operations"
    )
    per_mac["spread"] = max(per_mac["spread"], OTHER_NETWORK_SPREAD)
    clock = {
        "value": TIME_BASE_MHZ,
        "unit": "MHz",
        "spread": 1,
        "basis": "derived",
        "source": "one cycle is one ns",
    }
    return {
        "kind": "clocked",
        "part": "this machine",
        "stack": "host",
        "runs_at": "host",
        "stacks": {
            "host": {"software": measured.model, "mac": dict.fromkeys(("conv", "depthwise", "linear"), per_mac)}
        },
        "clocks": {"host": {"clock": clock, "active_power": _figure(measured.busy_mw, "mW", source)}},
        "fft": _figure(fft, "cycles", "numpy.fft.rfft on this machine"),
        "mel": per_mac,
        "decimate": None,
    }


def _with_capture(base: DeviceProfile, power: Tree) -> Tree:
    """Waiting holds microphone and converter, and is due while computing too: the high side."""
    adc = base.adc.model_dump() | {"static_power": None, "sample_energy": None, "included_in": "idle"}
    tree = {"microphone": {"included_in": "idle"}, "adc": adc, "idle": {"power": power}, "autonomous": None}
    if not isinstance(base.core, ClockedCore):
        return tree
    core = base.core.model_dump()
    core["clocks"] = {name: point | {"idle_power": None} for name, point in core["clocks"].items()}
    return tree | {"core": core}


def _with_computing(base: DeviceProfile, power: Tree) -> Tree:
    if not isinstance(base.core, ClockedCore):
        raise ConfigError(
            f"{base.name}: the power of its core while computing is not known apart; trace the capture"
        )
    core = base.core.model_dump()
    core["clocks"] = {base.core.runs_at: core["clocks"][base.core.runs_at] | {"active_power": power}}
    return {"core": core}


def _replaced(base: DeviceProfile, parts: Tree, remark: str) -> DeviceProfile:
    named = {"name": f"{base.name}-measured", "description": f"{base.description}; {remark}"}
    return DeviceProfile.model_validate(base.model_dump() | parts | named)


def _figure(measured: Measurement, unit: str, source: str) -> Tree:
    """A measurement as the profiles write one."""
    value, low, high = measured.value, measured.low, measured.high
    if value is None or low is None or high is None or low <= 0:
        raise ConfigError(f"{source}: its interval reaches 0; measure for longer")
    spread = math.exp(max(math.log(high / value), math.log(value / low)))
    return {"value": value, "unit": unit, "spread": spread, "basis": "measured", "source": source}


def _scaled(measured: Measurement, factor: float) -> Measurement:
    ends = {end: x * factor for end in ("value", "low", "high") if (x := getattr(measured, end)) is not None}
    return measured.model_copy(update=ends)
