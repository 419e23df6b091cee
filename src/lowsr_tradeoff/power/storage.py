"""Power of writing to storage."""

from lowsr_tradeoff.power.draws import Draws, Sample
from lowsr_tradeoff.power.parts import Storage


def storage_mw(storage: Storage, written_bits_per_s: float, sample: Sample) -> Draws:
    """Return the storage's average power in mW: ``e_byte * bytes/s + P_standby``."""
    # nJ * byte/s = nW
    writing = sample("storage.byte_energy", storage.byte_energy) * written_bits_per_s / 8 * 1e-6
    return writing + sample("storage.standby_power", storage.standby_power)
