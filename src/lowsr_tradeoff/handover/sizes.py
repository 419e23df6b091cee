"""Memory of the delivered parts, from their actual sizes, and whether a device has it."""

import math
from collections.abc import Iterator

from lowsr_tradeoff.classify.features import Layout
from lowsr_tradeoff.handover.record import Memory
from lowsr_tradeoff.handover.tables import LOG_2_STEPS, sparse_bank
from lowsr_tradeoff.power.profile import DeviceProfile
from lowsr_tradeoff.power.quantity import Kibibytes

FLOAT, Q15 = "float", "q15"
NUMBERS = (FLOAT, Q15)


def memory_of(layout: Layout, number: str, weight_bytes: int, activation_bytes: int) -> Memory:
    """Return the bytes of network and front end.

    Args:
        layout: How the network hears.
        number: ``"float"`` or ``"q15"``.
        weight_bytes: Of the int8 network.
        activation_bytes: Of its activations.
    """
    width = 2 if number == Q15 else 4
    rows, columns = layout.image
    # fe_state: the newest samples, padded to four bytes, two counters, the spectrum, two frames' levels
    state = 2 * (layout.fft_size + 2) + 8 + width * (layout.fft_size + 2 * rows)
    return Memory(
        number=number,
        weights=weight_bytes,
        tables=_tables(layout, number),
        state=state,
        image=width * rows * columns,
        activations=activation_bytes,
    )


def overfull(memory: Memory, profile: DeviceProfile) -> Iterator[str]:
    """Yield what a device has too little of, and by how much."""
    yield from _beyond("flash", memory.flash, profile.memory.flash)
    yield from _beyond("RAM", memory.ram, profile.memory.ram)


def _tables(layout: Layout, number: str) -> int:
    """Window, cosine and sine, weights, first bins and their counts; in fixed point also both logarithms."""
    n, rows, nonzeros = layout.fft_size, layout.mel_bands, len(sparse_bank(layout).weights)
    bands = 2 * 2 * rows
    if number == FLOAT:
        return 4 * (2 * n + nonzeros) + bands
    return 2 * (2 * n + nonzeros) + bands + 4 * rows + 4 * (LOG_2_STEPS + 1)


def _beyond(what: str, n_bytes: int, room: Kibibytes | None) -> Iterator[str]:
    if room is not None and n_bytes > room.value * 1024:
        lacking = math.ceil(n_bytes / 1024 - room.value)
        yield (
            f"network and front end take {math.ceil(n_bytes / 1024):,} KiB of {what}, {lacking:,} KiB more than "
            f"the {room.value:,.0f} KiB there are"
        )
