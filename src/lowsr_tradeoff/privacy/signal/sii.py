"""The speech intelligibility index of a band limit, in closed form: no audio, no attacker.

ANSI S3.5-1997, one-third-octave method: the importance of each band times its audibility. For speech at normal
level in a quiet room every recorded band is audible, so the index is the importance of the bands below half the
rate.
"""

import math

from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.settings.front_end import FrontEnd

# ANSI S3.5-1997, table 3: centre of the band in Hz and its importance for average speech.
IMPORTANCE = (
    (160, 0.0083), (200, 0.0095), (250, 0.0150), (315, 0.0289), (400, 0.0440), (500, 0.0578),
    (630, 0.0653), (800, 0.0711), (1000, 0.0818), (1250, 0.0844), (1600, 0.0882), (2000, 0.0898),
    (2500, 0.0868), (3150, 0.0844), (4000, 0.0771), (5000, 0.0527), (6300, 0.0364), (8000, 0.0185),
)  # fmt: skip
BANDS_PER_OCTAVE = 3
# The band of 1 kHz; the centres in the table are rounded, those of the bands are 1000 * 2 ** (k / 3).
AT_1_KHZ = 8
# Audibility rises from 0 at -15 dB to 1 at +15 dB: ANSI S3.5-1997, section 5.
RANGE_DB = 30.0


def sii(rate_hz: float, snr_db: float | None = None) -> float:
    """Return the index of speech cut sharply at half the rate, ∈ [0, 1].

    ``SII = A * Σ I_i * s_i`` with the importance ``I_i`` of band i, the share ``s_i`` of the band, in octaves,
    below rate/2, and the audibility ``A = clip((SNR + 15) / 30, 0, 1)``. The SNR is equal in every band; without
    one the room is quiet, and A is 1.

    >>> [round(sii(rate_hz), 3) for rate_hz in (500, 1000, 2000, 4000, 8000)]
    [0.025, 0.135, 0.341, 0.599, 0.854]
    """
    audible = 1.0 if snr_db is None else min(1.0, max(0.0, (snr_db + RANGE_DB / 2) / RANGE_DB))
    passed = sum(importance * _share_below(rate_hz / 2, i) for i, (_, importance) in enumerate(IMPORTANCE))
    return audible * passed


def sii_of(front_end: FrontEnd, rate_hz: int) -> Measurement:
    """Return the index of a microphone; it is read from a table, so it has no interval.

    The index leaves out the speech above rate/2 that a filter which is not sharp lets through as aliases.
    """
    scene = front_end.scene
    if front_end.filter != "ideal":
        return missing(f"the index is of a sharp band limit, and the filter is {front_end.filter}", "bands")
    if scene.environment not in {None, "speech-shaped"}:
        return missing("the index in noise is given for speech-shaped noise alone", "bands")
    if scene.rt60_s is not None or scene.impulse_response is not None:
        return missing("the index knows no reverberation", "bands")
    value = sii(rate_hz, scene.environment_snr_db)
    return Measurement(value=value, n=len(IMPORTANCE), n_of="bands", basis="counted")


def _share_below(limit_hz: float, band: int) -> float:
    """Share of a band, in octaves, that lies below a limit."""
    centre_hz = 1000 * 2 ** ((band - AT_1_KHZ) / BANDS_PER_OCTAVE)
    octaves_above = math.log2(limit_hz / centre_hz) + 0.5 / BANDS_PER_OCTAVE
    return min(1.0, max(0.0, octaves_above * BANDS_PER_OCTAVE))
