"""Frames and mel bands of each grid's feature images, without torch."""

import math
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.panns_hearing import PannsFrontEnd, front_end_of
from lowsr_tradeoff.records.network import Grid, Network, OwnNetwork
from lowsr_tradeoff.settings.classify import COMPACT, YAMNETS, is_class

SHARED_RATE_HZ = 16_000
SHARED_FFT_SIZE = 512
HOP_S = 0.02
POOLED_FRAMES = 2
MAX_BANDS = 64
# The PANNs halve time five times.
LEAST_PANNS_FRAMES = 32
# YAMNet reads 25 ms every 10 ms, and patches of 0.96 s.
YAMNET_WINDOW, YAMNET_HOP, PATCH_FRAMES = 400, 160, 96
# Where its hop has whole samples and its FFT is a power of two with the same bins.
YAMNET_RATES_HZ = (500, 1000, 2000, 4000, 8000, 16_000)


@dataclass(frozen=True)
class Layout:
    """Frames and mel bands of a feature image.

    Attributes:
        model_rate_hz: The rate of the analysis.
        hop: Samples between two FFTs.
        n_frames: FFTs per window.
        mel_bands: Rows.
        low_hz: Lower edge of the lowest band.
        high_hz: Upper edge of the highest band.
        pooled_frames: FFTs per column.
        mel_rate_hz: The rate that the mel bank is made for; differs from ``model_rate_hz`` only for PANNs as
            published by Liang et al.
        is_yamnet: Whether the mel bank is YAMNet's, not Slaney's.
    """

    model_rate_hz: int
    fft_size: int
    hop: int
    n_frames: int
    mel_bands: int
    low_hz: float
    high_hz: float
    window_s: float
    pooled_frames: int = POOLED_FRAMES
    mel_rate_hz: int | None = None
    is_yamnet: bool = False

    @property
    def image(self) -> tuple[int, int]:
        """Rows and columns of the feature image."""
        return self.mel_bands, self.n_frames // self.pooled_frames

    @property
    def frame(self) -> int:
        """Samples in one frame; an FFT that is longer goes on with zeros."""
        return len(self.window)

    @property
    def window(self) -> NDArray[np.float32]:
        """The weights of one frame's samples; at a lower rate YAMNet's are every so many of those at 16 kHz."""
        if not self.is_yamnet:
            return periodic_hann(self.fft_size)
        return periodic_hann(YAMNET_WINDOW)[:: SHARED_FFT_SIZE // self.fft_size]

    @property
    def starts(self) -> tuple[int, ...]:
        """First column of each part of the image that the network reads by itself."""
        return patch_starts(self.n_frames) if self.is_yamnet else (0,)

    @property
    def patch(self) -> tuple[int, int]:
        """Rows and columns of such a part."""
        return (self.mel_bands, PATCH_FRAMES) if self.is_yamnet else self.image


Front = Network | Literal["compact"]


def lay_out(
    rate_hz: int, grid: Grid, window_s: float, front: Front = "compact", *, as_published: bool = False
) -> Layout:
    """Return the layout of one grid for a microphone at ``rate_hz``; the PANNs use only the shared one.

    Raises:
        ConfigError: The window is shorter than one column, or YAMNet's features cannot be computed at the rate.

    >>> lay_out(1000, "native", 2.0).image, lay_out(1000, "shared", 2.0).image
    ((16, 50), (64, 50))
    """
    if front == "yamnet":
        return _yamnet_layout(rate_hz if grid == "native" else SHARED_RATE_HZ, window_s)
    if front != "compact":
        return _panns_layout(front_end_of(front, as_published=as_published), window_s)
    model_rate_hz = SHARED_RATE_HZ if grid == "shared" else rate_hz
    hop = max(1, round(HOP_S * model_rate_hz))
    n_columns = round(window_s * model_rate_hz) // hop // POOLED_FRAMES
    if n_columns < 1:
        raise ConfigError(
            f"a window of {window_s} s is shorter than one column of features at {rate_hz} Hz; give a longer one"
        )
    fft_size = SHARED_FFT_SIZE if grid == "shared" else _native_fft_size(rate_hz)
    return Layout(
        model_rate_hz=model_rate_hz,
        fft_size=fft_size,
        hop=hop,
        n_frames=n_columns * POOLED_FRAMES,
        mel_bands=min(MAX_BANDS, (fft_size // 2 + 1) // 2),
        low_hz=50.0 if grid == "shared" else 20.0,
        high_hz=model_rate_hz / 2,
        window_s=window_s,
    )


def _panns_layout(front_end: PannsFrontEnd, window_s: float) -> Layout:
    mel_bands, n_frames = front_end.image(round(window_s * front_end.model_rate_hz))
    if n_frames < LEAST_PANNS_FRAMES:
        raise ConfigError(
            f"a window of {window_s} s makes {n_frames} frames, the PANNs need {LEAST_PANNS_FRAMES}; "
            "give a longer one"
        )
    return Layout(
        model_rate_hz=front_end.model_rate_hz,
        fft_size=front_end.window,
        hop=front_end.hop,
        n_frames=n_frames,
        mel_bands=mel_bands,
        low_hz=front_end.low_hz,
        high_hz=front_end.high_hz,
        window_s=window_s,
        pooled_frames=1,
        mel_rate_hz=front_end.mel_rate_hz,
    )


def _yamnet_layout(rate_hz: int, window_s: float) -> Layout:
    """A window shorter than one patch is filled up with silence. At every rate an image has the same shape."""
    if rate_hz not in YAMNET_RATES_HZ:
        raise ConfigError(
            f"{rate_hz} Hz: YAMNet's features are computed at {', '.join(map(str, YAMNET_RATES_HZ))} Hz; take one "
            'of these, or grids = ["shared"]'
        )
    n_frames = (round(window_s * SHARED_RATE_HZ) - YAMNET_WINDOW) // YAMNET_HOP + 1
    n_times = SHARED_RATE_HZ // rate_hz
    return Layout(
        model_rate_hz=rate_hz,
        fft_size=SHARED_FFT_SIZE // n_times,
        hop=YAMNET_HOP // n_times,
        n_frames=max(PATCH_FRAMES, n_frames),
        mel_bands=MAX_BANDS,
        low_hz=125.0,
        high_hz=7500.0,
        window_s=window_s,
        pooled_frames=1,
        is_yamnet=True,
    )


def patch_starts(n_frames: int) -> tuple[int, ...]:
    """Return the first frames of YAMNet's patches, which lie evenly over an image, as many as fit its length best.

    >>> patch_starts(96), patch_starts(198), patch_starts(298)
    ((0,), (0, 102), (0, 101, 202))
    """
    n_patches = max(1, round(n_frames / PATCH_FRAMES))
    last = n_frames - PATCH_FRAMES
    return tuple(round(i * last / max(1, n_patches - 1)) for i in range(n_patches))


def _native_fft_size(rate_hz: int) -> int:
    """The power of two nearest to 64 ms, at least 16.

    >>> _native_fft_size(1000), _native_fft_size(100)
    (64, 16)
    """
    return max(16, 1 << round(math.log2(0.064 * rate_hz)))


def fit_length(x: Samples, n_samples: int) -> Samples:
    """Return the first ``n_samples``, with silence after the end where there are fewer.

    >>> fit_length(np.ones(2, np.float32), 3)
    array([1., 1., 0.], dtype=float32)
    """
    return np.pad(x[:n_samples], (0, max(0, n_samples - len(x))))


def periodic_hann(n: int) -> NDArray[np.float32]:
    """Return the window of every frame. Shape ``(n,)``.

    >>> periodic_hann(4).tolist()
    [0.0, 0.5, 1.0, 0.5]
    """
    window: NDArray[np.float32] = np.hanning(n + 1)[:-1].astype(np.float32)
    return window


def front_of(network: str | OwnNetwork) -> Front:
    """Return whose feature images a network reads.

    >>> front_of("small_vgg"), front_of("yamnet_256"), front_of("cnn14"), front_of("mine:Net")
    ('compact', 'yamnet', 'cnn14', 'compact')
    """
    if isinstance(network, OwnNetwork) or network in COMPACT or is_class(network):
        return "compact"
    return "yamnet" if network in YAMNETS else cast("Network", network)


def yamnet_bank(layout: Layout) -> NDArray[np.float32]:
    """Return YAMNet's mel bank up to half the rate; bands above that have no weights.

    Triangles straight in mel after HTK, ``1127 ln(1 + f / 700)``; the bin at 0 Hz is in none.
    Shape ``(fft_size // 2 + 1, mel_bands)``.
    """
    bins_mel = _htk_mel(np.linspace(0, layout.model_rate_hz / 2, layout.fft_size // 2 + 1))[:, None]
    low, high = _htk_mel(np.array([layout.low_hz, layout.high_hz]))
    edges = np.linspace(low, high, layout.mel_bands + 2)
    rising = (bins_mel - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins_mel) / (edges[2:] - edges[1:-1])
    bank: NDArray[np.float32] = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    bank[0] = 0
    return bank


def _htk_mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    mel: NDArray[np.float64] = 1127.0 * np.log1p(hz / 700.0)
    return mel


def count_mel_weights(layout: Layout) -> int:
    """Return how many weights of a mel bank are not zero, without torch, which makes Slaney's.

    Slaney's band i reaches from edge i to edge i + 2; the topmost edge is the topmost bin, which counts as outside.
    """
    if layout.is_yamnet:
        return int(np.count_nonzero(yamnet_bank(layout)))
    rate_hz = layout.model_rate_hz
    edges_hz = _hz(np.linspace(_mel(layout.low_hz), _mel(rate_hz / 2), layout.mel_bands + 2))
    bins_hz = np.linspace(0, rate_hz // 2, layout.fft_size // 2 + 1)
    first = np.searchsorted(bins_hz, edges_hz[:-2], side="right")
    after = np.searchsorted(bins_hz, edges_hz[2:] * (1 - 1e-9), side="left")
    return int((after - first).sum())


# Slaney, Auditory Toolbox, Interval TR 1998-010: 200/3 Hz a mel up to 1 kHz, from there 27 mel for a factor of 6.4.
MEL_HZ, KNEE_HZ, KNEE_MEL, LOG_STEP = 200 / 3, 1000.0, 15.0, math.log(6.4) / 27


def _mel(hz: float) -> float:
    return hz / MEL_HZ if hz < KNEE_HZ else KNEE_MEL + math.log(hz / KNEE_HZ) / LOG_STEP


def _hz(mels: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.where(mels < KNEE_MEL, mels * MEL_HZ, KNEE_HZ * np.exp(LOG_STEP * (mels - KNEE_MEL)))
