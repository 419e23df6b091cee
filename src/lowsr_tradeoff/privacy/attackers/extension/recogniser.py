"""A recogniser whose log-mel frames pass through a bandwidth extension; everything after them is as it was."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.privacy.attackers.extension.extender import Extender, Frames, Pair, extend, learn
from lowsr_tradeoff.privacy.whisper.ctranslate import Recogniser
from lowsr_tradeoff.privacy.whisper.decoding import LEVEL
from lowsr_tradeoff.settings.groups import DeviceType

# Of half the rate: above, the filter before the converter already falls.
KEPT_SHARE = 0.9

Recordings = Iterable[tuple[Samples, Samples]]


def extended_by(
    recogniser: Recogniser,
    recordings: Recordings,
    rate_hz: int,
    recipe: Recipe,
    pad_s: float,
    seeds: tuple[int, ...],
    device_type: DeviceType = "cpu",
) -> Recogniser:
    """Return the recogniser with a bandwidth extension that was fitted to recordings.

    Args:
        recogniser: As published.
        recordings: Capture and original of each clip, both at 16 kHz.
        rate_hz: The microphone's rate.
        recipe: How the extension is fitted.
        pad_s: Silence after each clip.
        seeds: Of the first weights and the excerpts.
        device_type: What the extension computes on.
    """
    made_up = missing_bands(mel_filters(recogniser), rate_hz)
    if not made_up.any():
        return recogniser
    pairs = [_pair(recogniser, captured, original, pad_s) for captured, original in recordings]
    return with_extension(recogniser, learn(pairs, made_up, recipe, seeds, device_type), made_up)


def with_extension(recogniser: Recogniser, network: Extender, made_up: NDArray[np.bool_]) -> Recogniser:
    """Return the recogniser that hears through a network."""

    def features(x: Samples, padding: int) -> Frames:
        return extend(network, recogniser.features(x, padding=padding), made_up)

    return replace(recogniser, features=features)


def mel_filters(recogniser: Recogniser) -> NDArray[np.float32]:
    """Return the weights of the recogniser's mel bands over 0…8 kHz. Shape ``(mels, bins)``."""
    return cast("NDArray[np.float32]", recogniser.features.mel_filters)


def missing_bands(filters: NDArray[np.float32], rate_hz: int) -> NDArray[np.bool_]:
    """Return which mel bands reach above what a microphone holds whole; none at 16 kHz and more.

    Shape:
        ``(mels, bins)`` → ``(mels,)``.

    >>> missing_bands(np.eye(5, dtype=np.float32), 8000).tolist()
    [False, False, True, True, True]
    """
    if rate_hz >= MODEL_RATE_HZ:
        return np.zeros(len(filters), bool)
    bins_hz = np.linspace(0, MODEL_RATE_HZ / 2, filters.shape[1])
    return np.asarray((filters[:, bins_hz > KEPT_SHARE * rate_hz / 2] > 0).any(axis=1), bool)


def _pair(recogniser: Recogniser, captured: Samples, original: Samples, pad_s: float) -> Pair:
    """Both at the gain that puts the capture at the recogniser's level; an attacker knows no other."""
    n = min(len(captured), len(original))
    rms = float(np.sqrt(np.mean(np.square(captured[:n], dtype=np.float64))))
    gain = np.float32(LEVEL / rms) if rms else np.float32(1)
    silence = round(pad_s * MODEL_RATE_HZ)
    heard: Sequence[Frames] = [
        np.asarray(recogniser.features(np.pad(x[:n] * gain, (0, silence)), padding=0), np.float32)
        for x in (captured, original)
    ]
    return Pair(*heard)
