"""Log-mel features on two layouts: the paper's shared grid, and one laid out for the rate.

The shared grid restores every capture to 16 kHz and analyses it there, so one network serves all rates and the work
does not fall with the rate; bands above rate/2 stay empty. The native grid spends its bands on 20 Hz … rate/2 and
analyses at the rate itself. Both give one column per 40 ms.

Power is scaled so that a sound of the same spectral density has the same level in both layouts; the floor of the
logarithm then means the same everywhere.

Reference: mel scale and area normalisation after Slaney, Auditory Toolbox, Interval TR 1998-010.
"""

import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft

from lowsr_tradeoff.audio.capture import capture, noise_seed, restore
from lowsr_tradeoff.classify.panns_front_end import PannsFrontEnd, front_end_of
from lowsr_tradeoff.classify.step_settings import FeatureSettings, Front
from lowsr_tradeoff.classify.steps import clips_of
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus, read
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.records import Grid
from lowsr_tradeoff.store import Step, Store

Samples = NDArray[np.float32]

SHARED_RATE_HZ = 16_000
SHARED_FFT_SIZE = 512
HOP_S = 0.02
POOLED_FRAMES = 2
MAX_BANDS = 64
LOG_FLOOR = -12.0
# The PANNs halve time five times.
LEAST_PANNS_FRAMES = 32


@dataclass(frozen=True)
class Layout:
    """Where the bands and frames of a feature image lie.

    Attributes:
        model_rate_hz: The rate the analysis runs at.
        fft_size: Points of one FFT.
        hop: Samples between two FFTs.
        n_frames: FFTs per window.
        mel_bands: Rows.
        low_hz: Lower edge of the lowest band.
        high_hz: Upper edge of the highest band.
        window_s: Seconds of sound in one image.
        pooled_frames: FFTs per column.
        mel_rate_hz: The rate that the mel bank is made for; another than ``model_rate_hz`` only where PANNs are
            heard as published by Liang et al.
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

    @property
    def image(self) -> tuple[int, int]:
        """Rows and columns of the feature image."""
        return self.mel_bands, self.n_frames // self.pooled_frames


def lay_out(
    rate_hz: int, grid: Grid, window_s: float, front: Front = "compact", *, as_published: bool = False
) -> Layout:
    """Return the layout of one grid for a microphone at ``rate_hz``.

    Args:
        rate_hz: The microphone's rate.
        grid: ``"shared"`` or ``"native"``; the PANNs have the shared one alone.
        window_s: Seconds of sound in one image.
        front: Whose images: the compact networks', or those of one of the PANNs.
        as_published: PANNs as in the code of Liang et al., see :mod:`panns_front_end`.

    Raises:
        ConfigError: The window is shorter than one column.

    >>> lay_out(1000, "native", 2.0).image, lay_out(1000, "shared", 2.0).image
    ((16, 50), (64, 50))
    """
    if front != "compact":
        return _panns_layout(front_end_of(front, as_published=as_published), window_s)
    model_rate_hz = SHARED_RATE_HZ if grid == "shared" else rate_hz
    hop = max(1, round(HOP_S * model_rate_hz))
    n_columns = round(window_s * model_rate_hz) // hop // POOLED_FRAMES
    if n_columns == 0:
        raise ConfigError(
            f"clips of {window_s} s are shorter than one column of features at {rate_hz} Hz; lengthen clip_s"
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
            f"clips of {window_s} s make {n_frames} frames, the PANNs need {LEAST_PANNS_FRAMES}; lengthen clip_s"
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


def log_mel(captured: Samples, rate_hz: int, layout: Layout) -> NDArray[np.float16]:
    """Return the feature image of one capture: :func:`band_levels`, rounded to what is kept and trained on."""
    return band_levels(captured, rate_hz, layout).astype(np.float16)


def band_levels(captured: Samples, rate_hz: int, layout: Layout) -> NDArray[np.float32]:
    """Return the natural logarithm of band power of one capture, floored at -12.

    Args:
        captured: What the microphone recorded at ``rate_hz``.
        rate_hz: The microphone's rate.
        layout: From :func:`lay_out` for the same rate.

    Shape:
        ``(n_samples,)`` → ``layout.image``.
    """
    restored = restore(captured, rate_hz, layout.model_rate_hz)
    x = fit_length(restored, round(layout.window_s * layout.model_rate_hz))
    power = _power_spectra(x, layout) * np.float32((SHARED_FFT_SIZE / layout.fft_size) ** 2)
    level = np.log(np.maximum(power @ mel_bank(layout), math.exp(LOG_FLOOR)))
    columns = level.reshape(-1, POOLED_FRAMES, layout.mel_bands).mean(axis=1)
    return np.ascontiguousarray(columns.T)


def periodic_hann(n: int) -> NDArray[np.float32]:
    """Return the window of every frame. Shape ``(n,)``.

    >>> periodic_hann(4).tolist()
    [0.0, 0.5, 1.0, 0.5]
    """
    window: NDArray[np.float32] = np.hanning(n + 1)[:-1].astype(np.float32)
    return window


def _power_spectra(x: Samples, layout: Layout) -> NDArray[np.float32]:
    """Hann-windowed FFTs centred on every hop, mirrored at the ends. Shape ``(n_frames, fft_size // 2 + 1)``."""
    padded = np.pad(x, layout.fft_size // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, layout.fft_size)[:: layout.hop][: layout.n_frames]
    spectra = rfft(frames * periodic_hann(layout.fft_size))
    power: NDArray[np.float32] = np.square(spectra.real) + np.square(spectra.imag)
    return power


@cache
def mel_bank(layout: Layout) -> NDArray[np.float32]:
    """Return the weights of the mel bands, each triangle of area 1 Hz.

    Shape:
        ``(fft_size // 2 + 1, mel_bands)``.

    Raises:
        ConfigError: A band lies between two FFT bins and would never hear anything.
    """
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


def run_features(steps: Sequence[Step], corpus: EventCorpus, store: Store) -> None:
    """Write the feature images of one fold for several layouts, reading each clip once and keeping none.

    Writes ``features``, shape ``(n_clips, 1, bands, frames)``, in the order of :func:`clips_of`.
    """
    wanted = {step: cast("FeatureSettings", step.settings) for step in steps}
    clips = clips_of(corpus, wanted[steps[0]].fold)
    names = {"clips": [clip.clip_id for clip in clips]}
    with ExitStack() as files:
        append = {
            step: files.enter_context(store.writing_rows(step, names, "features", len(clips))) for step in steps
        }
        for clip in clips:
            for step, image in _images(clip, wanted):
                append[step](image[None])


def captured_clip(clip: EventClip, asked: FeatureSettings) -> Samples:
    """Return what the microphone records of a clip, scene and noise included. Shape ``(n_samples,)``."""
    return _captured(*read(clip), clip.digest, asked)


def image_of(captured: Samples, asked: FeatureSettings) -> NDArray[np.float16]:
    """Return the feature image of one capture, of the compact networks or of one of the PANNs.

    Args:
        captured: What the microphone recorded at ``asked.rate_hz``.
        asked: Names the layout.
    """
    if asked.front == "compact":
        return log_mel(captured, asked.rate_hz, lay_out(asked.rate_hz, asked.grid, asked.clip_s))
    from lowsr_tradeoff.classify.panns_log_mel import panns_log_mel  # noqa: PLC0415 - brings torch

    front_end = front_end_of(asked.front, as_published=asked.as_published)
    restored = restore(captured, asked.rate_hz, front_end.model_rate_hz)
    heard = fit_length(restored, round(asked.clip_s * front_end.model_rate_hz))
    return panns_log_mel(heard, front_end).astype(np.float16)


def _images(clip: EventClip, wanted: Mapping[Step, FeatureSettings]) -> Iterator[tuple[Step, NDArray[np.float16]]]:
    """One image per layout; layouts of one rate hear the same capture."""
    samples, source_rate_hz = read(clip)
    captures: dict[FeatureSettings, Samples] = {}
    for step, asked in wanted.items():
        heard = asked.model_copy(update={"grid": "shared"})
        if heard not in captures:
            captures[heard] = _captured(samples, source_rate_hz, clip.digest, asked)
        yield step, image_of(captures[heard], asked)


def _captured(samples: Samples, source_rate_hz: int, digest: str, asked: FeatureSettings) -> Samples:
    sound = fit_length(samples, round(asked.clip_s * source_rate_hz))
    seed = noise_seed(asked.seed, digest, asked.rate_hz)
    return capture(sound, source_rate_hz, asked.rate_hz, asked.front_end, seed)
