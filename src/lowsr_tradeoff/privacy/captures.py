"""What every attacker is given: utterances as the study's microphone records them.

One function, so that no two attackers hear different microphones, and one group of settings that names a capture.
"""

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.audio.capture import capture, noise_seed, restore
from lowsr_tradeoff.corpora.clips import EventClip, SpeechCorpus, Utterance, read
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.groups import Settings
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import resample_weights


class CaptureSettings(Settings):
    """What is heard of which corpus at which rate.

    Attributes:
        corpus: Digest of the corpus.
        rate_hz: The microphone's rate.
        front_end: Its filter, noise floor and bits.
        seed: Base of the noise.
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
    """Return what the microphone records of a clip, at ``settings.rate_hz``.

    Shape:
        ``(n_samples,)``.

    Raises:
        DataError: The clip's file cannot be read.
    """
    return capture_of(*read(clip), clip.digest, settings)


def captured_at_16k(clip: Utterance | EventClip, settings: CaptureSettings) -> Samples:
    """Return what the microphone records of a clip, restored to 16 kHz; this adds no information.

    Shape:
        ``(n_samples,)``.

    Raises:
        DataError: The clip's file cannot be read.
    """
    return restore(captured(clip, settings), settings.rate_hz, MODEL_RATE_HZ)


def original_at_16k(clip: Utterance | EventClip) -> Samples:
    """Return the clip as it is in its file, at 16 kHz: before any microphone.

    Shape:
        ``(n_samples,)``.

    Raises:
        DataError: The clip's file cannot be read.
    """
    x, source_rate_hz = read(clip)
    return restore(x, source_rate_hz, MODEL_RATE_HZ)


def capture_of(x: Samples, source_rate_hz: int, digest: str, settings: CaptureSettings) -> Samples:
    """Return what the microphone records of a sound.

    Args:
        x: The sound, mono, full scale 1.
        source_rate_hz: Rate of ``x``.
        digest: Of the clip; decides its noise.
        settings: What is heard.

    Shape:
        ``(n,)`` → ``(round(n * rate_hz / source_rate_hz),)``, up to one sample.
    """
    seed = noise_seed(settings.seed, digest, settings.rate_hz)
    return capture(x, source_rate_hz, settings.rate_hz, settings.front_end, seed)


Draws = NDArray[np.float64]


def _draws(config: StudyConfig, speech: SpeechCorpus) -> Draws:
    speakers = [utterance.speaker for utterance in speech.utterances]
    return resample_weights(speakers, config.n_resamples, config.seed)
