"""Which recordings at a lower rate can be made from a recording: whoever holds it can throw samples away."""

import math

from lowsr_tradeoff.settings.front_end import Filter, named_front_end

# Their stop band holds down what would alias, at any rate.
BAND_LIMITING: tuple[Filter, ...] = ("ideal", "fir", "sigma_delta")


def can_imitate(rate_hz: float, lower_rate_hz: float, front_end: str) -> bool:
    """Return whether a recording at a rate holds one through the same front end at a lower rate, both in Hz.

    A band-limiting filter leaves what lies below ``rate_hz / 2`` as it was, and the lower rate has a part of that
    band: a digital filter and resampling give it, for any ratio of the rates. Without such a filter (``none``, and
    the shallow Butterworth or RC filter) a recording at the lower rate also holds aliases of what is above half of
    that rate. Every k-th sample of the recording has the same aliases, so the ratio has to be a whole number.

    >>> can_imitate(2000, 1600, "ideal"), can_imitate(2000, 1600, "none"), can_imitate(2000, 1000, "none")
    (True, False, True)
    """
    ratio = rate_hz / lower_rate_hz
    if ratio < 1:
        return False
    is_band_limiting = named_front_end(front_end.partition(",")[0]).filter in BAND_LIMITING
    return is_band_limiting or math.isclose(ratio, round(ratio))
