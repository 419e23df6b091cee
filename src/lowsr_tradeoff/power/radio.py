"""Power of sending."""

from lowsr_tradeoff.power.draws import Draws, Sample
from lowsr_tradeoff.power.parts import Radio


def radio_mw(radio: Radio, sent_bits_per_s: float, sample: Sample) -> Draws:
    """Return the radio's average power in mW: ``e_bit * bits/s + P_link``."""
    # nJ * bit/s = nW
    sending = sample("radio.bit_energy", radio.bit_energy) * sent_bits_per_s * 1e-6
    return sending + sample("radio.link_power", radio.link_power)
