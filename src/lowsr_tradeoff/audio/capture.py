"""The simulated microphone: what a device sampling at ``rate_hz`` would have recorded.

Every stage hears through :func:`capture`, so recognition, privacy and power speak of the same microphone.
The order is physical: band-limit (or not), sample, add the noise of microphone and converter, quantise.
"""

import hashlib
import math

import numpy as np
import soxr
from numpy.typing import NDArray

from lowsr_tradeoff.settings import FrontEnd

Samples = NDArray[np.float32]


def capture(x: Samples, source_rate_hz: int, rate_hz: int, front_end: FrontEnd, seed: int) -> Samples:
    """Return what the microphone records of a sound, at ``rate_hz``, in [-1, 1].

    Args:
        x: The sound, mono, full scale 1.
        source_rate_hz: Rate of ``x``; at least ``rate_hz`` for the result to hold up to rate/2.
        rate_hz: The microphone's rate.
        front_end: Filter, noise floor and bits.
        seed: Seed of the noise; see :func:`noise_seed`.

    Shape:
        ``(n,)`` → ``(round(n * rate_hz / source_rate_hz),)``, up to one sample.
    """
    sampled = _band_limit(x, source_rate_hz, rate_hz) if front_end.anti_alias else _pick(x, source_rate_hz, rate_hz)
    return _convert(sampled, front_end, np.random.default_rng(seed))


def restore(captured: Samples, rate_hz: int, model_rate_hz: int) -> Samples:
    """Return a capture at the rate a model expects; this adds no information.

    Shape:
        ``(n,)`` → ``(round(n * model_rate_hz / rate_hz),)``, up to one sample.
    """
    return _band_limit(captured, rate_hz, model_rate_hz)


def noise_seed(seed: int, clip_digest: str, rate_hz: int) -> int:
    """Return the noise seed of one clip at one rate, so that no two captures share their noise.

    >>> noise_seed(0, "ab", 1000) == noise_seed(0, "ab", 1000) != noise_seed(0, "ab", 2000)
    True
    """
    return int.from_bytes(hashlib.blake2b(f"{seed}/{clip_digest}/{rate_hz}".encode(), digest_size=8).digest())


def _band_limit(x: Samples, from_hz: int, to_hz: int) -> Samples:
    """HQ of soxr: pass band to 0.456 of the lower rate, stop band from 0.5 at -130 dB or less."""
    if from_hz == to_hz:
        return x
    resampled: Samples = soxr.resample(x, from_hz, to_hz, quality="HQ")
    return resampled


def _pick(x: Samples, source_rate_hz: int, rate_hz: int) -> Samples:
    """Sample without a filter: go up to a multiple of the rate, then keep every k-th.

    Where ``source_rate_hz`` is no such multiple, going up loses what lies above 0.456 of it.
    """
    k = math.ceil(source_rate_hz / rate_hz)
    return np.ascontiguousarray(_band_limit(x, source_rate_hz, k * rate_hz)[::k])


def _convert(x: Samples, front_end: FrontEnd, rng: np.random.Generator) -> Samples:
    """Add the noise floor and quantise to two's-complement codes of full scale ±1."""
    noisy = x.astype(np.float64)
    if front_end.noise_floor_dbfs is not None:
        noisy += 10 ** (front_end.noise_floor_dbfs / 20) * rng.standard_normal(len(x))
    full_scale = 2.0 ** (front_end.bits - 1)
    codes = np.clip(np.rint(noisy * full_scale), -full_scale, full_scale - 1)
    return (codes / full_scale).astype(np.float32)
