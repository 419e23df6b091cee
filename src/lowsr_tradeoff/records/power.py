"""What a device draws."""

from typing import Literal

from lowsr_tradeoff.records.base import Measurement, Record
from lowsr_tradeoff.records.classify import Grid


class PowerComponent(Record):
    """Average power of one part of the device."""

    name: Literal["microphone", "adc", "front_end", "inference", "idle"]
    power_mw: Measurement


class PowerResult(Record):
    """What one device draws at one rate and feature layout.

    Attributes:
        rate_hz: The microphone's rate.
        grid: Feature layout of the network that runs.
        device: Name of the device profile.
        adc_rate_hz: The rate the converter runs at; above ``rate_hz`` when the part cannot go that low.
        is_decimated: Whether samples are thrown away to reach ``rate_hz``.
        components: Average power by part, empty when infeasible.
        power_mw: Their sum.
        power_saved: Share of the reference rate's power that is saved, from paired draws: what both share cancels.
        battery_hours: Hours on the configured battery.
        real_time_factor: Share of the time the processor computes; above 1 it cannot keep up.
        infeasible: Reasons why this device cannot do it; empty when it can.
    """

    rate_hz: int
    grid: Grid
    device: str
    adc_rate_hz: int | None
    is_decimated: bool
    components: tuple[PowerComponent, ...]
    power_mw: Measurement
    power_saved: Measurement
    battery_hours: Measurement
    real_time_factor: Measurement
    infeasible: tuple[str, ...]
