"""The classes of the sounds in files of any length, window by window.

Every window passes the simulated microphone and its noise as a training clip did; only the scene that a study adds
to clean clips is left out. Without a scene, the first window of a training clip gives exactly its training image.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import logit, softmax

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.audio.capture import capture, noise_seed
from lowsr_tradeoff.audio.decode import decode_blocks
from lowsr_tradeoff.classify.feature_step import image_of
from lowsr_tradeoff.corpora.inspect import sample_fault
from lowsr_tradeoff.deploy.model.model_settings import ModelSettings
from lowsr_tradeoff.deploy.model.package import Package
from lowsr_tradeoff.errors import ConfigError, DataError
from lowsr_tradeoff.files.reading import sha256_of
from lowsr_tradeoff.learning.mel import fit_length
from lowsr_tradeoff.learning.networks.build import without_weights
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.train import Scale, predict
from lowsr_tradeoff.records.network import OwnNetwork
from lowsr_tradeoff.settings.front_end import Scene

# A last window with a smaller share of new sound than this would only repeat the one before it.
LEAST_NEW_SHARE = 0.1
# A sound of a smaller share of the window than this is judged by the silence after it.
LEAST_SHARE = 0.1

# Times of windows are rounded to samples.
SAME_TIME_S = 1e-3

Probabilities = NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """A network with its weights, and its settings."""

    settings: ModelSettings
    network: Recogniser


@dataclass(frozen=True)
class Prediction:
    """The probabilities of the classes in one window.

    Attributes:
        end_s: At most the end of the file.
        probabilities: Of each class, in the order of the settings; they sum to 1. Of a window that cannot be
            judged there are none.
        fault: Why it cannot be judged.
        is_alarm: Whether it raises an alarm; ``None`` of a model that raises none.
    """

    start_s: float
    end_s: float
    probabilities: Probabilities | None
    fault: str | None = None
    is_alarm: bool | None = None

    def best(self, classes: Sequence[str]) -> tuple[str, float] | None:
        """Return the most probable class and its probability.

        >>> Prediction(0.0, 1.0, np.array([0.2, 0.8])).best(("dog", "rain"))
        ('rain', 0.8)
        """
        if self.probabilities is None:
            return None
        best = int(self.probabilities.argmax())
        return classes[best], float(self.probabilities[best])


def load_model(package: Package, trusted: str | None = None) -> Model:
    """Return the network of a package, ready to use.

    ``trusted`` names the class of the user's that may be run; a package names one, and does not hold it.

    Raises:
        ConfigError: The network is a class that is not trusted, or that cannot be made here.
        DataError: The weights are not those of the network that the settings name.
    """
    settings = package.settings
    name = settings.network_name
    if isinstance(settings.network, OwnNetwork) and trusted != name:
        raise ConfigError(
            f"the model's network is the class {name}, which is not in its folder, and whose code would be run; "
            f"if you trust it, predict and export take --network {name}"
        )
    network = without_weights(settings.network, len(settings.classes), as_published=settings.as_published)
    expected = {name: tuple(meta.shape) for name, meta in network.state_dict().items()}
    found = {name: weight.shape for name, weight in package.weights.items()}
    if wrong := [name for name in {**expected, **found} if expected.get(name) != found.get(name)]:
        raise DataError(
            f"the weights are not those of {name} with {len(settings.classes)} classes "
            f"({', '.join(wrong[:5])}); train the model again"
        )
    network.load_state_dict({name: torch.from_numpy(w) for name, w in package.weights.items()}, assign=True)
    network.to(memory_format=network.memory_format)  # type: ignore[call-overload]
    return Model(settings, network.eval())


def window_image(settings: ModelSettings, sound: Samples, source_rate_hz: int, digest: str) -> NDArray[np.float16]:
    """Return the log-mel image, ``(bands, frames)``, of the first ``clip_s`` seconds in a model's microphone.

    ``digest`` decides the noise: with that of a training clip, the image is the one that was trained on.
    """
    window = fit_length(sound, round(settings.clip_s * source_rate_hz))
    seed = noise_seed(settings.seed, digest, settings.rate_hz)
    # A recording has its own room and noise: those of the study are for clean corpora.
    microphone = settings.front_end.model_copy(update={"scene": Scene()})
    captured = capture(window, source_rate_hz, settings.rate_hz, microphone, seed)
    return image_of(captured, settings.features)


def class_probabilities(model: Model, images: NDArray[np.float16]) -> Probabilities:
    """Return the class probabilities of images. Shape ``(n, bands, frames)`` → ``(n, n_classes)``."""
    scale = Scale(model.settings.scale_mean, model.settings.scale_std)
    logits = predict(model.network, scale.standardise(images[:, None])).logits
    probabilities: Probabilities = softmax(logits.astype(np.float64), axis=1)
    return probabilities


def predict_windows(model: Model, file: Path, hop_s: float) -> Iterator[Prediction]:
    """Yield a prediction for every window of a file, in memory that does not grow with the file.

    The last window ends with the file, up to a tenth of a window. A file shorter than a window is one window, with
    silence after it. A window is refused for what a clip of the corpus would be: silence, a wrong scale, no length.

    Raises:
        DataError: The file cannot be read, is empty, is sampled below the model's rate or holds no numbers.
    """
    alarm = Alarm(model.settings)
    digest = _digest(file)
    for start, sound, rate_hz in _windows_of(file, model.settings, hop_s):
        start_s, end_s = start / rate_hz, (start + len(sound)) / rate_hz
        if fault := _window_fault(sound, model.settings.clip_s * rate_hz):
            yield Prediction(start_s, end_s, None, fault, alarm.silent)
            continue
        image = window_image(model.settings, sound, rate_hz, f"{digest}/{start}" if start else digest)
        probabilities = class_probabilities(model, image[None])[0]
        yield Prediction(start_s, end_s, probabilities, is_alarm=alarm.raised(start_s, probabilities))


class Alarm:
    """The alarms of one model in one file: a window raises none while that before it is held."""

    def __init__(self, settings: ModelSettings) -> None:
        self.rule = settings.alarm
        self.target = settings.classes.index(self.rule.target) if self.rule else 0
        self.last_s = -np.inf

    @property
    def silent(self) -> bool | None:
        """What a window says that cannot be judged."""
        return None if self.rule is None else False

    def raised(self, start_s: float, probabilities: Probabilities) -> bool | None:
        """Return whether a window raises an alarm, the windows coming in order."""
        if self.rule is None:
            return None
        log_odds = logit(probabilities[self.target])
        if log_odds < self.rule.threshold or start_s < self.last_s + self.rule.hold_s - SAME_TIME_S:
            return False
        self.last_s = start_s
        return True


def _window_fault(sound: Samples, n_window: float) -> str | None:
    if len(sound) < LEAST_SHARE * n_window:
        return f"is shorter than {LEAST_SHARE:g} of the model's window"
    return sample_fault(len(sound), float(np.abs(sound).max()))


def mean_prediction(predictions: Iterable[Prediction]) -> Prediction:
    """Return one prediction for all windows of a file: the mean of their probabilities, of those that have them.

    It is an alarm if any window raises one.

    >>> halves = [Prediction(0.0, 1.0, np.array([1.0, 0.0])), Prediction(1.0, 2.0, np.array([0.5, 0.5]))]
    >>> mean_prediction(halves).probabilities.tolist()
    [0.75, 0.25]
    """
    rest = iter(predictions)
    first = last = next(rest)
    total: Probabilities = np.zeros(())
    n = 0
    is_alarm = first.is_alarm
    for last in chain([first], rest):
        is_alarm = last.is_alarm or is_alarm
        if last.probabilities is not None:
            total, n = total + last.probabilities, n + 1
    if n == 0:
        return replace(first, end_s=last.end_s)
    return Prediction(first.start_s, last.end_s, total / n, is_alarm=is_alarm)


def windows(blocks: Iterable[Samples], n_window: int, n_hop: int) -> Iterator[tuple[int, Samples]]:
    """Yield the number of the first sample, and the samples, of every window.

    The last one ends with the sound, unless it would bring less than a tenth of a window of new sound.

    >>> blocks = [np.arange(4.0), np.arange(4.0, 7.0)]
    >>> [(start, window.tolist()) for start, window in windows(blocks, 4, 2)]
    [(0, [0.0, 1.0, 2.0, 3.0]), (2, [2.0, 3.0, 4.0, 5.0]), (3, [3.0, 4.0, 5.0, 6.0])]
    """
    buffer, start, next_start = np.empty(0, np.float32), 0, 0
    for block in blocks:
        buffer = np.concatenate([buffer, block])
        while start + len(buffer) >= next_start + n_window:
            # Samples from this window on stay: the last window of all may begin inside it.
            buffer, start = buffer[next_start - start :], next_start
            yield start, buffer[:n_window]
            next_start += n_hop
    end = start + len(buffer)
    if next_start == 0 and len(buffer):
        yield 0, buffer
    elif end - (start + n_window) > LEAST_NEW_SHARE * n_window:
        yield end - n_window, buffer[-n_window:]


def _windows_of(file: Path, settings: ModelSettings, hop_s: float) -> Iterator[tuple[int, Samples, int]]:
    blocks = decode_blocks(file)
    first = next(blocks, None)
    if first is None:
        raise DataError(f"{file}: is empty (no samples)")
    _, rate_hz = first
    if rate_hz < settings.rate_hz:
        raise DataError(
            f"{file}: is sampled at {rate_hz} Hz, below the model's {settings.rate_hz} Hz; "
            "record at that rate or above"
        )
    n_window, n_hop = round(settings.clip_s * rate_hz), max(1, round(hop_s * rate_hz))
    checked = (_finite(file, block) for block, _ in chain([first], blocks))
    yield from ((start, sound, rate_hz) for start, sound in windows(checked, n_window, n_hop))


def _finite(file: Path, block: Samples) -> Samples:
    if not np.isfinite(block).all():
        raise DataError(f"{file}: has samples that are NaN or infinite")
    return block


def _digest(file: Path) -> str:
    """Return the hash of its bytes, which names a clip in corpora too."""
    try:
        return sha256_of(file)
    except OSError as error:
        raise DataError(f"{file}: cannot be read ({error.strerror})") from error
