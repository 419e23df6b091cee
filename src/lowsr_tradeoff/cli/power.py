"""Commands on power alone: what a device draws at each rate, and what is known of a device."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from lowsr_tradeoff.cli import values
from lowsr_tradeoff.cli.app import MEASURE, Json, Whole, app
from lowsr_tradeoff.cli.flags import Given, with_settings
from lowsr_tradeoff.cli.printing import tell, tell_json
from lowsr_tradeoff.errors import ConfigError

if TYPE_CHECKING:
    from lowsr_tradeoff.power.profiles.profile import DeviceProfile
    from lowsr_tradeoff.records.base import Record
    from lowsr_tradeoff.records.power import InferenceEnergy, ModelError, TracePower

Model = Literal["small_vgg", "cp_mobile", "yamnet_256", "yamnet", "mobilenetv2", "cnn14", "resnet38"]
Covers = Literal["capture", "computing", "sleep"]
# The exit code of validate-power where a target is missed.
TARGET_MISSED = 8


@app.command
@with_settings(
    device="power.devices",
    hop_s="power.hop_s",
    radio="power.radio",
    storage="power.storage",
    chemistry="power.chemistry",
    temperature_c="power.temperature_c",
    microphone="power.microphone",
    stack="power.stack",
    capture="power.capture",
    listen_s="power.listen_s",
    every_s="power.every_s",
    wake_share="power.wake_share",
    alarms_per_hour="power.alarms_per_hour",
    seed="seed",
)
def power(
    given: Given,
    *,
    rates: Annotated[str, Parameter(metavar="RATES", group=MEASURE)] = "500,1000,2000,4000,8000,16000",
    model: Annotated[Model, Parameter(group=MEASURE)] = "small_vgg",
    classes: Annotated[Whole, Parameter(group=MEASURE)] = 10,
    window_s: Annotated[float, Parameter(metavar="SECONDS", group=MEASURE)] = 2.0,
    bits: Annotated[str, Parameter(metavar="LIST", group=MEASURE)] = "16",
    battery: Annotated[str, Parameter(metavar="TEXT", group=MEASURE)] = "300mAh@3.7V",
    json_: Json = False,
) -> None:
    """Work out what each rate draws on each device, without any training.

    Savings are relative to the highest rate on the shared grid, at the most bits.

    Examples:
        lowsr-tradeoff power --rates 500:16000:octave --device nrf52840 --battery 300mAh@3.7V

    Args:
        rates: Rates of the microphone in Hz, comma separated.
        model: The network that runs.
        classes: Classes it tells apart.
        window_s: Seconds of sound in one classification.
        bits: Bits of a sample, comma separated; they count for what is sent or written, and in some converters.
        battery: Charge and voltage with their units.
    """
    from lowsr_tradeoff.power.model.battery import parse_battery
    from lowsr_tradeoff.power.model.network_costs import grids_at, network_cost
    from lowsr_tradeoff.power.stage import evaluate
    from lowsr_tradeoff.records.network import GRIDS
    from lowsr_tradeoff.reports.sections.power.terminal import power_text
    from lowsr_tradeoff.settings.toml import load_config

    rates_hz = values.rates("--rates", rates)
    battery_mah, battery_v = parse_battery(battery)
    settings = {**given.get("power", {}), "battery_mah": battery_mah, "battery_v": battery_v}
    rates_given = {"rates_hz": rates_hz, "reference_rate_hz": max(rates_hz)}
    config = load_config(None, {**given, **rates_given, "power": settings})
    costs = [
        network_cost(model, rate_hz, grid, window_s, classes)
        for grid in GRIDS
        for rate_hz in config.all_rates_hz()
        if grid in grids_at(model, rate_hz)
    ]
    results = evaluate(config, costs, values.integers("--bits", bits))
    if json_:
        tell_json(results)
    else:
        tell(power_text(results))


@app.command
def devices(name: str | None = None, /) -> None:
    """List the device profiles, or show one with the source of every value.

    Examples:
        lowsr-tradeoff devices
        lowsr-tradeoff devices stm32u575

    Args:
        name: A profile's name or a TOML path.
    """
    from lowsr_tradeoff.power.profiles.describe import describe, overview

    tell(overview() if name is None else describe(name))


@app.command
def validate_power(*, json_: Json = False) -> int:
    """Show how far the power model is from published measurements that it has not seen.

    Exit code 8 says that a stated target is missed, unless configs/validation/accepted.toml has the reason.

    Examples:
        lowsr-tradeoff validate-power
    """
    from lowsr_tradeoff.power.validation.summary import complaints, summary

    found = complaints(summary())
    if json_:
        tell_json(summary())
    else:
        tell("\n\n".join("\n".join(_error_lines(error)) for error in summary()))
    if found:
        tell(*found, to=sys.stderr)
    return TARGET_MISSED if found else 0


@app.command
def measure_power(
    model: str | None = None,
    /,
    *,
    seconds: float = 5.0,
    trace: Path | None = None,
    voltage_v: float | None = None,
    covers: Covers = "capture",
    device: str | None = None,
    out: Path | None = None,
    json_: Json = False,
) -> None:
    """Measure a model's energy on this machine, or take power from a measured current trace.

    With --device and --out, writes a device profile in which what was measured stands for what was modelled; a
    study takes it with --device FILE.

    Examples:
        lowsr-tradeoff measure-power small_vgg
        lowsr-tradeoff measure-power --trace trace.csv --voltage-v 3.3 --device nrf52840 --out board.toml

    Args:
        model: Folder of a trained network, its ONNX export, or a name (small_vgg, cp_mobile, mobilenetv2, ...).
        seconds: Seconds of inference, 5 or more; the idle machine is measured for as long.
        trace: A current trace to use instead of this machine: CSV as Power Profiler Kit II, Joulescope, Otii,
            Monsoon, EnergyTrace or LPM01A export it, or any with units in the header.
        voltage_v: Supply voltage of the trace, where the file has none.
        covers: What went on during the trace: capture (sound arriving, nothing computed), computing or sleep.
        device: Profile to put the measurement into, by name or TOML path.
        out: TOML file to write.
    """
    from lowsr_tradeoff.files.writing import write_atomic
    from lowsr_tradeoff.power.profiles.devices import load_device, profile_toml

    if (device is None) != (out is None):
        raise ConfigError("give --device (the profile to change) and --out (the file to write) both, or neither")
    if (model is None) == (trace is None):
        raise ConfigError("give a model to run here (measure-power small_vgg) or a --trace, and not both")
    base = load_device(device) if device else None
    record, profile = _traced(trace, voltage_v, covers, base) if trace else _inferred(str(model), seconds, base)
    if json_:
        tell_json(record)
    else:
        tell(*_record_lines(record))
    if out and profile:
        write_atomic(out, profile_toml(profile).encode())
        tell(out)


def _traced(
    file: Path, voltage_v: float | None, covers: Covers, base: "DeviceProfile | None"
) -> "tuple[TracePower, DeviceProfile | None]":
    from lowsr_tradeoff.power.measured.trace import trace_power
    from lowsr_tradeoff.power.profiles.measured import traced_profile

    power = trace_power(file, voltage_v)
    return power, traced_profile(base, power, covers) if base else None


def _inferred(
    model: str, seconds: float, base: "DeviceProfile | None"
) -> "tuple[InferenceEnergy, DeviceProfile | None]":
    from lowsr_tradeoff.deploy.model.workload import workload
    from lowsr_tradeoff.power.measured.inference import measure_fft, measure_inference
    from lowsr_tradeoff.power.profiles.measured import host_profile

    infer, cost = workload(model)
    energy = measure_inference(infer, model, seconds)
    return energy, host_profile(base, energy, cost.macs, measure_fft(cost.fft_size)) if base else None


def _error_lines(error: "ModelError") -> Iterator[str]:
    from lowsr_tradeoff.reports.wording import digits, error_bounds, number, percent

    factors = (("median", error.median), ("nine in ten", error.p90), ("worst", error.worst))
    yield f"{error.check}, {error.scope}: {error.method}"
    yield f"  held out: {error.held_out}"
    yield f"  error factor: {'; '.join(f'{name} {number(factor)}' for name, factor in factors)}"
    yield f"  rows within their 95 % interval: {percent(error.coverage)}"
    if error.target:
        yield f"  target: {error_bounds(error.target)}: {'met' if error.is_met else 'NOT MET'}"
    if error.accepted:
        yield f"  accepted: {error.accepted}"
    for row in error.rows:
        yield f"  held out: {row.row}: {digits(row.measured)} measured, {number(row.predicted)} predicted"
        yield f"    {row.source}"
    yield from (f"  not predicted: {row}" for row in error.not_predicted)


def _record_lines(record: "Record") -> Iterator[str]:
    """A line per field, figures with their interval; then why figures are missing, each reason once."""
    from lowsr_tradeoff.records.base import Measurement
    from lowsr_tradeoff.reports.wording import number

    reasons: dict[str, None] = {}
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, Measurement) and value.reason:
            reasons[value.reason] = None
            yield f"{name}: none"
        else:
            yield f"{name}: {number(value) if isinstance(value, Measurement) else value}"
    yield from reasons
