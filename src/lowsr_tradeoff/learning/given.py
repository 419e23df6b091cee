"""Networks of other makers, as ONNX or TensorFlow Lite files, run as they are."""

import math
from pathlib import Path

import numpy as np
from scipy.fft import rfft

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.errors import ConfigError, DataError, MissingResourceError
from lowsr_tradeoff.learning.given_files import Opened, Values, open_onnx, open_tflite
from lowsr_tradeoff.learning.log_mel import band_levels
from lowsr_tradeoff.learning.mel import SHARED_RATE_HZ, Layout, fit_length, lay_out, periodic_hann
from lowsr_tradeoff.learning.yamnet_log_mel import yamnet_log_mel
from lowsr_tradeoff.records.network import Grid
from lowsr_tradeoff.settings.given import GivenNetwork, MelNumbers

ONNX, TFLITE = ".onnx", ".tflite"


def open_network(path: Path, said: GivenNetwork) -> Opened:
    """Return a network ready to run on one thread.

    Raises:
        MissingResourceError: It cannot be read, or what reads it is not installed.
        DataError: It is broken, has several inputs, or no output of as many values as there are classes.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MissingResourceError(f"{path}: cannot be read ({error.strerror}); check --network") from error
    n_open = round(said.window_s * said.rate_hz) if said.window_s and said.input == "waveform" else None
    try:
        opened = open_onnx(content, n_open) if path.suffix == ONNX else open_tflite(content, n_open)
        outputs = opened.run(np.zeros(opened.shape, np.float32))
    except (MissingResourceError, ConfigError) as error:
        raise type(error)(f"{path}: {error}") from error
    except Exception as error:  # what the runtimes raise of a broken file has no class in common
        raise DataError(f"{path}: is no network that runs here ({error}); export it again") from error
    sizes = [output.size for output in outputs]
    if len(said.classes) not in sizes:
        raise DataError(
            f"{path}: gives {' or '.join(map(str, sizes))} values, but its TOML names {len(said.classes)} classes"
        )
    if said.input == "log_mel" and sorted(_sides(opened.shape)) != sorted(_sides(image_of(said))):
        raise DataError(
            f"{path}: takes an input of {opened.shape}, but its TOML describes {image_of(said)} bands and frames"
        )
    return opened


def image_of(said: GivenNetwork) -> tuple[int, int]:
    """Return bands and frames of one log-mel input."""
    match said.front_end:
        case MelNumbers() as numbers:
            n_samples = round((said.window_s or 0) * said.rate_hz)
            reach = 0 if numbers.is_centred else numbers.frame
            return numbers.bands, (n_samples - reach) // numbers.hop + 1
        case _:
            return layout_of(said).image


def layout_of(said: GivenNetwork) -> Layout:
    """Return the layout of an input that a network of this project reads."""
    grid: Grid = "shared" if said.rate_hz == SHARED_RATE_HZ else "native"
    return lay_out(said.rate_hz, grid, said.window_s or 0.0, "yamnet" if said.front_end == "yamnet" else "compact")


def class_scores(opened: Opened, said: GivenNetwork, heard: Samples) -> Values:
    """Return the mean score of a sound's windows, which lie evenly over it. Shape ``(n_classes,)``."""
    n_window = window_samples(opened, said)
    scores = [_one(opened, said, fit_length(heard[at:], n_window)) for at in window_starts(len(heard), n_window)]
    mean: Values = np.stack(scores).mean(axis=0, dtype=np.float64).astype(np.float32)
    return mean


def window_samples(opened: Opened, said: GivenNetwork) -> int:
    """Return the samples that one run hears."""
    return math.prod(opened.shape) if said.input == "waveform" else round((said.window_s or 0) * said.rate_hz)


def window_starts(n_samples: int, n_window: int) -> tuple[int, ...]:
    """Return the first samples of a sound's windows, as many as its length is nearest to.

    >>> window_starts(5, 10), window_starts(25, 10)
    ((0,), (0, 15))
    """
    n = max(1, round(n_samples / n_window))
    last = max(0, n_samples - n_window)
    return tuple(round(i * last / max(1, n - 1)) for i in range(n))


def _one(opened: Opened, said: GivenNetwork, window: Samples) -> Values:
    outputs = opened.run(_shaped(opened.shape, window if said.input == "waveform" else _image(said, window)))
    return next(output.ravel() for output in outputs if output.size == len(said.classes))


def _image(said: GivenNetwork, window: Samples) -> Values:
    match said.front_end:
        case MelNumbers() as numbers:
            return mel_levels(window, said.rate_hz, numbers)
        case "yamnet":
            return yamnet_log_mel(window, layout_of(said))
        case _:
            return band_levels(window, said.rate_hz, layout_of(said))


def mel_levels(x: Samples, rate_hz: int, said: MelNumbers) -> Values:
    """Return log-mel bands as the numbers say. Shape ``(n_samples,)`` → ``(bands, frames)``."""
    from torchaudio.functional import melscale_fbanks  # noqa: PLC0415 - brings torch, which planning does without

    if said.is_centred:
        x = np.pad(x, said.frame // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(x, said.frame)[:: said.hop]
    content = np.abs(rfft(frames * periodic_hann(said.frame), said.fft_size))
    content = np.square(content) if said.of == "power" else content
    norm = "slaney" if said.has_unit_area else None
    n_bins = said.fft_size // 2 + 1
    bank = melscale_fbanks(n_bins, said.low_hz, said.high_hz, said.bands, rate_hz, norm, said.mel).numpy()
    level = np.log(np.maximum(content @ bank + said.offset, said.floor))
    scale = 10 / math.log(10) if said.log == "decibels" else 1.0
    return np.ascontiguousarray((scale * level).T.astype(np.float32))


def _shaped(shape: tuple[int, ...], values: Values) -> Values:
    """Return an input in the file's shape; an image is turned where its sides are the other way round."""
    if values.ndim == 2 and _sides(shape) != _sides(values.shape):
        values = values.T
    return np.ascontiguousarray(values.reshape(shape), np.float32)


def _sides(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(side for side in shape if side != 1)
