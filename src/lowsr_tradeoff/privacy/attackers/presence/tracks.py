"""Tracks in which it is known where speech is, and their windows.

In a track every utterance lies between silence and noise of its own spectrum and level. A detector that goes by
loudness alone takes all of that noise for speech. Windows inside the utterance far below its loudest one are not
counted: they are pauses, which are neither.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.audio.capture import noise_seed, restore
from lowsr_tradeoff.corpora.clips import Utterance
from lowsr_tradeoff.privacy.captures import CaptureSettings, at_level, capture_of, original_at_16k

# Samples of a window at 16 kHz, the detector's own.
WINDOW = 512
# At either end of a track, so that the detector's state settles.
SILENCE_S = 0.5
# Windows of an utterance further below its loudest one are pauses.
PAUSE_DB = 30.0
# RMS of the detector's input.
LEVEL = 0.1
# The stream of draws for the phases of the noise, apart from the converter's.
PHASES = 1

Flags = NDArray[np.bool_]
# Of each sample: 1 in the utterance, 0 elsewhere.
Marks = NDArray[np.int8]


@dataclass(frozen=True)
class Windows:
    """The windows of all tracks whose truth is known. Shape of each ``(n_windows,)``.

    Attributes:
        probability: Of speech, by the detector.
        is_speech: The truth.
        utterance: Index in the corpus of the utterance in the track.
    """

    probability: Samples
    is_speech: Flags
    utterance: NDArray[np.intp]


def track_of(utterance: Utterance, seed: int) -> tuple[Samples, Marks]:
    """Return the track of an utterance, the same at every rate; see :func:`track`."""
    drawn = noise_seed(seed, utterance.digest, MODEL_RATE_HZ)
    return track(original_at_16k(utterance), np.random.default_rng([drawn, PHASES]))


def track(utterance: Samples, rng: np.random.Generator) -> tuple[Samples, Marks]:
    """Return a track of silence, noise, an utterance at 16 kHz, noise and silence, and the mark of each sample.

    The noise has the spectrum, the level and in all the length of the utterance, and random phases. A track is a
    whole number of windows.
    """
    whole = np.pad(utterance, (0, -len(utterance) % (2 * WINDOW)))
    spectrum = np.abs(np.fft.rfft(whole)) * np.exp(2j * np.pi * rng.random(len(whole) // 2 + 1))
    noise = np.fft.irfft(spectrum, len(whole)).astype(np.float32)
    silence = np.zeros(round(SILENCE_S * MODEL_RATE_HZ / WINDOW) * WINDOW, np.float32)
    before, after = np.split(noise, 2)
    parts = (silence, before, whole, after, silence)
    return np.concatenate(parts), np.concatenate([np.full(len(part), part is whole, np.int8) for part in parts])


def captured_track(utterance: Utterance, sound: Samples, settings: CaptureSettings) -> Samples:
    """Return what the microphone records of a track, at the detector's level and as long as the track."""
    captured = capture_of(sound, MODEL_RATE_HZ, utterance.digest, settings)
    # A capture may end a little early.
    restored = restore(captured, settings.rate_hz, MODEL_RATE_HZ)[: len(sound)]
    return np.pad(at_level(restored, LEVEL), (0, len(sound) - len(restored)))


def truth(sound: Samples, marks: Marks) -> tuple[Flags, Flags]:
    """Return which windows of a track are speech, and which are certainly one or the other."""
    power = np.mean(np.square(sound.reshape(-1, WINDOW), dtype=np.float64), axis=1)
    is_inside = marks.reshape(-1, WINDOW).any(axis=1)
    is_loud = power > np.max(power, where=is_inside, initial=0) * 10 ** (-PAUSE_DB / 10)
    return is_inside & is_loud, ~is_inside | is_loud


def windows_of(utterance: int, sound: Samples, marks: Marks, probability: Samples) -> Windows:
    """Return the windows of one track that are certain, by the place of its utterance in the corpus."""
    is_speech, is_certain = truth(sound, marks)
    return Windows(probability[is_certain], is_speech[is_certain], np.full(int(is_certain.sum()), utterance))
