"""Noise around the microphone."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio.decode import Samples, decode
from lowsr_tradeoff.audio.filters import resample
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.settings.front_end import Scene

Spectrum = NDArray[np.float64]

# Below, pink noise has no more energy: microphones and rooms do not pass it.
LOWEST_PINK_HZ = 20.0
# ANSI S3.5-1997, table 3: third octaves, and the level in dB per Hz of speech at normal effort.
SPEECH_HZ = (160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300, 8000)
SPEECH_DB = (
    *(32.41, 34.48, 34.75, 33.98, 34.59, 34.27, 32.06, 28.30, 25.01),
    *(23.00, 20.15, 17.32, 13.18, 11.55, 9.33, 5.31, 2.59, 1.13),
)


def surrounding_noise(x: Samples, source_rate_hz: int, scene: Scene, rng: np.random.Generator) -> Samples:
    """Return the noise around the microphone while a sound is recorded; its RMS is ``environment_snr_db`` below.

    The noise does not know how far the speaker stands: the RMS is that of the sound as it was recorded, pauses
    included. Around a silent clip there is none.

    Shape:
        ``(n,)`` → ``(n,)``; zeros where the scene is quiet.

    Raises:
        DataError: The file of the noise cannot be used.
    """
    if scene.environment is None or scene.environment_snr_db is None or not len(x):
        return np.zeros(len(x), np.float32)
    noise = _drawn(scene.environment, len(x), source_rate_hz, rng)
    level = _rms(x) * 10 ** (-scene.environment_snr_db / 20)
    return (level / _rms(noise) * noise).astype(np.float32)


def _drawn(environment: str, n: int, rate_hz: int, rng: np.random.Generator) -> Spectrum:
    match environment:
        case "white":
            return rng.standard_normal(n)
        case "pink":
            return _shaped(n, rng, 1 / np.sqrt(np.maximum(np.fft.rfftfreq(n, 1 / rate_hz), LOWEST_PINK_HZ)))
        case "speech-shaped":
            return _shaped(n, rng, _speech_spectrum(np.fft.rfftfreq(n, 1 / rate_hz).astype(np.float64)))
        case path:
            return _cut(Path(path), n, rate_hz, rng)


def _shaped(n: int, rng: np.random.Generator, amplitude: Spectrum) -> Spectrum:
    return np.fft.irfft(np.fft.rfft(rng.standard_normal(n)) * amplitude, n)


def _speech_spectrum(frequency_hz: Spectrum) -> Spectrum:
    """Straight in dB over the logarithm of frequency; beyond the table as at its ends."""
    level_db = np.interp(np.log(np.maximum(frequency_hz, 1)), np.log(SPEECH_HZ), SPEECH_DB)
    return 10 ** (level_db / 20)


def _cut(path: Path, n: int, rate_hz: int, rng: np.random.Generator) -> Spectrum:
    """From a random place of the file on, which starts anew at its end."""
    recorded = _recorded(path, rate_hz)
    piece = np.take(recorded, np.arange(n) + rng.integers(len(recorded)), mode="wrap")
    if not piece.any():
        raise DataError(f"{path}: is silent for as long as a clip lasts; give a file with noise throughout")
    return piece.astype(np.float64)


@lru_cache(maxsize=4)
def _recorded(path: Path, rate_hz: int) -> Samples:
    samples, file_rate_hz = decode(path)
    noise = resample(samples, file_rate_hz, rate_hz)
    if not np.isfinite(noise).all() or not noise.any():
        raise DataError(f"{path}: holds no noise (silent, or not finite); give another file")
    return noise


def _rms(x: Samples | Spectrum) -> float:
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64))))
