"""The log-mel images, in dB, that the published PANNs were trained on.

Slaney's mel bands of area 1 Hz, periodic Hann window, frames centred on every hop, floor 1e-10; an FFT replaces
their DFT by convolution. Settings: :mod:`panns_hearing`.
"""

from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.learning.log_mel import mel_bank
from lowsr_tradeoff.learning.mel import Layout
from lowsr_tradeoff.learning.panns_hearing import PannsFrontEnd

POWER_FLOOR = 1e-10


def panns_log_mel(x: Samples, front_end: PannsFrontEnd) -> NDArray[np.float32]:
    """Return ``10·log10(max(mel power, 1e-10))``, dB, at least -100 (natural logarithm: -230).

    Shape ``(n_samples,)`` → ``(mel_bands, n_samples // hop + 1)``.

    Raises:
        DataError: The audio is too short to be mirrored at its ends.
    """
    if len(x) <= front_end.window // 2:
        raise DataError(
            f"{len(x)} samples at {front_end.model_rate_hz} Hz are too few for one frame of {front_end.window}; "
            "give longer clips"
        )
    bank, window = _bank_and_window(front_end)
    spectra = torch.stft(
        torch.from_numpy(np.ascontiguousarray(x, np.float32)),
        front_end.window,
        front_end.hop,
        window=window,
        center=True,
        pad_mode="reflect",
        return_complex=True,
    )
    power = bank @ (spectra.real.square() + spectra.imag.square())
    log = torch.log10 if front_end.is_decimal else torch.log
    image: NDArray[np.float32] = (10.0 * log(power.clamp(min=POWER_FLOOR))).numpy()
    return image


@cache
def _bank_and_window(front_end: PannsFrontEnd) -> tuple[Tensor, Tensor]:
    edges_hz = (front_end.low_hz, front_end.high_hz)
    layout = Layout(
        front_end.mel_rate_hz, front_end.window, front_end.hop, 0, front_end.mel_bands, *edges_hz, window_s=0.0
    )
    bank = torch.from_numpy(np.ascontiguousarray(mel_bank(layout).T))
    return bank, torch.hann_window(front_end.window)
