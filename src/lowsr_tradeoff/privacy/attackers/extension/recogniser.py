"""A recogniser whose log-mel frames pass through a bandwidth extension; all else is as published."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance
from lowsr_tradeoff.learning.gpu import gpu_named, repeatable
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.privacy.attackers.extension.extender import Frames, Pair, extend, learn
from lowsr_tradeoff.privacy.attackers.held_out import FoldSettings, fold_of
from lowsr_tradeoff.privacy.captures import captured_at_16k, original_at_16k, rms_of
from lowsr_tradeoff.privacy.whisper import ctranslate
from lowsr_tradeoff.privacy.whisper.ctranslate import Recogniser
from lowsr_tradeoff.privacy.whisper.decoding import LEVEL
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.groups import DeviceType

# Share of half the rate; above it the filter before the converter already attenuates.
KEPT_SHARE = 0.9

Recordings = Iterable[tuple[Samples, Samples]]


def run(steps: Sequence[Step[FoldSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Fit the extension for each step's rate and fold, and write the transcripts of the tested utterances."""
    for step in steps:
        settings, privacy = step.settings, step.settings.privacy
        fold = fold_of(speech, settings.captures.seed, settings.fold)
        with repeatable(settings.device_type):
            recogniser = _extended(settings, fold.learnt)
            clips = (captured_at_16k(utterance, settings.captures) for utterance in fold.tested)
            transcripts = ctranslate.transcribe(recogniser, clips, privacy)
        store.write(step, {"transcripts": transcripts, **gpu_named(settings.device_type)})


def extended_by(
    recogniser: Recogniser,
    recordings: Recordings,
    rate_hz: int,
    recipe: Recipe,
    pad_s: float,
    seeds: tuple[int, ...],
    device_type: DeviceType = "cpu",
) -> Recogniser:
    """Return the recogniser as published behind a bandwidth extension that was fitted to recordings.

    Captures and originals are at 16 kHz, and ``pad_s`` of silence follows each.
    """
    missing = missing_bands(recogniser.features.mel_filters, rate_hz)
    if not missing.any():
        return recogniser
    pairs = [_pair(recogniser, captured, original, pad_s) for captured, original in recordings]
    network = learn(pairs, missing, recipe, seeds, device_type)

    def features(x: Samples, padding: int) -> Frames:
        return extend(network, recogniser.features(x, padding=padding), missing)

    return replace(recogniser, features=features)


def missing_bands(filters: NDArray[np.float32], rate_hz: int) -> NDArray[np.bool_]:
    """Return which mel bands of 0…8 kHz reach above what a microphone holds whole, ``(mels, bins)`` → ``(mels,)``.

    >>> missing_bands(np.eye(5, dtype=np.float32), 8000).tolist()
    [False, False, True, True, True]
    """
    if rate_hz >= MODEL_RATE_HZ:
        return np.zeros(len(filters), bool)
    bins_hz = np.linspace(0, MODEL_RATE_HZ / 2, filters.shape[1])
    return np.asarray((filters[:, bins_hz > KEPT_SHARE * rate_hz / 2] > 0).any(axis=1), bool)


def _extended(settings: FoldSettings, learnt: Sequence[Utterance]) -> Recogniser:
    captures = settings.captures
    recordings = ((captured_at_16k(utterance, captures), original_at_16k(utterance)) for utterance in learnt)
    return extended_by(
        ctranslate.load(settings.privacy.weights),
        recordings,
        captures.rate_hz,
        settings.recipe,
        settings.privacy.pad_s,
        (captures.seed, settings.fold),
        settings.device_type,
    )


def _pair(recogniser: Recogniser, captured: Samples, original: Samples, pad_s: float) -> Pair:
    """Both sounds at the gain that sets the capture to the recogniser's level, the only one an attacker knows."""
    n = min(len(captured), len(original))
    rms = rms_of(captured[:n])
    gain = np.float32(LEVEL / rms) if rms else np.float32(1)
    silence = round(pad_s * MODEL_RATE_HZ)
    frames: Sequence[Frames] = [
        np.asarray(recogniser.features(np.pad(x[:n] * gain, (0, silence)), padding=0), np.float32)
        for x in (captured, original)
    ]
    return Pair(*frames)
