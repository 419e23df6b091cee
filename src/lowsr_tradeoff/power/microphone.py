"""Power of the microphone by its mode, which its clock sets."""

from lowsr_tradeoff.power.draws import Draws, Sample
from lowsr_tradeoff.power.parts import Microphone
from lowsr_tradeoff.power.profile import HeldMicrophone
from lowsr_tradeoff.power.quantity import MicroAmperes


def microphone_mw(microphone: Microphone | HeldMicrophone, mode: str | None, sample: Sample) -> Draws | None:
    """Return the microphone's power in mW; ``None`` where another part's figure holds it.

    Supply voltage times current. Within one mode it is the same at every rate: an analogue MEMS microphone biases
    and buffers its membrane all the time, and a digital one steps with its clock's range.

    Args:
        microphone: The microphone.
        mode: Name of the mode it works in.
        sample: Gives the draws of a parameter.
    """
    if isinstance(microphone, HeldMicrophone) or mode is None:
        return None
    return current_mw(microphone, f"modes.{mode}.current", microphone.modes[mode].current, sample)


def current_mw(microphone: Microphone, name: str, current: MicroAmperes, sample: Sample) -> Draws:
    """Return the power in mW of one of a microphone's currents."""
    supply_v = sample("microphone.supply", microphone.supply)
    # uA * V = uW
    return sample(f"microphone.{name}", current) * supply_v * 1e-3
