"""Commands on how far the power model can be trusted, and on measuring instead."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from lowsr_tradeoff.cli.app import app
from lowsr_tradeoff.cli.printing import tell
from lowsr_tradeoff.errors import ConfigError

if TYPE_CHECKING:
    from lowsr_tradeoff.power.profile import DeviceProfile
    from lowsr_tradeoff.records import ErrorTarget, InferenceEnergy, Measurement, ModelError, Record, TracePower

Json = Annotated[bool, Parameter(name="--json", negative=())]


@app.command
def validate_power(*, json_: Json = False) -> None:
    """Show how far the power model is from published measurements that it has not seen.

    Args:
        json_: Print the records as JSON.
    """
    from lowsr_tradeoff.power.validate import summary

    if json_:
        tell(json.dumps([error.model_dump(mode="json") for error in summary()]))
    else:
        tell("\n\n".join("\n".join(_lines(error)) for error in summary()))


@app.command
def measure_power(
    model: str | None = None,
    /,
    *,
    seconds: float = 5.0,
    trace: Path | None = None,
    voltage_v: float | None = None,
    covers: Literal["capture", "computing", "sleep"] = "capture",
    device: str | None = None,
    out: Path | None = None,
    json_: Json = False,
) -> None:
    """Measure a model's energy on this machine, or take power from a measured current trace.

    With --device and --out, writes a device profile in which what was measured stands for what was modelled; a
    study takes it with --device FILE.

    Args:
        model: Folder of a trained network, its ONNX export, or a name (small_vgg, cp_mobile, mobilenetv2, ...).
        seconds: How long to infer, 5 or more; resting takes as long.
        trace: A current trace in CSV (time and current with units in the header) to use instead of this machine.
        voltage_v: Supply voltage of the trace, where the file has none.
        covers: What went on during the trace: capture (sound arriving, nothing computed), computing or sleep.
        device: Profile to put the measurement into, by name or TOML path.
        out: TOML file to write.
        json_: Print the record as JSON.
    """
    if (device is None) != (out is None):
        raise ConfigError("give both --device (whose other parts stay modelled) and --out (the file), or neither")
    if (model is None) == (trace is None):
        raise ConfigError("give either a model to run here or a --trace, for example measure-power small_vgg")
    record, profile = _trace(trace, voltage_v, covers, device) if trace else _run(str(model), seconds, device)
    tell(json.dumps(record.model_dump(mode="json")) if json_ else "\n".join(_measured(record)))
    if out and profile:
        _write(out, profile)


def _trace(
    file: Path, voltage_v: float | None, covers: Literal["capture", "computing", "sleep"], device: str | None
) -> "tuple[TracePower, DeviceProfile | None]":
    from lowsr_tradeoff.power.devices import load_device
    from lowsr_tradeoff.power.measured_profile import traced_profile
    from lowsr_tradeoff.power.trace import trace_power

    base = load_device(device) if device else None
    power = trace_power(file, voltage_v)
    return power, traced_profile(base, power, covers) if base else None


def _run(model: str, seconds: float, device: str | None) -> "tuple[InferenceEnergy, DeviceProfile | None]":
    from lowsr_tradeoff.cli.workload import workload
    from lowsr_tradeoff.power.devices import load_device
    from lowsr_tradeoff.power.measure import measure_fft, measure_inference
    from lowsr_tradeoff.power.measured_profile import host_profile

    base = load_device(device) if device else None
    infer, cost = workload(model)
    energy = measure_inference(infer, model, seconds)
    return energy, host_profile(base, energy, cost.macs, measure_fft(cost.fft_size)) if base else None


def _write(out: Path, profile: "DeviceProfile") -> None:
    from lowsr_tradeoff.power.write_profile import profile_toml
    from lowsr_tradeoff.store import write_atomic

    write_atomic(out, profile_toml(profile).encode())
    tell(out)


def _lines(error: "ModelError") -> Iterator[str]:
    yield f"{error.check}, {error.scope}: {error.method}"
    yield f"  held out: {error.held_out}"
    yield f"  error factor over {error.median.n} rows: {_factors(error)}"
    yield f"  rows within their 95 % interval: {_figure(error.coverage)}"
    if error.target:
        yield f"  target: {_target(error.target)}: {'met' if error.is_met else 'NOT MET'}"
    yield from (f"  not predicted: {row}" for row in error.not_predicted)


def _factors(error: "ModelError") -> str:
    named = (("median", error.median), ("90 %", error.p90), ("worst", error.worst))
    return ", ".join(f"{name} {_figure(factor)}" for name, factor in named)


def _target(target: "ErrorTarget") -> str:
    limits = (("median", target.median), ("90 %", target.p90), ("worst", target.worst))
    said = [f"{name} at most {limit:.2f}" for name, limit in limits if limit is not None]
    if target.coverage:
        said.append(f"{target.coverage[0]:.2f} to {target.coverage[1]:.2f} within their interval")
    return ", ".join(said)


def _measured(record: "Record") -> Iterator[str]:
    """A line per field, figures with their interval; then why figures are missing, each reason once."""
    from lowsr_tradeoff.records import Measurement

    reasons: dict[str, None] = {}
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, Measurement) and value.reason:
            reasons[value.reason] = None
            yield f"{name}: none"
        else:
            yield f"{name}: {_figure(value) if isinstance(value, Measurement) else value}"
    yield from reasons


def _figure(measurement: "Measurement") -> str:
    if measurement.value is None:
        return f"none ({measurement.reason})"
    unit = "" if measurement.unit == "1" else f" {measurement.unit}"
    if measurement.low is None or measurement.high is None:
        return f"{measurement.value:.3g}{unit}"
    return f"{measurement.value:.3g} ({measurement.low:.3g} to {measurement.high:.3g}){unit}"
