"""Mel banks, and samples to log-mel images."""

import math
import warnings
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.capture import restore
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.mel import SHARED_FFT_SIZE, Layout, fit_length, yamnet_bank

LOG_FLOOR = -12.0


@cache
def mel_bank(layout: Layout) -> NDArray[np.float32]:
    """Return the weights of the mel bands. Shape ``(fft_size // 2 + 1, mel_bands)``.

    Each triangle has an area of 1 Hz; YAMNet's have a height of 1.

    Raises:
        ConfigError: A band lies between two FFT bins and would always be silent.
    """
    if layout.is_yamnet:
        return yamnet_bank(layout)
    from torchaudio.functional import melscale_fbanks  # noqa: PLC0415 - brings torch, which planning does without

    n_bins = layout.fft_size // 2 + 1
    edges_hz = (layout.low_hz, layout.high_hz)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "At least one mel filterbank")  # it is an error below
        mel_rate_hz = layout.mel_rate_hz or layout.model_rate_hz
        bank = melscale_fbanks(n_bins, *edges_hz, layout.mel_bands, mel_rate_hz, "slaney", "slaney")
    weights: NDArray[np.float32] = bank.numpy()
    if empty := np.flatnonzero(~weights.any(axis=0)).tolist():
        raise ConfigError(
            f"{layout.model_rate_hz} Hz: mel bands {empty} of {layout.mel_bands} hold no FFT bin; raise the rate"
        )
    return weights


def log_mel(captured: Samples, rate_hz: int, layout: Layout) -> NDArray[np.float16]:
    """Return the feature image of one capture: :func:`band_levels`, rounded to the stored precision."""
    return band_levels(captured, rate_hz, layout).astype(np.float16)


def band_levels(captured: Samples, rate_hz: int, layout: Layout) -> NDArray[np.float32]:
    """Return the natural logarithm of band power, floored at -12. Shape ``(n_samples,)`` → ``layout.image``."""
    restored = restore(captured, rate_hz, layout.model_rate_hz)
    x = fit_length(restored, round(layout.window_s * layout.model_rate_hz))
    power = _power_spectra(x, layout) * np.float32((SHARED_FFT_SIZE / layout.fft_size) ** 2)
    level = np.log(np.maximum(power @ mel_bank(layout), math.exp(LOG_FLOOR)))
    columns = level.reshape(-1, layout.pooled_frames, layout.mel_bands).mean(axis=1)
    return np.ascontiguousarray(columns.T)


def _power_spectra(x: Samples, layout: Layout) -> NDArray[np.float32]:
    """Hann-windowed FFTs centred on every hop, mirrored at the ends. Shape ``(n_frames, fft_size // 2 + 1)``."""
    padded = np.pad(x, layout.fft_size // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, layout.fft_size)[:: layout.hop][: layout.n_frames]
    spectra = rfft(frames * layout.window)
    power: NDArray[np.float32] = np.square(spectra.real) + np.square(spectra.imag)
    return power
