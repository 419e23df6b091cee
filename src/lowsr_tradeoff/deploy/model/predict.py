"""What a trained network says of files, window by window, however long they are.

Every window goes through the simulated microphone as a training clip did, its noise included; only the scene
that a study puts around clean clips is left out. The first window of a training clip gives the very image that was
trained on, where there was no scene.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import softmax

from lowsr_tradeoff.audio.capture import Samples, capture, noise_seed
from lowsr_tradeoff.audio.decode import decode_blocks
from lowsr_tradeoff.classify.feature_step import image_of
from lowsr_tradeoff.deploy.model.model_settings import ModelSettings
from lowsr_tradeoff.deploy.model.package import Package
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.files.reading import sha256_of
from lowsr_tradeoff.learning.mel import fit_length
from lowsr_tradeoff.learning.networks.build import without_weights
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.train import Scale, predict
from lowsr_tradeoff.settings.front_end import Scene

# A window for less than this share of new sound says what the one before it said.
LEAST_REST = 0.1

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Model:
    """A network ready to answer, and how it hears."""

    settings: ModelSettings
    network: Recogniser


@dataclass(frozen=True)
class Answer:
    """What a model says of one window.

    Attributes:
        start_s: Where the window begins.
        end_s: Where it ends, at most at the end of the file.
        probabilities: Of each class, in the order of the settings; they sum to 1.
    """

    start_s: float
    end_s: float
    probabilities: Scores

    def best(self, classes: Sequence[str]) -> tuple[str, float]:
        """Return the most probable class and its probability.

        >>> Answer(0.0, 1.0, np.array([0.2, 0.8])).best(("dog", "rain"))
        ('rain', 0.8)
        """
        at = int(self.probabilities.argmax())
        return classes[at], float(self.probabilities[at])


def load_model(package: Package) -> Model:
    """Return the network of a package, ready to answer.

    Raises:
        DataError: The weights are not those of the network that the settings name.
    """
    settings = package.settings
    network = without_weights(settings.network, len(settings.classes), as_published=settings.as_published)
    expected = {name: tuple(meta.shape) for name, meta in network.state_dict().items()}
    found = {name: weight.shape for name, weight in package.weights.items()}
    if wrong := [name for name in {**expected, **found} if expected.get(name) != found.get(name)]:
        raise DataError(
            f"the weights are not those of {settings.network} with {len(settings.classes)} classes "
            f"({', '.join(wrong[:5])}); train the model again"
        )
    network.load_state_dict({name: torch.from_numpy(w) for name, w in package.weights.items()}, assign=True)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Model(settings, network.eval())


def hear(settings: ModelSettings, sound: Samples, source_rate_hz: int, digest: str) -> NDArray[np.float16]:
    """Return the image of one window as a model's microphone hears it.

    Args:
        settings: The model's.
        sound: At most ``clip_s`` seconds count.
        source_rate_hz: Rate of the sound.
        digest: Names the noise: that of a training clip gives the image that was trained on.

    Shape:
        ``(n_samples,)`` → ``(bands, frames)``.
    """
    window = fit_length(sound, round(settings.clip_s * source_rate_hz))
    seed = noise_seed(settings.seed, digest, settings.rate_hz)
    # A recording brings its own room and noise: those of the study are for clean corpora.
    microphone = settings.front_end.model_copy(update={"scene": Scene()})
    captured = capture(window, source_rate_hz, settings.rate_hz, microphone, seed)
    return image_of(captured, settings.features)


def answers(model: Model, images: NDArray[np.float16]) -> Scores:
    """Return the probability of each class for some images.

    Shape:
        ``(n, bands, frames)`` → ``(n, n_classes)``.
    """
    scale = Scale(model.settings.scale_mean, model.settings.scale_std)
    logits = predict(model.network, scale.standardise(images[:, None])).logits
    probabilities: Scores = softmax(logits.astype(np.float64), axis=1)
    return probabilities


def listen(model: Model, file: Path, hop_s: float) -> Iterator[Answer]:
    """Yield what a model says of a file, window by window, in memory that does not grow with the file.

    The last window ends with the file, up to a tenth of a window. A file shorter than a window is one window, with
    silence after it.

    Args:
        model: From :func:`load_model`.
        file: A WAV, FLAC or OGG file at the model's rate or above.
        hop_s: Seconds from one window to the next.

    Raises:
        DataError: The file cannot be read, is empty, is sampled below the model's rate or holds no numbers.
    """
    settings = model.settings
    digest = _digest(file)
    is_heard = False
    for start, sound, source_rate_hz in _windows_of(file, settings, hop_s):
        noise = f"{digest}/{start}" if start else digest
        image = hear(settings, sound, source_rate_hz, noise)
        start_s = start / source_rate_hz
        yield Answer(start_s, start_s + len(sound) / source_rate_hz, answers(model, image[None])[0])
        is_heard = True
    if not is_heard:
        raise DataError(f"{file}: is empty (no samples)")


def over_file(said: Iterable[Answer]) -> Answer:
    """Return one answer for all windows of a file: the mean of their probabilities.

    >>> halves = [Answer(0.0, 1.0, np.array([1.0, 0.0])), Answer(1.0, 2.0, np.array([0.5, 0.5]))]
    >>> over_file(halves).probabilities.tolist()
    [0.75, 0.25]
    """
    every = iter(said)
    first = next(every)
    total, n, end_s = first.probabilities, 1, first.end_s
    for answer in every:
        total, n, end_s = total + answer.probabilities, n + 1, answer.end_s
    return Answer(first.start_s, end_s, total / n)


def windows(blocks: Iterable[Samples], n_window: int, n_hop: int) -> Iterator[tuple[int, Samples]]:
    """Yield the first sample's number and the samples of every window.

    The last one ends with the sound, but for a rest of less than a tenth of a window, which is left out.

    >>> blocks = [np.arange(4.0), np.arange(4.0, 7.0)]
    >>> [(start, window.tolist()) for start, window in windows(blocks, 4, 2)]
    [(0, [0.0, 1.0, 2.0, 3.0]), (2, [2.0, 3.0, 4.0, 5.0]), (3, [3.0, 4.0, 5.0, 6.0])]
    """
    held, first, following = np.empty(0, np.float32), 0, 0
    for block in blocks:
        held = np.concatenate([held, block])
        while first + len(held) >= following + n_window:
            # What was heard last stays: the last window of all may begin inside it.
            held, first = held[following - first :], following
            yield first, held[:n_window]
            following += n_hop
    end = first + len(held)
    if following == 0 and len(held):
        yield 0, held
    elif end - (first + n_window) > LEAST_REST * n_window:
        yield end - n_window, held[-n_window:]


def _windows_of(file: Path, settings: ModelSettings, hop_s: float) -> Iterator[tuple[int, Samples, int]]:
    blocks = decode_blocks(file)
    for block, rate_hz in blocks:
        if rate_hz < settings.rate_hz:
            raise DataError(
                f"{file}: is sampled at {rate_hz} Hz, below the model's {settings.rate_hz} Hz; "
                "record at that rate or above"
            )
        n_window, n_hop = round(settings.clip_s * rate_hz), max(1, round(hop_s * rate_hz))
        rest = _checked(file, block, (block for block, _ in blocks))
        yield from ((start, sound, rate_hz) for start, sound in windows(rest, n_window, n_hop))


def _checked(file: Path, block: Samples, blocks: Iterable[Samples]) -> Iterator[Samples]:
    for part in chain([block], blocks):
        if not np.isfinite(part).all():
            raise DataError(f"{file}: has samples that are NaN or infinite")
        yield part


def _digest(file: Path) -> str:
    """As corpora name a clip: the hash of its bytes."""
    try:
        return sha256_of(file)
    except OSError as error:
        raise DataError(f"{file}: cannot be read ({error.strerror})") from error
