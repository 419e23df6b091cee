"""Tones and their measures for tests of the microphone."""

import numpy as np
from scipy import signal


def tone(hz, rate_hz, amplitude=0.5, duration_s=2.0):
    """A tone that fades in and out, so that its ends hold no other frequency."""
    t = np.arange(round(rate_hz * duration_s)) / rate_hz
    return (amplitude * signal.windows.tukey(len(t), 0.3) * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def middle(x):
    return x[len(x) // 4 : -len(x) // 4].astype(np.float64)


def amplitude_at(hz, x, rate_hz):
    x = middle(x)
    window = np.hanning(len(x))
    return 2 * abs(np.sum(window * x * np.exp(-2j * np.pi * hz * np.arange(len(x)) / rate_hz))) / window.sum()


def rms(x):
    return np.sqrt(np.mean(np.square(x, dtype=np.float64)))
