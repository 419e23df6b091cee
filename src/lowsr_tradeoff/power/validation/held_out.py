"""Readings of boards and whole inferences that entered no profile: what the profiles say beside each.

``capture.csv`` has powers that someone read on a board while it captured, waited, computed, sent or wrote, and
``products.csv`` those of whole products; the profile's same parts are added up. ``latency.csv`` has the time of one
inference; the profile's cycles per operator give it. No constant of a profile is from these rows.
"""

from collections.abc import Mapping

import numpy as np
from pydantic import TypeAdapter

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.power.model.chain import Work, awake_mw
from lowsr_tradeoff.power.model.clocking import clocking_of
from lowsr_tradeoff.power.model.clocks import at_clocks
from lowsr_tradeoff.power.model.compute import (
    active_mw,
    can_encode,
    clock_mhz,
    encoding_work,
    energy_uj,
    inference_work,
)
from lowsr_tradeoff.power.model.draws import Draws, Sample, sampler
from lowsr_tradeoff.power.model.parts import bits_per_s, radio_mw, storage_mw
from lowsr_tradeoff.power.profiles.devices import load_device, load_part
from lowsr_tradeoff.power.profiles.profile import ClockedCore, DeviceProfile
from lowsr_tradeoff.power.validation.inference import TARGET as OF_INFERENCE
from lowsr_tradeoff.power.validation.prediction import N_DRAWS, Prediction, model_error, read_table
from lowsr_tradeoff.records.power import ErrorTarget, ModelError
from lowsr_tradeoff.settings.groups import Payload, PowerSettings

TARGET = ErrorTarget(worst=1.30)
BITS = 16
PAYLOAD = TypeAdapter[Payload](Payload)
Row = Mapping[str, str]


def held_out_errors() -> tuple[ModelError, ...]:
    """Return the errors of powers read on boards and on products, and of the time of whole inferences."""
    return (
        _power_error("capture", "power of parts of a board", "boards"),
        _power_error("products", "power of whole products", "wearables"),
        model_error(
            [predict_latency(row) for row in read_table("latency")],
            "latency of networks",
            "boards",
            "the profile's cycles per operator",
            "the network on any part",
            OF_INFERENCE.model_copy(update={"coverage": None}),
            are_rows_shown=True,
        ),
    )


def predict_power(row: Row) -> Prediction:
    """Return the power in mW of the parts that one reading covers, nothing computed, beside the reading."""
    profile = _fitted(load_device(row["device"]), row)
    sample = sampler(profile.name, 0, N_DRAWS)
    at_each = (_parts_mw(one, row, sample) for one in at_clocks(profile) if _is_at(one, row["clock"]))
    predicted = min(at_each, key=lambda draws: float(draws[0]))
    at_rate = f" at {row['rate_hz']} Hz" if row["rate_hz"] else ""
    name = f"{row['device']} ({row['board']}): {row['parts']}{at_rate}"
    return _beside(name, row["device"], float(row["power_mw"]), predicted, "mW", row["source"])


def predict_latency(row: Row) -> Prediction:
    """Return the time in ms of one inference at a clock in MHz, beside the time that was read."""
    profile = load_device(row["device"])
    if not isinstance(profile.core, ClockedCore):
        raise ConfigError(f"latency.csv: the speed of {row['device']} is unknown; take the row out")
    macs = {name: int(row[name]) for name in ("conv", "depthwise", "linear") if row[name]}
    sample = sampler(profile.name, 0, N_DRAWS)
    points = profile.core.clocks.items()
    (clock,) = (name for name, point in points if point.clock.value == float(row["clock_mhz"]))
    core = profile.core.model_copy(update={"stack": row["stack"], "runs_at": clock})
    duration: Draws = inference_work(core, macs, sample) / (clock_mhz(core, sample) * 1e6)
    name = f"{row['device']}: {row['network']} by {row['stack']} at {row['clock_mhz']} MHz"
    return _beside(name, row["device"], float(row["ms"]), 1e3 * duration, "ms", row["source"])


def _power_error(table: str, check: str, scope: str) -> ModelError:
    parts, left_out = "the profile's parts, added up", "the reading itself"
    rows = [predict_power(row) for row in read_table(table)]
    return model_error(rows, check, scope, parts, left_out, TARGET, are_rows_shown=True)


def _parts_mw(profile: DeviceProfile, row: Row, sample: Sample) -> Draws:
    """Return the draws of the power in mW of the parts that a row names, at the clock in use."""
    rate_hz, settings = int(row["rate_hz"] or 16000), PowerSettings()
    clocking = clocking_of(profile, rate_hz, BITS)
    idle_core = Work({}, np.zeros(1 + N_DRAWS))
    parts: dict[str, Draws | None] = {}
    if clocking is not None:
        parts.update(awake_mw(profile, clocking, idle_core, settings, sample).items())
    sent = bits_per_s(PAYLOAD.validate_python(row["payload"] or "none"), rate_hz, BITS, 1.0)
    if profile.storage is not None:
        parts["storage"] = storage_mw(profile.storage, sent, sample)
    if profile.radio is not None:
        parts["radio"] = radio_mw(profile.radio, sent, sample)
    if can_encode(profile.core):
        parts["encoding"] = energy_uj(profile.core, encoding_work(profile.core, rate_hz, sample), sample) * 1e-3
    if isinstance(profile.core, ClockedCore):
        parts["computing"] = active_mw(profile.core, sample)
    own = [part for name in row["parts"].split() if (part := parts[name]) is not None]
    total: Draws = np.sum(own, axis=0)
    return total


def _fitted(profile: DeviceProfile, row: Row) -> DeviceProfile:
    if not row["microphone"]:
        return profile
    return profile.model_copy(update={"microphone": load_part("microphones", row["microphone"])})


def _is_at(profile: DeviceProfile, clock: str) -> bool:
    return not clock or (isinstance(profile.core, ClockedCore) and profile.core.runs_at == clock)


def _beside(name: str, device: str, measured: float, predicted: Draws, unit: str, source: str) -> Prediction:
    """Return a prediction with the spread of its draws."""
    log_sd = float(np.std(np.log(predicted[1:])))
    return Prediction(name, device, measured, float(predicted[0]), log_sd, unit, source)
