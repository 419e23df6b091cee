"""Power of the converter at the rate it really runs at."""

from lowsr_tradeoff.power.draws import Draws, Sample
from lowsr_tradeoff.power.profile import Adc


def adc_mw(adc: Adc, adc_rate_hz: int, sample: Sample) -> Draws | None:
    """Return the converter's power in mW; ``None`` where another part's figure holds it.

    ``P = P_static + e_sample * adc_rate``: the straight line through two datasheet points.
    """
    if adc.static_power is None:
        return None
    power_mw = sample("adc.static_power", adc.static_power)
    if adc.sample_energy is not None:
        # nJ * Hz = nW
        power_mw = power_mw + sample("adc.sample_energy", adc.sample_energy) * adc_rate_hz * 1e-6
    return power_mw
