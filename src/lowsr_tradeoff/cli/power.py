"""Commands on power alone: what a device draws at each rate, and what is known of a device."""

import json
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from lowsr_tradeoff.cli.app import app, integers
from lowsr_tradeoff.cli.printing import tell

if TYPE_CHECKING:
    from lowsr_tradeoff.config import StudyConfig
    from lowsr_tradeoff.records import ModelCost

Model = Literal["small_vgg", "cp_mobile", "mobilenetv2", "cnn14", "resnet38"]
Payload = Literal["none", "labels", "raw", "adpcm"]


@app.command
def power(
    *,
    rates: str = "500,1000,2000,4000,8000,16000",
    device: str | None = None,
    model: Model = "small_vgg",
    classes: int = 10,
    window_s: float = 2.0,
    hop_s: float | None = None,
    radio: Payload = "none",
    storage: Payload = "none",
    battery: str = "300mAh@3.7V",
    chemistry: Literal["lithium", "alkaline"] = "lithium",
    temperature_c: float = 20.0,
    microphone: str | None = None,
    stack: str | None = None,
    capture: Literal["awake", "autonomous"] = "awake",
    listen_s: float | None = None,
    every_s: float | None = None,
    wake_share: float | None = None,
    seed: int = 0,
    json_: Annotated[bool, Parameter(name="--json", negative=())] = False,
) -> None:
    """Work out what each rate draws on each device, without any training.

    Savings are told against the highest rate on the shared grid.

    Args:
        rates: Rates of the microphone in Hz, comma separated.
        device: Device profiles, comma separated, by name or TOML path; see lowsr-tradeoff devices.
        model: The network that runs.
        classes: Classes it tells apart.
        window_s: Seconds of sound it hears at once.
        hop_s: Seconds between two classifications; the window when left out.
        radio: What is sent all the time.
        storage: What is written all the time.
        battery: Charge and voltage with their units.
        chemistry: Of the battery; decides what cold takes away.
        temperature_c: Of the battery in degrees Celsius.
        microphone: Microphone profile, by name or TOML path, in place of the device's.
        stack: Software stack, by its name in the device's profile.
        capture: Whether the core waits awake for sound, or stops until a buffer is full.
        listen_s: Seconds of listening out of every --every-s.
        every_s: Length of that cycle in seconds.
        wake_share: Share of the time that sound keeps the device awake, 0 to 1, if its microphone can wake it.
        seed: Of the draws behind the intervals.
        json_: Print the records as JSON.
    """
    from lowsr_tradeoff.config import load_config
    from lowsr_tradeoff.power.battery import parse_battery
    from lowsr_tradeoff.power.protocol import evaluate
    from lowsr_tradeoff.reports.power_text import power_text

    rates_hz = integers("--rates", rates)
    battery_mah, battery_v = parse_battery(battery)
    settings = {
        "devices": device.split(",") if device else None,
        "hop_s": hop_s,
        "radio": radio,
        "storage": storage,
        "battery_mah": battery_mah,
        "battery_v": battery_v,
        "chemistry": chemistry,
        "temperature_c": temperature_c,
        "microphone": microphone,
        "stack": stack,
        "capture": capture,
        "listen_s": listen_s,
        "every_s": every_s,
        "wake_share": wake_share,
    }
    overrides = {f"power.{name}": value for name, value in settings.items()}
    named = {"rates_hz": rates_hz, "reference_rate_hz": max(rates_hz), "seed": seed}
    config = load_config(None, {**overrides, **named})
    results = evaluate(config, _costs(config, model, window_s, classes))
    tell(json.dumps([result.model_dump(mode="json") for result in results]) if json_ else power_text(results))


@app.command
def devices(name: str | None = None, /) -> None:
    """List the device profiles, or show one with the source of every value.

    Args:
        name: A profile's name or a TOML path.
    """
    from lowsr_tradeoff.power.describe import describe, overview

    tell(overview() if name is None else describe(name))


def _costs(config: "StudyConfig", model: Model, window_s: float, n_classes: int) -> "list[ModelCost]":
    from lowsr_tradeoff.power.network_costs import grids_of, network_cost

    return [
        network_cost(model, rate_hz, grid, window_s, n_classes)
        for grid in grids_of(model)
        for rate_hz in config.all_rates_hz()
    ]
