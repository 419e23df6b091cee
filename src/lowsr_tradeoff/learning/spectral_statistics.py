"""Statistics of the log spectrum of one capture: what the classical control reads in place of an image.

The spectrum is that of the capture at the microphone's own rate, with finer frames than the networks' images:
levels that change within 40 ms tell sounds apart, and no network has to be computed on every frame.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dct, irfft, rfft

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.learning.log_mel import band_levels
from lowsr_tradeoff.learning.mel import MAX_BANDS, Layout

WINDOW_S, HOP_S = 0.032, 0.01
LOW_HZ = 20.0
PERCENTILES = (5, 25, 50, 75, 95)
N_CEPSTRA, CEPSTRAL_PERCENTILES = 13, (10, 90)
# Lags of the loudness's autocorrelation, and bands of its modulation spectrum.
N_LAGS, N_MODULATIONS = 24, 12
LOUDNESS_PERCENTILES = tuple(range(0, 101, 10))

# Below the modulation of a steady sound; keeps the logarithm finite.
LEAST_POWER = 1e-3

Levels = NDArray[np.float32]


def fine_layout(rate_hz: int, window_s: float) -> Layout:
    """Return the frames and mel bands of the spectrum: at the rate itself, a frame every 10 ms.

    >>> fine_layout(1000, 2.0).image
    (8, 200)
    """
    fft_size = max(16, 1 << round(np.log2(WINDOW_S * rate_hz)))
    hop = max(1, round(HOP_S * rate_hz))
    return Layout(
        model_rate_hz=rate_hz,
        fft_size=fft_size,
        hop=hop,
        n_frames=max(2, round(window_s * rate_hz) // hop),
        mel_bands=min(MAX_BANDS, (fft_size // 2 + 1) // 2),
        low_hz=LOW_HZ,
        high_hz=rate_hz / 2,
        window_s=window_s,
        pooled_frames=1,
    )


def statistics_of(captured: Samples, rate_hz: int, window_s: float) -> NDArray[np.float16]:
    """Return the statistics of one capture over time; n depends on the rate alone. Shape ``(1, n)``.

    Of every band: mean, deviation, percentiles, maximum and mean change from frame to frame; of the first cepstra
    nearly the same; of the loudness (mean level of all bands): percentiles, autocorrelation, modulation spectrum.
    In nats, but for the autocorrelation. Rounded to the precision in which images are stored.
    """
    levels = band_levels(captured, rate_hz, fine_layout(rate_hz, window_s))
    cepstra = dct(levels, axis=0, norm="ortho")[:N_CEPSTRA]
    found = [
        *(levels.max(axis=1), *_over_time(levels, PERCENTILES)),
        *_over_time(cepstra, CEPSTRAL_PERCENTILES),
        *_of_loudness(levels.mean(axis=0)),
    ]
    return np.concatenate(found)[None].astype(np.float16)


def _over_time(rows: Levels, percentiles: tuple[int, ...]) -> list[Levels]:
    moved = np.abs(np.diff(rows, axis=1)).mean(axis=1)
    return [rows.mean(axis=1), rows.std(axis=1), moved, *np.percentile(rows, percentiles, axis=1)]


def _of_loudness(loudness: Levels) -> list[Levels]:
    """Percentiles, autocorrelation at lags and power in modulation bands, both spaced by equal ratios."""
    n_frames, around = len(loudness), loudness - loudness.mean()
    products = irfft(np.square(np.abs(rfft(around, 2 * n_frames))))
    lags = np.geomspace(1, max(1, n_frames // 2), N_LAGS).astype(int)
    power = np.square(np.abs(rfft(around * np.hanning(n_frames))))
    edges = np.geomspace(1, len(power) - 1, N_MODULATIONS + 1).astype(int)
    bands = [power[low : max(high, low + 1)].mean() for low, high in pairwise(edges)]
    return [
        np.percentile(loudness, LOUDNESS_PERCENTILES),
        products[lags] / (products[0] or 1.0),
        np.log(np.array(bands) + LEAST_POWER),
    ]
