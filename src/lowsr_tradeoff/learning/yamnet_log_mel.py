"""The log-mel images that YAMNet was trained on.

Magnitudes of 25 ms frames every 10 ms, 64 bands from 125 to 7500 Hz whose triangles are straight in mel (HTK's
scale), natural logarithm after adding 0.001. Source: research/audioset/yamnet/params.py and features.py of
github.com/tensorflow/models; the bank equals that of the published TFLite file.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.learning.log_mel import mel_bank
from lowsr_tradeoff.learning.mel import SHARED_FFT_SIZE, Layout, fit_length

LOG_OFFSET = 0.001


def yamnet_log_mel(x: Samples, layout: Layout) -> NDArray[np.float32]:
    """Return ``ln(mel magnitude + 0.001)``. Shape ``(n_samples,)`` at the layout's rate → ``layout.image``.

    A lower rate has fewer samples in 25 ms, so that its magnitudes are multiplied by how many times fewer. The
    image is nearly that of the sound restored to 16 kHz, except around half the rate, which the window blurs by
    80 Hz.
    """
    n_samples = (layout.n_frames - 1) * layout.hop + layout.frame
    frames = np.lib.stride_tricks.sliding_window_view(fit_length(x, n_samples), layout.frame)[:: layout.hop]
    magnitudes = np.abs(rfft(frames * layout.window, layout.fft_size)) * (SHARED_FFT_SIZE // layout.fft_size)
    image: NDArray[np.float32] = np.log(magnitudes @ mel_bank(layout) + np.float32(LOG_OFFSET))
    return np.ascontiguousarray(image.T)
