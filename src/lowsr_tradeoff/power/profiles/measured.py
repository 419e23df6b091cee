"""Device profiles in which measured figures replace modelled ones.

Every replaced figure is marked ``measured`` and names its trace or counter as the source.
"""

import math
from collections.abc import Mapping
from typing import Any, Literal

from lowsr_tradeoff.errors import ConfigError, MissingResourceError
from lowsr_tradeoff.power.profiles.profile import ClockedCore, DeviceProfile, IncludedMicrophone
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.power import InferenceEnergy, TracePower

Covers = Literal["capture", "computing", "sleep"]
Tree = dict[str, Any]

# Spread of a network's cost when another network was measured on the same machine and software.
OTHER_NETWORK_SPREAD = 1.5
# One cycle of this clock is one nanosecond.
NANOSECOND_CLOCK = {
    "value": 1000.0,
    "unit": "MHz",
    "spread": 1,
    "basis": "derived",
    "source": "one cycle is one ns",
}


def traced_profile(base: DeviceProfile, trace: TracePower, covers: Covers) -> DeviceProfile:
    """Return a profile in which the power of a measured trace replaces a modelled figure.

    The trace covers ``"capture"`` (the device captured and computed nothing: microphone, converter and waiting
    together), ``"computing"`` (its core computed) or ``"sleep"`` (it captured nothing).

    Raises:
        ConfigError: The power of the core while computing is to be replaced, and the core has no known clock.
    """
    source = (
        f"Measured current trace {trace.file}, sha256 {trace.sha256[:16]}, {trace.duration_s:.3g} s,"
        f" {trace.n_samples} samples; mean with its interval"
    )
    power = _quantity(trace.mean_mw, "mW", source)
    match covers:
        case "capture":
            parts = _with_capture(base, power)
        case "computing":
            parts = _with_computing(base, power)
        case "sleep":
            parts = {"sleep": {"power": power}}
    return _replaced(base, parts, f"{covers} as measured in {trace.file}")


def host_profile(
    base: DeviceProfile, measured: InferenceEnergy, macs: Mapping[str, int], fft: Measurement
) -> DeviceProfile:
    """Return a profile with this machine as its core.

    Cycles are nanoseconds (a clock of 1000 MHz); power is that of the counted packages. Every operator type costs
    what a multiply-accumulate of the measured network cost on average.

    ``macs`` are those of the measured network by operator type, ``fft`` is from :func:`measure_fft`. Microphone,
    converter and supply are those of the base.

    Raises:
        MissingResourceError: No energy was measured.
        ConfigError: The microphone's power is included in a figure that this machine replaces.
    """
    if measured.energy_uj.value is None or measured.duration_s.value is None:
        raise MissingResourceError(f"no device can be made of it: {measured.energy_uj.reason}")
    if isinstance(base.microphone, IncludedMicrophone):
        raise ConfigError(
            f"{base.name}: its microphone is counted in {base.microphone.included_in}; name a device that has its"
            " own, for example stm32u575"
        )
    idle = _quantity(measured.idle_mw, "mW", f"{measured.counter} at rest; microphone and converter are not in it")
    parts = {
        "core": _host_core(measured, macs, fft),
        "idle": {"power": idle},
        "memory": {},
        "sleep": None,
        "autonomous": None,
    }
    return _replaced(base, parts, "core and waiting as measured on this machine")


def _host_core(measured: InferenceEnergy, macs: Mapping[str, int], fft: Measurement) -> Tree:
    n_macs = sum(macs.values())
    source = f"{measured.counter} of this machine, {measured.model}"
    per_mac = _quantity(measured.duration_s, "cycles", f"{source}: time over {n_macs} operations", 1e9 / n_macs)
    per_mac["spread"] = max(per_mac["spread"], OTHER_NETWORK_SPREAD)
    mac = dict.fromkeys(("conv", "depthwise", "linear"), per_mac)
    return {
        "kind": "clocked",
        "part": "this machine",
        "stack": "host",
        "runs_at": "host",
        "stacks": {"host": {"software": measured.model, "mac": mac}},
        "clocks": {"host": {"clock": NANOSECOND_CLOCK, "active_power": _quantity(measured.busy_mw, "mW", source)}},
        "fft": _quantity(fft, "cycles", "numpy.fft.rfft on this machine"),
        "mel": per_mac,
        "resample": None,
    }


def _with_capture(base: DeviceProfile, power: Tree) -> Tree:
    """Include microphone, converter and moving samples in waiting; it counts while computing too, which is high."""
    adc = base.adc.model_dump() | {"static_power": None, "sample_energy": None, "included_in": "idle"}
    core = base.core.model_dump() | {"transfer": None, "wake": None}
    for point in core.get("clocks", {}).values():
        point["idle_power"] = None
    idle = {"power": power}
    return {"microphone": {"included_in": "idle"}, "adc": adc, "core": core, "idle": idle, "autonomous": None}


def _with_computing(base: DeviceProfile, power: Tree) -> Tree:
    if not isinstance(base.core, ClockedCore):
        raise ConfigError(
            f"{base.name}: the power of its core while computing is not known apart; trace the capture"
        )
    core, clock = base.core.model_dump(), base.core.runs_at
    return {"core": core | {"clocks": {clock: core["clocks"][clock] | {"active_power": power}}}}


def _replaced(base: DeviceProfile, parts: Tree, remark: str) -> DeviceProfile:
    names = {"name": f"{base.name}-measured", "description": f"{base.description}; {remark}"}
    return DeviceProfile.model_validate(base.model_dump() | parts | names)


def _quantity(measured: Measurement, unit: str, source: str, factor: float = 1.0) -> Tree:
    """Return a measurement times a factor as a quantity of a profile; its interval becomes the spread."""
    if measured.value is None or measured.low is None or measured.high is None or measured.low <= 0:
        raise ConfigError(f"{source}: its interval reaches 0; measure for longer")
    value, low, high = (end * factor for end in (measured.value, measured.low, measured.high))
    spread = math.exp(max(math.log(high / value), math.log(value / low)))
    return {"value": value, "unit": unit, "spread": spread, "basis": "measured", "source": source}
