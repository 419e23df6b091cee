"""STOI and ESTOI of one pair of sounds, from one analysis of both.

Both measures correlate the envelopes of 15 third-octave bands, over every stretch of 30 frames. Here all stretches
are views of one array, and what both share is done once. Where the papers leave a detail open, it is that of
the authors' own program; ``tests/privacy/test_stoi.py`` holds the values to those of pystoi.

References: Taal et al., IEEE TASLP 19(7), 2011 (STOI); Jensen & Taal, IEEE/ACM TASLP 24(11), 2016 (ESTOI).
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin, resample_poly

Samples = NDArray[np.float32]
Floats = NDArray[np.float64]

RATE_HZ = 10000
# Samples of a frame and between two, points of its FFT.
FRAME, HOP, FFT_SIZE = 256, 128, 512
N_BANDS, LOWEST_CENTRE_HZ = 15, 150.0
STRETCH = 30
# Frames of the original this far below its loudest are left out of both.
SILENT_DB = 40.0
# Signal to distortion beyond which an envelope is clipped, Taal et al., equation 3.
CLIP_DB = 15.0
# Of the filter before the reduction to 10 kHz.
REJECTION_DB, ROLL_OFF = 60.0, 1 / 10
TINY = np.finfo(np.float64).eps


def stoi_and_estoi(original: Samples, heard: Samples, rate_hz: int) -> tuple[float, float] | None:
    """Return STOI and ESTOI, each ∈ [-1, 1], or ``None`` where fewer than 30 frames are not silent.

    Args:
        original: The sound as it was.
        heard: What became of it, as long and not delayed.
        rate_hz: Of both.

    Shape:
        ``(n_samples,)`` each.
    """
    clean, processed = _frames(_at_10k(original, rate_hz)), _frames(_at_10k(heard, rate_hz))
    if not len(clean):
        return None
    level_db = 20 * np.log10(np.linalg.norm(clean, axis=1) + TINY)
    is_loud = level_db > level_db.max() - SILENT_DB
    stretches = [_stretches(_envelopes(_rejoined(frames[is_loud]))) for frames in (clean, processed)]
    if not len(stretches[0]):
        return None
    return _stoi(*stretches), _estoi(*stretches)


def _at_10k(x: Samples, rate_hz: int) -> Floats:
    if rate_hz == RATE_HZ:
        return x.astype(np.float64)
    divisor = math.gcd(RATE_HZ, rate_hz)
    up, down = RATE_HZ // divisor, rate_hz // divisor
    resampled: Floats = resample_poly(x.astype(np.float64), up, down, window=_filter(max(up, down)))
    return resampled


@cache
def _filter(ratio: int) -> Floats:
    """A Kaiser low-pass of 60 dB, its length after Kaiser's rule for a roll-off of a tenth of the band."""
    width = ROLL_OFF / (2 * ratio)
    half = math.ceil((REJECTION_DB - 8) / (28.714 * width))
    beta = 0.1102 * (REJECTION_DB - 8.7)
    taps: Floats = firwin(2 * half + 1, 1 / ratio, window=("kaiser", beta))
    return taps


def _frames(x: Floats) -> Floats:
    """Hann-windowed, half overlapping. Shape ``(n_frames, 256)``; a frame that ends with the sound is left out."""
    if len(x) <= FRAME:
        return np.empty((0, FRAME))
    n_frames = -(-(len(x) - FRAME) // HOP)
    hann = np.hanning(FRAME + 2)[1:-1]
    frames: Floats = np.lib.stride_tricks.sliding_window_view(x, FRAME)[::HOP][:n_frames] * hann
    return frames


def _rejoined(frames: Floats) -> Floats:
    """The sound that half overlapping frames add up to."""
    halves = np.zeros((len(frames) + 1, HOP))
    halves[:-1] += frames[:, :HOP]
    halves[1:] += frames[:, HOP:]
    return halves.ravel()


def _envelopes(x: Floats) -> Floats:
    """Shape ``(15, n_frames)``."""
    spectra = np.fft.rfft(_frames(x), FFT_SIZE, axis=1)
    power = np.square(spectra.real) + np.square(spectra.imag)
    envelopes: Floats = np.sqrt(power @ _bands())
    return envelopes.T


@cache
def _bands() -> Floats:
    """Ones where a bin belongs to a third-octave band; edges are the bins next to them. Shape ``(257, 15)``."""
    bins_hz = np.linspace(0, RATE_HZ / 2, FFT_SIZE // 2 + 1)
    edges_hz = LOWEST_CENTRE_HZ * 2 ** ((2 * np.arange(N_BANDS)[:, None] + np.array([-1, 1])) / 6)
    low, high = np.abs(bins_hz - edges_hz[..., None]).argmin(axis=-1).T
    bins = np.arange(len(bins_hz))[:, None]
    inside: Floats = ((low <= bins) & (bins < high)).astype(np.float64)
    return inside


def _stretches(envelopes: Floats) -> Floats:
    """Every 30 frames in a row. Shape ``(n_stretches, 15, 30)``."""
    if envelopes.shape[1] < STRETCH:
        return np.empty((0, N_BANDS, STRETCH))
    return np.lib.stride_tricks.sliding_window_view(envelopes, STRETCH, axis=1).transpose(1, 0, 2)


def _stoi(clean: Floats, heard: Floats) -> float:
    """Mean correlation in time of the bands, the heard one at the level of the other and clipped."""
    gain = _norm(clean) / (_norm(heard) + TINY)
    clipped = np.minimum(heard * gain, clean * (1 + 10 ** (CLIP_DB / 20)))
    return float(np.mean(np.einsum("sbt,sbt->sb", _unit(clean), _unit(clipped))))


def _estoi(clean: Floats, heard: Floats) -> float:
    """Mean correlation of the spectra, after every band of a stretch is normalised in time."""
    spectra = [_unit(_unit(stretch).transpose(0, 2, 1)) for stretch in (clean, heard)]
    return float(np.mean(np.einsum("stb,stb->st", *spectra)))


def _unit(x: Floats) -> Floats:
    """Without its mean and of length 1 along the last axis; what does not vary is zero and matches nothing."""
    varying = x - x.mean(axis=-1, keepdims=True)
    unit: Floats = varying / (_norm(varying) + TINY)
    return unit


def _norm(x: Floats) -> Floats:
    norm: Floats = np.sqrt(np.einsum("...i,...i->...", x, x))[..., None]
    return norm
