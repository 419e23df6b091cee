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
from lowsr_tradeoff.learning.mel import YAMNET_WINDOW, Layout, fit_length, periodic_hann

LOG_OFFSET = 0.001


def yamnet_log_mel(x: Samples, layout: Layout) -> NDArray[np.float32]:
    """Return ``ln(mel magnitude + 0.001)``. Shape ``(n_samples,)`` at 16 kHz → ``layout.image``."""
    n_samples = (layout.n_frames - 1) * layout.hop + YAMNET_WINDOW
    frames = np.lib.stride_tricks.sliding_window_view(fit_length(x, n_samples), YAMNET_WINDOW)[:: layout.hop]
    magnitudes = np.abs(rfft(frames * periodic_hann(YAMNET_WINDOW), layout.fft_size))
    image: NDArray[np.float32] = np.log(magnitudes @ mel_bank(layout) + np.float32(LOG_OFFSET))
    return np.ascontiguousarray(image.T)
