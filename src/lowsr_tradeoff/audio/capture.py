"""The simulated microphone: what a device sampling at ``rate_hz`` would have recorded.

Every stage uses :func:`capture`, so recognition, privacy and power speak of the same microphone. The order is
physical: the way through the room, noise around, band-limit (or not), sample, add the noise of microphone and
converter, quantise.
"""

import hashlib

import numpy as np

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.converter import convert
from lowsr_tradeoff.audio.environment import surrounding_noise
from lowsr_tradeoff.audio.filters import resample, sample
from lowsr_tradeoff.audio.room import arriving
from lowsr_tradeoff.settings.front_end import FrontEnd, Scene

# The stream of random numbers for the noise around the microphone, apart from the converter's.
SURROUNDINGS = 1


def capture(x: Samples, source_rate_hz: int, rate_hz: int, front_end: FrontEnd, seed: int) -> Samples:
    """Return what the microphone records of a sound, at ``rate_hz``, in [-1, 1].

    Args:
        x: The sound, mono, full scale 1.
        source_rate_hz: Rate of ``x``; at least ``rate_hz`` for the result to hold up to rate/2.
        rate_hz: The microphone's rate.
        front_end: Filter, noise floor, bits and scene.
        seed: Seed of the noise; see :func:`noise_seed`.

    Shape:
        ``(n,)`` → ``(round(n * rate_hz / source_rate_hz),)``, up to one sample.

    Raises:
        DataError: A file that the scene names cannot be used.
    """
    if front_end.scene != Scene():
        noise_rng = np.random.default_rng([seed, SURROUNDINGS])
        noise = surrounding_noise(x, source_rate_hz, front_end.scene, noise_rng)
        x = arriving(x, source_rate_hz, front_end.scene) + noise
    return convert(sample(x, source_rate_hz, rate_hz, front_end), front_end, np.random.default_rng(seed))


def restore(captured: Samples, rate_hz: int, model_rate_hz: int) -> Samples:
    """Return a capture at the rate a model expects; this adds no information.

    Shape:
        ``(n,)`` → ``(round(n * model_rate_hz / rate_hz),)``, up to one sample.
    """
    return resample(captured, rate_hz, model_rate_hz)


def noise_seed(seed: int, clip_digest: str, rate_hz: int) -> int:
    """Return the noise seed of one clip at one rate, so that no two captures share their noise."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{clip_digest}/{rate_hz}".encode(), digest_size=8).digest())
