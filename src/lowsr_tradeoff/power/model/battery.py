"""Hours on a battery."""

import re

import numpy as np

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.power.model.draws import Draws, Sample
from lowsr_tradeoff.power.profiles.parts import Quantity, Share
from lowsr_tradeoff.power.profiles.profile import Supply
from lowsr_tradeoff.settings.groups import PowerSettings

BATTERY = re.compile(r"(\d+\.?\d*)\s*(mAh|Ah)\s*@\s*(\d+\.?\d*)\s*V", re.IGNORECASE)
HOURS_PER_MONTH = 365.25 * 24 / 12
SELF_DISCHARGE: Share = Quantity(
    value=0.014,
    unit="1",
    spread=1.5,
    basis="assumed",
    source="1 to 2 % of the charge per month, common engineering practice; geometric mean",
)
# Share of the charge left in the cold, linear between the points.
# kitzeslab/ARU_battery_longevity: alkaline loses 3 to 10 % at 3 C and 43 to 46 % at -16 C, lithium about nothing.
ALKALINE_C = (-16.0, 3.0, 20.0)
ALKALINE_SHARE = (0.555, 0.935, 1.0)


def parse_battery(text: str) -> tuple[float, float]:
    """Return charge in mAh and voltage in V of a battery written as ``300mAh@3.7V``.

    Raises:
        ConfigError: A unit is missing, or a value is not above zero.

    >>> parse_battery("300mAh@3.7V"), parse_battery("1.2 Ah @ 3 V")
    ((300.0, 3.7), (1200.0, 3.0))
    """
    found = BATTERY.fullmatch(text.strip())
    if found is None:
        raise ConfigError(f"battery {text!r}: write charge and voltage with their units, for example 300mAh@3.7V")
    charge, unit, voltage_v = float(found[1]), found[2].lower(), float(found[3])
    if not (charge > 0 and voltage_v > 0):
        raise ConfigError(f"battery {text!r}: charge and voltage must be above zero")
    return charge * (1000 if unit == "ah" else 1), voltage_v


def battery_hours(power_mw: Draws, supply: Supply, settings: PowerSettings, sample: Sample) -> Draws:
    """Return the hours until cut-off: charge x voltage x usable share x cold share / (power + self-discharge).

    Self-discharge counts as a constant power, ``charge x voltage x share per month``.
    """
    nominal_mwh = settings.battery_mah * settings.battery_v
    usable_share = np.minimum(sample("supply.usable_share", supply.usable_share), 1.0)
    lost_mw = nominal_mwh * sample("battery.self_discharge", SELF_DISCHARGE) / HOURS_PER_MONTH
    hours: Draws = nominal_mwh * usable_share * cold_share(settings) / (power_mw + lost_mw)
    return hours


def cold_share(settings: PowerSettings) -> float:
    """Return the share of the charge that is left at the battery's temperature, in 0…1.

    >>> cold_share(PowerSettings(chemistry="alkaline", temperature_c=3))
    0.935
    """
    if settings.chemistry == "lithium":
        return 1.0
    return float(np.interp(settings.temperature_c, ALKALINE_C, ALKALINE_SHARE))
