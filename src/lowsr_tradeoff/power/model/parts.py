"""Power of microphone, converter, radio, storage and regulator."""

import numpy as np

from lowsr_tradeoff.power.model.draws import Draws, Sample
from lowsr_tradeoff.power.profiles.parts import MicroAmperes, Microphone, Radio, Storage
from lowsr_tradeoff.power.profiles.profile import Adc, IncludedMicrophone, Supply
from lowsr_tradeoff.settings.groups import Payload

ADPCM_BITS, LABEL_BITS = 4, 8


def microphone_mw(microphone: Microphone | IncludedMicrophone, mode: str | None, sample: Sample) -> Draws | None:
    """Return supply voltage times current of a microphone's mode in mW; ``None`` where included elsewhere.

    Within one mode it is the same at every rate.
    """
    if isinstance(microphone, IncludedMicrophone) or mode is None:
        return None
    return current_mw(microphone, f"modes.{mode}.current", microphone.modes[mode].current, sample)


def current_mw(microphone: Microphone, name: str, current: MicroAmperes, sample: Sample) -> Draws:
    """Return the power in mW of one of a microphone's currents."""
    supply_v = sample("microphone.supply", microphone.supply)
    # uA * V = uW
    return sample(f"microphone.{name}", current) * supply_v * 1e-3


def adc_mw(adc: Adc, adc_rate_hz: int, bits: int, sample: Sample) -> Draws | None:
    """Return the converter's power in mW; ``None`` where another part's figure includes it.

    ``P = P_static + e_sample * adc_rate``: the straight line through two datasheet points. Where a conversion can
    stop at fewer bits, ``e_sample`` counts in proportion to them.
    """
    if adc.static_power is None:
        return None
    power_mw = sample("adc.static_power", adc.static_power)
    if adc.sample_energy is not None:
        # nJ * Hz = nW
        share = 1.0 if adc.resolution is None else min(1.0, bits / adc.resolution.value)
        power_mw = power_mw + sample("adc.sample_energy", adc.sample_energy) * adc_rate_hz * share * 1e-6
    return power_mw


def bits_per_s(payload: Payload, rate_hz: int, bits: int, hop_s: float) -> float:
    """Return the bits per second of listening: samples at the microphone's rate, or one byte per classification.

    Raw samples are packed. ADPCM takes 4 bits a sample, whatever the converter's bits.

    >>> [bits_per_s(payload, 16000, 12, 5.0) for payload in ("raw", "adpcm", "labels")]
    [192000.0, 64000.0, 1.6]
    """
    per_s = {"none": 0.0, "labels": LABEL_BITS / hop_s, "adpcm": ADPCM_BITS * rate_hz, "raw": bits * rate_hz}
    return float(per_s[payload])


def radio_mw(radio: Radio, sent_bits_per_s: float, sample: Sample) -> Draws:
    """Return the radio's average power in mW: ``e_bit * bits/s + P_link``."""
    # nJ * bit/s = nW
    sending = sample("radio.bit_energy", radio.bit_energy) * sent_bits_per_s * 1e-6
    return sending + sample("radio.link_power", radio.link_power)


def storage_mw(storage: Storage, written_bits_per_s: float, sample: Sample) -> Draws:
    """Return the storage's average power in mW: ``e_byte * bytes/s + P_standby``."""
    # nJ * byte/s = nW
    writing = sample("storage.byte_energy", storage.byte_energy) * written_bits_per_s / 8 * 1e-6
    return writing + sample("storage.standby_power", storage.standby_power)


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
