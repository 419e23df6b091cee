"""The FFTs and mel weights of each grid, as the classifier lays them out, without loading it.

``tests/power/test_mel_layout.py`` holds these against the classifier's own.
"""

import math
from dataclasses import dataclass

import numpy as np

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.records import Grid

SHARED_RATE_HZ = 16_000
SHARED_FFT_SIZE = 512
SHARED_LOW_HZ = 50.0
NATIVE_LOW_HZ = 20.0
NATIVE_WINDOW_S = 0.064
LEAST_FFT_SIZE = 16
HOP_S = 0.02
POOLED_FRAMES = 2
MAX_BANDS = 64


@dataclass(frozen=True)
class MelLayout:
    """What one window of sound takes to become an image.

    Attributes:
        model_rate_hz: The rate the analysis runs at.
        fft_size: Points of one FFT.
        n_frames: FFTs per window.
        mel_bands: Rows of the image.
        mel_nonzeros: Weights of the mel bank that are not zero.
        n_columns: Columns of the image.
    """

    model_rate_hz: int
    fft_size: int
    n_frames: int
    mel_bands: int
    mel_nonzeros: int
    n_columns: int


def mel_layout(rate_hz: int, grid: Grid, window_s: float) -> MelLayout:
    """Return the layout of the compact networks' images.

    Raises:
        ConfigError: The window is shorter than one column.
    """
    is_shared = grid == "shared"
    model_rate_hz = SHARED_RATE_HZ if is_shared else rate_hz
    hop = max(1, round(HOP_S * model_rate_hz))
    n_columns = round(window_s * model_rate_hz) // hop // POOLED_FRAMES
    if n_columns < 1:
        raise ConfigError(f"a window of {window_s} s is shorter than one column of features; give a longer one")
    fft_size = SHARED_FFT_SIZE if is_shared else _native_fft_size(rate_hz)
    mel_bands = min(MAX_BANDS, (fft_size // 2 + 1) // 2)
    low_hz = SHARED_LOW_HZ if is_shared else NATIVE_LOW_HZ
    return MelLayout(
        model_rate_hz=model_rate_hz,
        fft_size=fft_size,
        n_frames=n_columns * POOLED_FRAMES,
        mel_bands=mel_bands,
        mel_nonzeros=_nonzeros(model_rate_hz, fft_size, mel_bands, low_hz),
        n_columns=n_columns,
    )


def _native_fft_size(rate_hz: int) -> int:
    return max(LEAST_FFT_SIZE, 1 << round(math.log2(NATIVE_WINDOW_S * rate_hz)))


def _nonzeros(rate_hz: int, fft_size: int, mel_bands: int, low_hz: float) -> int:
    """The FFT bins within each triangle, summed: band i reaches from edge i to edge i + 2.

    The topmost edge is the topmost bin, or rounds to it; neither side of it is inside.
    """
    edges_hz = _hz(np.linspace(_mel(low_hz), _mel(rate_hz / 2), mel_bands + 2))
    bins_hz = np.linspace(0, rate_hz // 2, fft_size // 2 + 1)
    first = np.searchsorted(bins_hz, edges_hz[:-2], side="right")
    after = np.searchsorted(bins_hz, edges_hz[2:] * (1 - 1e-9), side="left")
    return int((after - first).sum())


# Slaney, Auditory Toolbox, Interval TR 1998-010: 200/3 Hz a mel up to 1 kHz, from there 27 mel for a factor of 6.4.
MEL_HZ, KNEE_HZ, KNEE_MEL, LOG_STEP = 200 / 3, 1000.0, 15.0, math.log(6.4) / 27


def _mel(hz: float) -> float:
    return hz / MEL_HZ if hz < KNEE_HZ else KNEE_MEL + math.log(hz / KNEE_HZ) / LOG_STEP


def _hz(mels: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.where(mels < KNEE_MEL, mels * MEL_HZ, KNEE_HZ * np.exp(LOG_STEP * (mels - KNEE_MEL)))
