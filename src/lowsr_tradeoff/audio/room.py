"""From the mouth to the microphone: distance and reverberation."""

import math
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.decode import decode
from lowsr_tradeoff.audio.filters import resample
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.settings.front_end import Scene

Impulse = NDArray[np.float64]


def arriving(x: Samples, source_rate_hz: int, scene: Scene) -> Samples:
    """Return a sound, recorded at 1 m, as it reaches the microphone, travel time and ringing after the end removed.

    Raises:
        DataError: The file of the impulse response cannot be used.
    """
    if scene.rt60_s is None and scene.impulse_response is None:
        return x if scene.distance_m == 1 else (x / scene.distance_m).astype(np.float32)
    impulse = impulse_response(scene, source_rate_hz)
    n_fft = 1 << (len(x) + len(impulse)).bit_length()
    convolved = np.fft.irfft(np.fft.rfft(x, n_fft) * np.fft.rfft(impulse, n_fft), n_fft)
    return convolved[: len(x)].astype(np.float32)


def direct_to_reverberant_db(distance_m: float, rt60_s: float, room_volume_m3: float) -> float:
    """Return the level of an omnidirectional source's direct sound over the reverberant sound, in dB.

    ``20 log10(r_c / d)`` with the critical distance ``r_c = 0.057 sqrt(V / RT60)`` in metres (H. Kuttruff, Room
    Acoustics, 6th ed., section 5.5).
    """
    return 20 * math.log10(0.057 * math.sqrt(room_volume_m3 / rt60_s) / distance_m)


@lru_cache(maxsize=4)
def impulse_response(scene: Scene, rate_hz: int) -> Impulse:
    """Return the room's impulse response, ``(n_samples,)``, 1 at 1 m; the direct sound comes first.

    Raises:
        DataError: The file of the impulse response cannot be used.
    """
    if scene.impulse_response is not None:
        return _measured(Path(scene.impulse_response), rate_hz) / scene.distance_m
    if scene.rt60_s is None:
        return np.array([1 / scene.distance_m])
    return _simulated(scene, scene.rt60_s, rate_hz)


def _simulated(scene: Scene, rt60_s: float, rate_hz: int) -> Impulse:
    """Return direct sound and a tail of Gaussian noise that falls by 60 dB in RT60.

    J. D. Polack, La transmission de l'énergie sonore, 1988. The energy of the tail does not depend on the distance.
    """
    t = np.arange(1, round(1.2 * rt60_s * rate_hz)) / rate_hz
    tail = np.random.default_rng(scene.room_seed).standard_normal(len(t)) * 10 ** (-3 * t / rt60_s)
    direct = 1 / scene.distance_m
    over_tail_db = direct_to_reverberant_db(scene.distance_m, rt60_s, scene.room_volume_m3)
    tail *= direct * 10 ** (-over_tail_db / 20) / math.sqrt(float(np.sum(tail**2)))
    return np.concatenate([[direct], tail])


def _measured(path: Path, rate_hz: int) -> Impulse:
    """Return the file from its largest sample on, which is taken as the direct sound and scaled to 1."""
    samples, file_rate_hz = decode(path)
    impulse = resample(samples, file_rate_hz, rate_hz).astype(np.float64)
    if not np.isfinite(impulse).all() or not impulse.any():
        raise DataError(f"{path}: holds no impulse response (silent, or not finite); give another file")
    start = int(np.argmax(np.abs(impulse)))
    direct_first: Impulse = impulse[start:] / impulse[start]
    return direct_first
