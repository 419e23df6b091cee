"""The simulated microphone: what a device sampling at ``rate_hz`` would have recorded.

Every stage uses :func:`capture`, so recognition, privacy and power describe the same microphone. The order is
physical: transmission through the room, ambient noise, filter, sampling, converter noise, quantisation.
"""

import hashlib

import numpy as np

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.converter import convert
from lowsr_tradeoff.audio.environment import surrounding_noise
from lowsr_tradeoff.audio.filters import resample, sample
from lowsr_tradeoff.audio.room import arriving
from lowsr_tradeoff.settings.front_end import FrontEnd, Scene

# The random stream of the ambient noise, separate from the converter's.
SURROUNDINGS = 1


def capture(x: Samples, source_rate_hz: int, rate_hz: int, front_end: FrontEnd, seed: int) -> Samples:
    """Return what the microphone records of a sound, ``(n,)`` → ``(round(n * rate_hz / source_rate_hz),)`` ± 1.

    Full scale is ±1. The result holds frequencies up to rate/2 if ``source_rate_hz`` is at least ``rate_hz``.

    Raises:
        DataError: A file that the scene names cannot be used.
    """
    if front_end.scene != Scene():
        noise_rng = np.random.default_rng([seed, SURROUNDINGS])
        noise = surrounding_noise(x, source_rate_hz, front_end.scene, noise_rng)
        x = arriving(x, source_rate_hz, front_end.scene) + noise
    return convert(sample(x, source_rate_hz, rate_hz, front_end), front_end, np.random.default_rng(seed))


def restore(captured: Samples, rate_hz: int, model_rate_hz: int) -> Samples:
    """Return a capture at a model's rate, ``round(n * model_rate_hz / rate_hz)`` ± 1 samples, nothing added."""
    return resample(captured, rate_hz, model_rate_hz)


def noise_seed(seed: int, clip_digest: str, rate_hz: int) -> int:
    """Return the noise seed of one clip at one rate, so that no two captures share their noise."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{clip_digest}/{rate_hz}".encode(), digest_size=8).digest())
