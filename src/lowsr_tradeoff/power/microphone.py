"""Power of the microphone."""

from lowsr_tradeoff.power.draws import Draws, Sample
from lowsr_tradeoff.power.profile import Microphone


def microphone_mw(microphone: Microphone, sample: Sample) -> Draws | None:
    """Return the microphone's power in mW, the same at every rate; ``None`` where another part's figure holds it.

    An analogue MEMS microphone biases and buffers its membrane all the time and has no clock to slow down.
    """
    return None if microphone.power is None else sample("microphone.power", microphone.power)
