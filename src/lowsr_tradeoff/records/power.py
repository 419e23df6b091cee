"""The power that a device takes."""

from datetime import date
from typing import Literal

from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.network import Grid

PowerPart = Literal[
    "microphone",
    "adc",
    "transfer",
    "decimator",
    "upsampling",
    "front_end",
    "inference",
    "encoding",
    "idle",
    "sleep",
    "storage",
    "radio",
    "regulator",
]
Basis = Literal["measured", "datasheet", "derived", "assumed"]


class PowerComponent(Record):
    """Power of one part of the device.

    Attributes:
        power_mw: On average.
        peak_mw: While the part works. Parts of one core peak at the core's power, one after the other.
    """

    name: PowerPart
    power_mw: Measurement
    peak_mw: Measurement


class SpreadShare(Record):
    """How much of the spread of total power one parameter explains, and what measuring it would leave.

    Attributes:
        parameter: Name in the device's profile.
        share: Squared correlation of the logarithms of parameter and total power over the draws, 0…1.
        if_measured: Total power with its interval if this parameter alone were measured to within 10 %, and its
            value stayed.
    """

    parameter: str
    share: float
    if_measured: Measurement


class SharedSpread(Record):
    """The spread of total power in two parts: k of the log-normal 95 % interval value/k … value*k of each.

    Attributes:
        shared: What follows the power at the reference rate, and so cancels between the two.
        own: The rest: what a comparison of the two rates is uncertain by.
    """

    shared: float
    own: float


class ClockTrial(Record):
    """Average power at one clock of a core.

    Attributes:
        real_time_factor: Share of the time that computes.
        is_chosen: Whether the result is for this clock: of those that keep up, the one of least power.
    """

    clock_mhz: float
    power_mw: Measurement
    real_time_factor: Measurement
    is_chosen: bool


class PowerResult(Record):
    """Power of one device at one rate and feature layout.

    Attributes:
        rate_hz: The microphone's rate.
        grid: Feature layout of the network that runs.
        device: Name of the device profile.
        bits: Bits of a sample.
        adc_rate_hz: The converter's rate; above ``rate_hz`` when the part cannot run so slowly.
        is_decimated: Whether samples are discarded to reach ``rate_hz``.
        microphone_mode: The microphone's mode; ``None`` where another part's figure includes its power.
        components: Power by part, empty when infeasible.
        power_mw: Sum of the averages, at the battery.
        peak_mw: Power when all parts work that can work at once.
        power_saved: Share of the reference rate's power that is saved, from paired draws: what both share cancels.
        spread: The interval of the power, in what the reference rate shares and what it does not; ``None`` without
            a reference.
        battery_hours: Hours on the configured battery.
        real_time_factor: Share of the time the processor computes while it listens; above 1 it cannot keep up.
        listening_share: Share of the time the device listens; the rest it sleeps.
        dominant: The parameters that explain most of the spread of the total, largest first.
        clocks: Power at each clock of the core; empty for a core without a known speed.
        infeasible: Reasons why this device cannot do it; empty when it can.
        power_mw_draws: Joint draws of the power (:mod:`lowsr_tradeoff.statistics.joint_draws`).
        battery_hours_draws: Joint draws of the hours.
        alarms_per_hour: Measured alarms that radio and storage were modelled with, false and true, of the training
            that raises most; ``None`` where what is sent does not follow from alarms measured here.
    """

    rate_hz: int
    grid: Grid
    device: str
    bits: int
    adc_rate_hz: int | None
    is_decimated: bool
    microphone_mode: str | None
    components: tuple[PowerComponent, ...]
    power_mw: Measurement
    peak_mw: Measurement
    power_saved: Measurement
    spread: SharedSpread | None
    battery_hours: Measurement
    real_time_factor: Measurement
    listening_share: float
    dominant: tuple[SpreadShare, ...]
    clocks: tuple[ClockTrial, ...]
    infeasible: tuple[str, ...]
    power_mw_draws: tuple[float, ...] = ()
    battery_hours_draws: tuple[float, ...] = ()
    alarms_per_hour: Measurement | None = None


class SourcedFigure(Record):
    """One figure of a device profile and its source.

    Attributes:
        parameter: Name in the device's profile.
        text: Value, interval and unit.
        basis: How it was obtained.
        source: Where it can be looked up.
        read: The day on which that page was read itself; ``None`` where the figure is quoted from elsewhere.
    """

    parameter: str
    text: str
    basis: Basis
    source: str
    read: date | None = None


class DeviceSheet(Record):
    """The figures of the profile from which a device's power was modelled."""

    device: str
    description: str
    figures: tuple[SourcedFigure, ...]


class InferenceEnergy(Record):
    """Energy and time of one inference of a network on this machine.

    Attributes:
        model: The network that ran.
        counter: The energy counter; ``None`` where there is none to read.
        energy_uj: Energy above idle of one inference.
        busy_mw: Power of the counted packages while inferring.
        idle_mw: Power of the same packages at rest.
        duration_s: Time of one inference.
        cpu_s: Processor time of one inference over all threads of this process.
    """

    model: str
    counter: str | None
    energy_uj: Measurement
    busy_mw: Measurement
    idle_mw: Measurement
    duration_s: Measurement
    cpu_s: Measurement


class TracePower(Record):
    """Power of a measured current trace.

    Attributes:
        file: Name of the trace.
        sha256: Digest of its bytes.
        mean_mw: Mean over time.
        peak_mw: Highest sample.
    """

    file: str
    sha256: str
    mean_mw: Measurement
    peak_mw: Measurement
    duration_s: float
    n_samples: int


class ConverterBound(Record):
    """A lower bound of a converter's power at some rate and resolution, or the power that published ones reach."""

    name: str
    power_nw: Measurement
    source: str


class ErrorTarget(Record):
    """Limits of the errors; factors are at least 1.

    Attributes:
        median: Greatest median error factor.
        p90: Greatest factor of nine errors in ten.
        worst: Greatest factor of any error.
        coverage: Least and greatest share of rows within their 95 % interval.
    """

    median: float | None = None
    p90: float | None = None
    worst: float | None = None
    coverage: tuple[float, float] | None = None


class ComparedRow(Record):
    """One reading that entered no profile, and what the profile says, in the same unit."""

    row: str
    measured: float
    predicted: Measurement
    source: str


class ModelError(Record):
    """How far the predictions of one method are from measurements that it did not see.

    The error factor of a row is predicted over measured or its inverse, whichever is at least 1.

    Attributes:
        check: What was predicted.
        scope: On which devices.
        method: How it was predicted.
        held_out: Which data of each row's own the prediction did not see.
        median: Median error factor over rows.
        p90: Error factor that nine rows in ten do not exceed.
        worst: Largest error factor.
        coverage: Share of rows within their 95 % interval.
        target: Its limits; ``None`` for a method that is listed for comparison.
        is_met: Whether the central values meet the target; ``None`` without one.
        accepted: Why a missed target is accepted; ``None`` for a target that is kept, or must be.
        rows: The readings one by one, where there are few.
        not_predicted: Published rows that cannot be predicted, with the reason.
    """

    check: str
    scope: str
    method: str
    held_out: str
    median: Measurement
    p90: Measurement
    worst: Measurement
    coverage: Measurement
    target: ErrorTarget | None = None
    is_met: bool | None = None
    accepted: str | None = None
    rows: tuple[ComparedRow, ...] = ()
    not_predicted: tuple[str, ...] = ()


class Power(Record):
    """Power of every device at every rate, the devices' figures with their sources, and the model's errors."""

    results: tuple[PowerResult, ...]
    devices: tuple[DeviceSheet, ...]
    errors: tuple[ModelError, ...]
