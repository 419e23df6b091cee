"""What is lost between battery and loads."""

import numpy as np

from lowsr_tradeoff.power.draws import Draws, Sample
from lowsr_tradeoff.power.profile import Supply


def regulator_mw(load_mw: Draws, supply: Supply, sample: Sample) -> Draws | None:
    """Return the regulator's loss in mW: ``load * (1 / efficiency - 1) + P_quiescent``.

    ``None`` where the loads were measured at the battery.
    """
    if supply.regulator_efficiency is None:
        return None
    efficiency = np.minimum(sample("supply.regulator_efficiency", supply.regulator_efficiency), 1.0)
    lost: Draws = load_mw * (1 / efficiency - 1)
    if supply.quiescent_power is not None:
        lost = lost + sample("supply.quiescent_power", supply.quiescent_power)
    return lost
