"""The filter before a converter, and sampling; the filter decides what aliases.

Every filter is applied by its frequency response, on a grid fine enough for the whole sound. Its delay is removed,
so that captures of one sound stay aligned for every filter.
"""

import math
from functools import lru_cache

import numpy as np
import soxr
from numpy.typing import NDArray

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.settings.front_end import FrontEnd

Response = NDArray[np.complex128]
Frequencies = NDArray[np.float64]

# Samples of the captured rate after which every filter that can be set has rung out by 120 dB.
RINGING = 256


def resample(x: Samples, from_hz: int, to_hz: int) -> Samples:
    """Return a sound at another rate, ``round(n * to_hz / from_hz)`` ± 1 samples, by soxr HQ.

    The response is flat to 0.456 of the lower rate, and at most -130 dB from 0.5 on.
    """
    if from_hz == to_hz:
        return x
    resampled: Samples = soxr.resample(x, from_hz, to_hz, quality="HQ")
    return resampled


def sample(x: Samples, source_rate_hz: int, rate_hz: int, front_end: FrontEnd) -> Samples:
    """Return a sound filtered and sampled, ``(n,)`` → ``(round(n * rate_hz / source_rate_hz),)`` ± 1.

    Except for the ideal filter, the sound is resampled to a multiple of the rate and filtered; every k-th sample
    is kept. If ``source_rate_hz`` is not such a multiple, resampling removes what lies above 0.456 of it.
    """
    if front_end.filter == "ideal":
        return resample(x, source_rate_hz, rate_hz)
    k = math.ceil(source_rate_hz / rate_hz)
    fine = resample(x, source_rate_hz, k * rate_hz)
    passed = fine if front_end.filter == "none" else _filtered(fine, k, rate_hz, front_end)
    return np.ascontiguousarray(passed[::k])


def response(front_end: FrontEnd, rate_hz: float, frequency_hz: Frequencies) -> Response:
    """Return a filter's gain at each frequency, its delay at 0 Hz removed. Shape ``(n_frequencies,)``."""
    match front_end:
        case FrontEnd(filter="butterworth", order=int(order), cutoff=float(cutoff)):
            return _butterworth(order, frequency_hz / (cutoff * rate_hz / 2))
        case FrontEnd(filter="fir", order=int(order), cutoff=float(cutoff), oversampling=int(times)):
            passed = _fir(order, cutoff / times, frequency_hz / (times * rate_hz))
            return _below(times * rate_hz / 2, frequency_hz, passed)
        case FrontEnd(filter="sigma_delta", order=int(order), oversampling=int(times)):
            return _below(times * rate_hz / 2, frequency_hz, cic(order, times, frequency_hz / rate_hz))
        case FrontEnd(filter="none"):
            return np.ones(len(frequency_hz), np.complex128)
        case _:
            raise ValueError(f"{front_end.filter}: has no response; with_front_ends looks up the device's filter")


def cic(order: int, oversampling: int, frequency: Frequencies) -> NDArray[np.float64]:
    """Return a CIC decimator's gain at frequencies in shares of its output rate. Shape ``(n_frequencies,)``.

    ``(sin(πf) / (R sin(πf / R)))^N`` (E. B. Hogenauer, An Economical Class of Digital Filters for Decimation and
    Interpolation, IEEE Trans. ASSP 29, 1981).
    """
    # np.sinc(0) is 1, so 0 needs no special case.
    ratio: NDArray[np.float64] = np.sinc(frequency) / np.sinc(frequency / oversampling)
    return np.abs(ratio) ** order


def _butterworth(order: int, ratio: Frequencies) -> Response:
    """``1 / Π(s - p_k)``, poles on the left half of the unit circle; delay at 0 Hz is ``1 / sin(π / 2n)``."""
    poles = np.exp(1j * np.pi * (2 * np.arange(1, order + 1) + order - 1) / (2 * order))
    passed: Response = np.exp(1j * ratio / np.sin(np.pi / (2 * order)))
    for pole in poles:
        passed /= 1j * ratio - pole
    return passed


def _fir(n_taps: int, cutoff: float, frequency: Frequencies) -> NDArray[np.float64]:
    """A windowed sinc (Hamming); frequencies as shares of the rate that its taps are apart."""
    position = np.arange(n_taps) - (n_taps - 1) / 2
    taps = np.sinc(cutoff * position) * (np.hamming(n_taps) if n_taps > 1 else 1.0)
    passed = np.zeros(len(frequency))
    # The taps are symmetric: each except the middle one occurs twice.
    for tap, at in zip(taps / taps.sum(), position, strict=True):
        if at >= 0:
            passed += (1 if at == 0 else 2) * tap * np.cos(2 * np.pi * frequency * at)
    return passed


def _below(highest_hz: float, frequency_hz: Frequencies, passed: NDArray[np.float64]) -> Response:
    """Return the response without what the faster converter before a digital filter would alias."""
    return np.where(frequency_hz <= highest_hz, passed, 0).astype(np.complex128)


@lru_cache(maxsize=4)
def _on_grid(front_end: FrontEnd, rate_hz: int, fine_hz: int, n_fft: int) -> Response:
    """Cached, because the clips of a corpus are padded to few lengths."""
    passed = response(front_end, rate_hz, np.fft.rfftfreq(n_fft, 1 / fine_hz).astype(np.float64))
    passed.flags.writeable = False
    return passed


def _filtered(fine: Samples, k: int, rate_hz: int, front_end: FrontEnd) -> Samples:
    n_fft = 1 << (len(fine) + 2 * RINGING * k).bit_length()
    passed = np.fft.rfft(fine, n_fft) * _on_grid(front_end, rate_hz, k * rate_hz, n_fft)
    return np.fft.irfft(passed, n_fft)[: len(fine)].astype(np.float32)
