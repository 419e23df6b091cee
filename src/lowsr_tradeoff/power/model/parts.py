"""Power of microphone, converter, radio, storage and regulator."""

import numpy as np

from lowsr_tradeoff.power.model.draws import Draws, Sample
from lowsr_tradeoff.power.profiles.parts import MicroAmperes, Microphone, Radio, Storage
from lowsr_tradeoff.power.profiles.profile import Adc, IncludedMicrophone, Supply
from lowsr_tradeoff.settings.groups import Payload, PowerSettings

ADPCM_BITS, LABEL_BITS = 4, 8
# Rates that the codec takes (RFC 6716, section 2), and bits a sample: 40 kbit/s at 16 kHz on a wearable recorder
# (BasedHardware/omi, issue 3029: about 5 KB per second).
OPUS_RATES_HZ = (8000, 12000, 16000, 24000, 48000)
OPUS_BITS = 2.5


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

    Raw samples are packed. ADPCM takes 4 bits a sample, whatever the converter's bits. Opus takes 2.5 at the rate
    that it codes.

    >>> [bits_per_s(payload, 16000, 12, 5.0) for payload in ("raw", "adpcm", "opus", "labels")]
    [192000.0, 64000.0, 40000.0, 1.6]
    """
    match payload:
        case "none":
            return 0.0
        case "labels":
            return LABEL_BITS / hop_s
        case "raw":
            return float(bits * rate_hz)
        case "adpcm":
            return float(ADPCM_BITS * rate_hz)
        case "opus":
            return OPUS_BITS * opus_rate_hz(rate_hz)


def payload_share(payload: Payload, settings: PowerSettings, window_s: float) -> float:
    """Return the share of :func:`bits_per_s` that goes out: all of it, or that of alarms.

    An alarm is one label, or one window of sound.

    >>> payload_share("labels", PowerSettings(alarms_per_hour=36), 2.0)
    0.02
    """
    if settings.alarms_per_hour is None:
        return 1.0
    each_s = (settings.hop_s or window_s) if payload == "labels" else window_s
    return min(1.0, settings.alarms_per_hour * each_s / 3600)


def opus_rate_hz(rate_hz: int) -> int:
    """Return the rate that Opus codes: the next that it takes, and 48 kHz at most.

    >>> opus_rate_hz(1000), opus_rate_hz(16000), opus_rate_hz(96000)
    (8000, 16000, 48000)
    """
    return next((each_hz for each_hz in OPUS_RATES_HZ if each_hz >= rate_hz), OPUS_RATES_HZ[-1])


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
