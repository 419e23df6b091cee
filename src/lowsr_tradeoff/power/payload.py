"""What leaves the device, or is kept on it, in bits per second."""

from lowsr_tradeoff.settings import Payload

RAW_BITS = 16
ADPCM_BITS = 4
LABEL_BITS = 8


def bits_per_s(payload: Payload, rate_hz: int, hop_s: float) -> float:
    """Return the bits per second of listening: samples at the microphone's rate, or one byte per classification.

    >>> bits_per_s("raw", 16000, 5.0), bits_per_s("adpcm", 16000, 5.0), bits_per_s("labels", 16000, 5.0)
    (256000.0, 64000.0, 1.6)
    """
    per_s = {"none": 0.0, "labels": LABEL_BITS / hop_s, "adpcm": ADPCM_BITS * rate_hz, "raw": RAW_BITS * rate_hz}
    return float(per_s[payload])
