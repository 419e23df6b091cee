"""Hours on a battery."""

import numpy as np

from lowsr_tradeoff.power.draws import Draws, Sample
from lowsr_tradeoff.power.profile import Share, Supply
from lowsr_tradeoff.settings import PowerSettings


def battery_hours(power_mw: Draws, supply: Supply, settings: PowerSettings, sample: Sample) -> Draws:
    """Return the hours until cut-off: charge x voltage x usable share x regulator efficiency / power.

    Args:
        power_mw: What the loads draw.
        supply: Shares lost between battery and loads.
        settings: The battery.
        sample: Gives the draws of a parameter.
    """
    energy_mwh = (
        settings.battery_mah * settings.battery_v * _share("supply.usable_share", supply.usable_share, sample)
    )
    if supply.regulator_efficiency is not None:
        energy_mwh = energy_mwh * _share("supply.regulator_efficiency", supply.regulator_efficiency, sample)
    return energy_mwh / power_mw


def _share(name: str, share: Share, sample: Sample) -> Draws:
    return np.minimum(sample(name, share), 1.0)
