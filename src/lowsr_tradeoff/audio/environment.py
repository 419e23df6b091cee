"""Noise around the microphone."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.decode import decode
from lowsr_tradeoff.audio.filters import resample
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.settings.front_end import Scene

# Pink noise has no energy below this: microphones and rooms do not pass it.
LOWEST_PINK_HZ = 20.0
# ANSI S3.5-1997, table 3: third octaves, and the level in dB per Hz of speech at normal effort.
SPEECH_HZ = (160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300, 8000)
SPEECH_DB = (
    *(32.41, 34.48, 34.75, 33.98, 34.59, 34.27, 32.06, 28.30, 25.01),
    *(23.00, 20.15, 17.32, 13.18, 11.55, 9.33, 5.31, 2.59, 1.13),
)


def surrounding_noise(x: Samples, source_rate_hz: int, scene: Scene, rng: np.random.Generator) -> Samples:
    """Return the ambient noise during a recording, ``environment_snr_db`` below the sound's RMS, ``(n,)``.

    The RMS is that of the sound as recorded, pauses included, at any distance of the speaker. A silent clip gets
    no noise.

    Raises:
        DataError: The file of the noise cannot be used.
    """
    if scene.environment is None or scene.environment_snr_db is None or not len(x):
        return np.zeros(len(x), np.float32)
    noise = _noise(scene.environment, len(x), source_rate_hz, rng)
    level = _rms(x) * 10 ** (-scene.environment_snr_db / 20)
    return (level / _rms(noise) * noise).astype(np.float32)


def _noise(environment: str, n: int, rate_hz: int, rng: np.random.Generator) -> NDArray[np.float64]:
    frequency_hz = np.fft.rfftfreq(n, 1 / rate_hz)
    match environment:
        case "white":
            return rng.standard_normal(n)
        case "pink":
            amplitude = 1 / np.sqrt(np.maximum(frequency_hz, LOWEST_PINK_HZ))
        case "speech-shaped":
            # Linear in dB over the logarithm of frequency; constant beyond the ends of the table.
            level_db = np.interp(np.log(np.maximum(frequency_hz, 1)), np.log(SPEECH_HZ), SPEECH_DB)
            amplitude = 10 ** (level_db / 20)
        case path:
            return _excerpt(Path(path), n, rate_hz, rng)
    return np.fft.irfft(np.fft.rfft(rng.standard_normal(n)) * amplitude, n)


def _excerpt(path: Path, n: int, rate_hz: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return samples from a random start in the file, repeated where the file ends."""
    recorded = _recorded(path, rate_hz)
    excerpt = np.take(recorded, np.arange(n) + rng.integers(len(recorded)), mode="wrap")
    if not excerpt.any():
        raise DataError(f"{path}: is silent for as long as a clip lasts; give a file with noise throughout")
    return excerpt.astype(np.float64)


@lru_cache(maxsize=4)
def _recorded(path: Path, rate_hz: int) -> Samples:
    samples, file_rate_hz = decode(path)
    noise = resample(samples, file_rate_hz, rate_hz)
    if not np.isfinite(noise).all() or not noise.any():
        raise DataError(f"{path}: holds no noise (silent, or not finite); give another file")
    return noise


def _rms(x: Samples | NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64))))
