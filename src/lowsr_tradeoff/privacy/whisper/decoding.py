"""What both engines share: the level and length of their input, and the rule for silence.

Decoding is greedy at temperature 0, in English, without timestamps, without earlier text as context and with
non-speech symbols suppressed. Whisper's fallback, samples at higher temperatures, is never used: its transcripts
differ from run to run.
"""

import math

import numpy as np

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.privacy.captures import at_level
from lowsr_tradeoff.settings.groups import PrivacySettings

WINDOW_S = 30
# RMS of every clip. Whisper's features depend on the level, and a microphone's gain is no part of privacy.
LEVEL = 0.1
# openai/whisper, whisper/transcribe.py: a window is silence when both hold.
NO_SPEECH_THRESHOLD, LOGPROB_THRESHOLD = 0.6, -1.0
# Fast speech has 6 syllables a second, so fewer tokens than this. Whisper's own limit for a window is 224.
TOKENS_PER_S, MOST_TOKENS = 12, 224


def policy_of(privacy: PrivacySettings, n_beams: int = 1) -> str:
    """Return in one line how a recogniser decodes, and how its words are compared."""
    search = "greedy" if n_beams == 1 else f"beam search, {n_beams} beams"
    return (
        f"{search} (temperature 0, no sampled fallback), English, no timestamps, no earlier text, non-speech "
        f"symbols suppressed; {_on_silence(privacy)}; clips at RMS {LEVEL}; {_window(privacy)}; words compared "
        "after Whisper's English normaliser"
    )


def is_silence(no_speech_prob: float, mean_logprob: float) -> bool:
    """Return whether Whisper's own rule takes a window for silence.

    >>> is_silence(0.9, -1.5), is_silence(0.9, -0.2), is_silence(0.1, -1.5)
    (True, False, False)
    """
    return no_speech_prob > NO_SPEECH_THRESHOLD and mean_logprob <= LOGPROB_THRESHOLD


def most_tokens(seen_s: float) -> int:
    """Return the limit of tokens of a clip, by its encoded seconds, so that a loop ends.

    >>> most_tokens(5.0), most_tokens(30.0)
    (60, 224)
    """
    return min(MOST_TOKENS, math.ceil(TOKENS_PER_S * seen_s))


def level(x: Samples) -> Samples:
    """Return a clip at the RMS that recognisers are given; silence stays silence."""
    return at_level(x, LEVEL)


def windows(x: Samples, pad_s: float) -> list[Samples]:
    """Return a clip in as few equal parts as leave room for ``pad_s`` of silence in Whisper's window."""
    longest = round((WINDOW_S - pad_s) * MODEL_RATE_HZ)
    return np.array_split(x, max(1, -(-len(x) // longest)))


def _on_silence(privacy: PrivacySettings) -> str:
    if privacy.policy == "forced":
        return "every clip written down, silence too"
    return (
        f"nothing written where the no-speech probability is above {NO_SPEECH_THRESHOLD} and the mean "
        f"log-probability at most {LOGPROB_THRESHOLD:g}"
    )


def _window(privacy: PrivacySettings) -> str:
    if privacy.engine == "openai-whisper":
        return f"float32, windows of {WINDOW_S} s padded with silence"
    return (
        f"int8, {privacy.pad_s:g} s of silence encoded after each, then the last encoder states of a silent window "
        f"of {WINDOW_S} s; at most {TOKENS_PER_S} tokens per second seen"
    )
