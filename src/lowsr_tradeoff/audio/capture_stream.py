"""The simulated microphone on sound of any length, in memory that does not grow with it.

Blocks overlap by more than every filter rings, so the capture is that of :func:`capture` on the whole sound, up to
rounding before quantisation. The converter's noise is drawn on from block to block: it is the same noise too. Only
the shaped noise of a sigma-delta converter is drawn block by block, with the same spectrum.
"""

import math
from collections.abc import Iterable, Iterator

import numpy as np

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.converter import convert
from lowsr_tradeoff.audio.filters import RINGING, sample
from lowsr_tradeoff.settings.front_end import FrontEnd

# New sound in one block; all blocks begin at whole seconds, where samples of every rate lie.
BLOCK_S = 12


def capture_blocks(
    blocks: Iterable[Samples], source_rate_hz: int, rate_hz: int, front_end: FrontEnd, seed: int
) -> Iterator[Samples]:
    """Yield what the microphone records of a sound given in blocks; the scene of the front end is left out."""
    rng = np.random.default_rng(seed)
    # Both what rings and the resampler before it.
    margin_s = math.ceil(2 * RINGING / rate_hz)
    for sound, n_before_s, n_new in _overlapping(blocks, source_rate_hz, margin_s):
        passed = sample(sound, source_rate_hz, rate_hz, front_end)
        first = n_before_s * rate_hz
        yield convert(passed[first : first + round(n_new * rate_hz / source_rate_hz)], front_end, rng)


def _overlapping(blocks: Iterable[Samples], rate_hz: int, margin_s: int) -> Iterator[tuple[Samples, int, int]]:
    """Yield sounds with margins, seconds of the margin before, and samples between the margins."""
    margin, n_block = margin_s * rate_hz, BLOCK_S * rate_hz
    parts: list[Samples] = []
    n_held = before_s = 0
    for block in blocks:
        parts.append(block)
        n_held += len(block)
        while n_held >= before_s * rate_hz + n_block + margin:
            held = np.concatenate(parts)
            n_used = before_s * rate_hz + n_block
            yield held[: n_used + margin], before_s, n_block
            parts, n_held = [held[n_used - margin :]], len(held) - (n_used - margin)
            before_s = margin_s
    if n_held > before_s * rate_hz:
        yield np.concatenate(parts), before_s, n_held - before_s * rate_hz
