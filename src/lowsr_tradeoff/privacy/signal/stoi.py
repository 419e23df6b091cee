"""STOI and ESTOI of one pair of sounds, from one analysis of both.

Resampling, silence, frames and third-octave bands are those of pystoi, to whose values
``tests/privacy/signal/test_stoi.py`` compares these. pystoi analyses the pair anew for either measure.
References: Taal et al., IEEE TASLP 19(7), 2011 (STOI); Jensen & Taal, IEEE/ACM TASLP 24(11), 2016 (ESTOI).
"""

import numpy as np
from numpy.typing import NDArray
from pystoi import utils
from pystoi.stoi import BETA, DYN_RANGE, FS, N_FRAME, NFFT, NUMBAND, OBM, N

from lowsr_tradeoff.audio import Samples

Floats = NDArray[np.float64]

TINY = np.finfo(np.float64).eps


def stoi_and_estoi(original: Samples, processed: Samples, rate_hz: int) -> tuple[float, float] | None:
    """Return STOI and ESTOI, each ∈ [-1, 1], or ``None`` where fewer than 30 frames are not silent.

    The processed sound is as long as the original and not delayed.
    """
    pair = [sound.astype(np.float64) for sound in (original, processed)]
    if rate_hz != FS:
        pair = [np.asarray(utils.resample_oct(sound, FS, rate_hz)) for sound in pair]
    if len(pair[0]) <= N_FRAME:
        return None
    audible = utils.remove_silent_frames(*pair, DYN_RANGE, N_FRAME, N_FRAME // 2)
    stretches = [_stretches(_envelopes(sound)) for sound in audible]
    return (_stoi(*stretches), _estoi(*stretches)) if len(stretches[0]) else None


def _envelopes(x: Floats) -> Floats:
    """Shape ``(15, n_frames)``."""
    spectra = _spectra(x)
    power = np.square(spectra.real) + np.square(spectra.imag)
    envelopes: Floats = np.sqrt(OBM @ power.T)
    return envelopes


def _spectra(x: Floats) -> NDArray[np.complex128]:
    """``pystoi.utils.stft`` to the last bit, all frames in one call. Shape ``(n_frames, 257)``."""
    if len(x) <= N_FRAME:
        return np.empty((0, NFFT // 2 + 1), np.complex128)
    frames = np.lib.stride_tricks.sliding_window_view(x, N_FRAME)[: len(x) - N_FRAME : N_FRAME // 2]
    return np.fft.rfft(frames * np.hanning(N_FRAME + 2)[1:-1], NFFT)


def _stretches(envelopes: Floats) -> Floats:
    """Every 30 frames in a row. Shape ``(n_stretches, 15, 30)``."""
    if envelopes.shape[1] < N:
        return np.empty((0, NUMBAND, N))
    return np.lib.stride_tricks.sliding_window_view(envelopes, N, axis=1).transpose(1, 0, 2)


def _stoi(clean: Floats, processed: Floats) -> float:
    """Mean correlation in time of the bands, the processed one at the level of the other and clipped."""
    gain = _norm(clean) / (_norm(processed) + TINY)
    clipped = np.minimum(processed * gain, clean * (1 + 10 ** (-BETA / 20)))
    return float(np.mean(np.einsum("sbt,sbt->sb", _unit(clean), _unit(clipped))))


def _estoi(clean: Floats, processed: Floats) -> float:
    """Mean correlation of the spectra, after every band of a stretch is normalised in time."""
    spectra = [_unit(_unit(stretch).transpose(0, 2, 1)) for stretch in (clean, processed)]
    return float(np.mean(np.einsum("stb,stb->st", *spectra)))


def _unit(x: Floats) -> Floats:
    """Without its mean and of length 1 along the last axis; constants become zero and correlate with nothing."""
    varying = x - x.mean(axis=-1, keepdims=True)
    unit: Floats = varying / (_norm(varying) + TINY)
    return unit


def _norm(x: Floats) -> Floats:
    norm: Floats = np.sqrt(np.einsum("...i,...i->...", x, x))[..., None]
    return norm
