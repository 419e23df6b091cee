"""Words recovered by a recogniser that others trained at low rates, by rate."""

import math

import numpy as np

# By rate in Hz, 1 less the word error rate: at least this share of words is recovered, as inserted words are errors
# too. Pohlhausen & Bitzer, SPSC 2025, arXiv 2508.02483. Its abstract has the majority of words at up to 800 Hz; the
# three figures are cited second-hand.
RECOVERED = {500: 0.4785, 800: 0.7245, 1600: 0.911}
LOWEST_HZ, HIGHEST_HZ = min(RECOVERED), max(RECOVERED)


def recovered_at(rate_hz: float) -> float | None:
    """Return the share of words at a rate in Hz, interpolated; ``None`` outside the rates that were published.

    >>> recovered_at(800), recovered_at(499), recovered_at(1601)
    (0.7245, None, None)
    """
    if not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
        return None
    octaves = [math.log2(hz) for hz in RECOVERED]
    share = np.interp(math.log2(rate_hz), octaves, list(RECOVERED.values()))
    return round(float(share), 4)
