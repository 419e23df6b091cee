"""Utterances as the study's microphone records them: the input of every attacker, and the settings that name it."""

import numpy as np

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.audio.capture import capture, noise_seed, restore
from lowsr_tradeoff.corpora.clips import EventClip, SpeechCorpus, Utterance, read
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.groups import Settings
from lowsr_tradeoff.settings.study import StudyConfig


class CaptureSettings(Settings):
    """Which corpus is recorded, and by which microphone.

    Attributes:
        corpus: Digest of the corpus.
        rate_hz: The microphone's rate.
        front_end: Its filter, noise floor and bits.
        seed: Of the noise.
    """

    corpus: str
    rate_hz: int
    front_end: FrontEnd
    seed: int


def captures_of(config: StudyConfig, speech: SpeechCorpus, rate_hz: int) -> CaptureSettings:
    """Return the settings of a corpus's captures at one rate."""
    return CaptureSettings(
        corpus=speech.summary.digest, rate_hz=rate_hz, front_end=config.front_end, seed=config.seed
    )


def captured(clip: Utterance | EventClip, settings: CaptureSettings) -> Samples:
    """Return what the microphone records of a clip, at ``settings.rate_hz``. Shape ``(n_samples,)``."""
    return capture_of(*read(clip), clip.digest, settings)


def captured_at_16k(clip: Utterance | EventClip, settings: CaptureSettings) -> Samples:
    """Return what the microphone records of a clip, restored to 16 kHz; this adds no information."""
    return restore(captured(clip, settings), settings.rate_hz, MODEL_RATE_HZ)


def original_at_16k(clip: Utterance | EventClip) -> Samples:
    """Return the clip as it is in its file, before any microphone, at 16 kHz."""
    x, source_rate_hz = read(clip)
    return restore(x, source_rate_hz, MODEL_RATE_HZ)


def capture_of(x: Samples, source_rate_hz: int, digest: str, settings: CaptureSettings) -> Samples:
    """Return what the microphone records of a sound, mono, full scale 1; the clip's digest decides the noise."""
    seed = noise_seed(settings.seed, digest, settings.rate_hz)
    return capture(x, source_rate_hz, settings.rate_hz, settings.front_end, seed)


def at_level(x: Samples, level: float) -> Samples:
    """Return a sound at an RMS, full scale 1; silence stays silence."""
    rms = rms_of(x)
    return x if rms == 0 else x * np.float32(level / rms)


def rms_of(x: Samples) -> float:
    """Return the root mean square of a sound."""
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64)))) if len(x) else 0.0
