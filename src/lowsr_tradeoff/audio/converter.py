"""The analogue-to-digital converter: its noise and its quantisation."""

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.filters import cic
from lowsr_tradeoff.settings.front_end import FrontEnd

# Points between 0 Hz and rate/2 at which folded noise is summed; it is smooth in between.
N_GRID = 512


def convert(x: Samples, front_end: FrontEnd, rng: np.random.Generator) -> Samples:
    """Return samples with converter noise added, quantised to two's-complement codes of full scale ±1, ``(n,)``.

    A sigma-delta converter adds the noise of its one-bit modulator, see :func:`modulator_noise_density`.
    """
    noisy = x.astype(np.float64)
    if front_end.noise_floor_dbfs is not None:
        noisy += 10 ** (front_end.noise_floor_dbfs / 20) * rng.standard_normal(len(x))
    if front_end.order and front_end.oversampling and front_end.filter == "sigma_delta" and len(x):
        noisy += _modulator_noise(len(x), front_end.order, front_end.oversampling, rng)
    full_scale = 2.0 ** (front_end.bits - 1)
    codes = np.clip(np.rint(noisy * full_scale), -full_scale, full_scale - 1)
    return (codes / full_scale).astype(np.float32)


def modulator_noise_density(order: int, oversampling: int, frequency: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the noise density of a second-order one-bit modulator after decimation; both in shares of the rate.

    The error of a one-bit quantiser with levels ±1 has the power 1/3, taken as white over the R times faster rate
    and independent of the sound. The loop shapes it by ``(1 - z^-1)^2``; the CIC decimator of order N folds it:
    ``S(f) = 1/(3R) Σ_m (2 sin(π(f + m)/R))^4 · |H_N(f + m)|²``, the R images m (J. C. Candy, Decimation for Sigma
    Delta Modulation, IEEE Trans. Communications 34, 1986). At N = 3 its integral is ``2 / R^5``. A real loop is
    1 to 2 dB noisier for soft sounds, and 3 dB at half of full scale. Shape ``(n_frequencies,)``.
    """
    density = np.zeros(len(frequency))
    for image in range(oversampling):
        shifted = frequency + image - oversampling // 2
        density += (2 * np.sin(np.pi * shifted / oversampling)) ** 4 * cic(order, oversampling, shifted) ** 2
    return density / (3 * oversampling)


def _modulator_noise(n: int, order: int, oversampling: int, rng: np.random.Generator) -> NDArray[np.float64]:
    grid = np.linspace(0, 0.5, N_GRID + 1)
    amplitude = np.sqrt(modulator_noise_density(order, oversampling, grid))
    white = np.fft.rfft(rng.standard_normal(n), n)
    return np.fft.irfft(white * np.interp(np.fft.rfftfreq(n), grid, amplitude), n)
