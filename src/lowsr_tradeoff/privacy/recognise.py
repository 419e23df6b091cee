"""The attacker that needs no preparation: Whisper, as published, on what the microphone recorded.

Whisper hears windows of 30 s, however short the clip, and spends its time on the silence that fills them. Here a
clip is encoded with ``pad_s`` of silence only. The decoder must still see silence up to the end of the window, or
it does not stop and says the sentence again; those encoder states hardly depend on the clip, so they are computed
once and thinned. ``tests/privacy/test_recognise.py`` holds the words against those of windows encoded in full.

Reference: Radford et al., Robust Speech Recognition via Large-Scale Weak Supervision, ICML 2023.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.decoding import MODEL_RATE_HZ, WINDOW_S, Samples, is_silence, level, windows
from lowsr_tradeoff.privacy.whisper_weights import MODEL, TOKENIZER, digests, folder_of
from lowsr_tradeoff.settings import PrivacySettings

if TYPE_CHECKING:
    from ctranslate2.models import Whisper, WhisperGenerationResult
    from faster_whisper.feature_extractor import FeatureExtractor
    from faster_whisper.tokenizer import Tokenizer
    from tokenizers import Tokenizer as TokenizerFile

# Encoder states, (frames, width).
States = NDArray[np.float32]

# The encoder makes one state of two frames of 10 ms: openai/whisper, whisper/audio.py.
SAMPLES_PER_STATE = 320
# The decoder rereads every state for every token, so of the silent ones it gets a share: at least one in three, and
# all it takes to make 750 with those of the clip. At 500, some clips of 4 s are said again and again.
STATES, ONE_IN = 750, 3
# Feature of silence beside speech at that RMS: features end 8 decades below their maximum, then are divided by 4.
SILENCE = -0.65
# CTranslate2 generates at most half of it per window; Whisper's own limit.
MAX_LENGTH = 448


@dataclass(frozen=True)
class Recogniser:
    """A loaded model.

    Attributes:
        whisper: The network.
        tokenizer: Words to tokens and back.
        features: Samples to log-mel frames.
        prompt: Tokens that ask for English without timestamps.
        suppressed: Tokens that are no speech: symbols and the names of tasks.
        silence: Encoder states of a silent window.
    """

    whisper: "Whisper"
    tokenizer: "Tokenizer"
    features: "FeatureExtractor"
    prompt: tuple[int, ...]
    suppressed: tuple[int, ...]
    silence: States


@cache
def load(weights: str | None) -> Recogniser:
    """Return the model, loaded once per process, int8 on one thread.

    Args:
        weights: A size of Whisper, a folder with a model in CTranslate2 form, or ``None`` for the bundled tiny.en.

    Raises:
        MissingResourceError: A file is not there.
        DataError: A file is damaged, or the bundled model is another one.
    """
    import ctranslate2  # noqa: PLC0415 - results are assembled without it
    from faster_whisper.feature_extractor import FeatureExtractor  # noqa: PLC0415 - likewise
    from faster_whisper.tokenizer import Tokenizer  # noqa: PLC0415 - likewise
    from faster_whisper.transcribe import get_suppressed_tokens  # noqa: PLC0415 - likewise

    digests(weights, "ctranslate2")
    folder = folder_of(weights)
    try:
        whisper = ctranslate2.models.Whisper(str(folder), compute_type="int8", inter_threads=1, intra_threads=1)
    except Exception as error:  # what damage does to a model has no class in common
        raise DataError(
            f"{folder / MODEL}: cannot be loaded ({error}); convert or install the model again"
        ) from error
    tokenizer = Tokenizer(_read_tokenizer(folder), whisper.is_multilingual, task="transcribe", language="en")
    silent_frames = 2 * WINDOW_S * MODEL_RATE_HZ // SAMPLES_PER_STATE
    return Recogniser(
        whisper=whisper,
        tokenizer=tokenizer,
        features=FeatureExtractor(feature_size=whisper.n_mels),
        prompt=(*tokenizer.sot_sequence, tokenizer.no_timestamps),
        suppressed=get_suppressed_tokens(tokenizer, [-1]),
        silence=_encode(whisper, np.full((whisper.n_mels, silent_frames), SILENCE, np.float32)),
    )


def hear(privacy: PrivacySettings, clips: Iterable[Samples]) -> list[str]:
    """Return what the recogniser of a study writes down of each clip at 16 kHz.

    Raises:
        MissingResourceError: The weights are not there.
        DataError: The weights cannot be used.
    """
    if privacy.engine == "openai-whisper":
        from lowsr_tradeoff.privacy import openai_engine  # noqa: PLC0415 - imports torch

        return openai_engine.transcribe(openai_engine.load(privacy.weights), clips, privacy)
    return transcribe(load(privacy.weights), clips, privacy)


def transcribe(recogniser: Recogniser, clips: Iterable[Samples], privacy: PrivacySettings) -> list[str]:
    """Return what the recogniser writes down of each clip, as :mod:`decoding` says.

    Args:
        recogniser: From :func:`load`.
        clips: Samples at 16 kHz; read one batch at a time.
        privacy: Batch size, silence encoded after each clip, and policy.
    """
    heard: list[str] = []
    rest = iter(clips)
    while batch := list(islice(rest, privacy.batch_size)):
        heard += _transcribe_batch(recogniser, batch, privacy)
    return heard


def _transcribe_batch(recogniser: Recogniser, clips: Sequence[Samples], privacy: PrivacySettings) -> list[str]:
    cut = [windows(level(clip), privacy.pad_s) for clip in clips]
    states = [_encode(recogniser.whisper, _features(recogniser, x, privacy.pad_s)) for parts in cut for x in parts]
    texts = _decode(recogniser, states, may_be_silent=privacy.policy == "default")
    return [" ".join(islice(texts, len(parts))).strip() for parts in cut]


def _features(recogniser: Recogniser, x: Samples, pad_s: float) -> NDArray[np.float32]:
    """Log-mel frames of a clip and the silence after it, an even number of them, (mels, frames)."""
    n = len(x) + round(pad_s * MODEL_RATE_HZ)
    n = min(-(-n // SAMPLES_PER_STATE) * SAMPLES_PER_STATE, WINDOW_S * MODEL_RATE_HZ)
    frames: NDArray[np.float32] = recogniser.features(np.pad(x, (0, n - len(x))), padding=0)
    return frames


def _encode(whisper: "Whisper", frames: NDArray[np.float32]) -> States:
    """One clip at a time: larger batches fall out of the processor's cache and take longer."""
    from ctranslate2 import StorageView  # noqa: PLC0415 - see load

    (states,) = np.array(whisper.encode(StorageView.from_array(np.ascontiguousarray(frames[None], np.float32))))
    return np.asarray(states)


def _decode(recogniser: Recogniser, states: Sequence[States], *, may_be_silent: bool) -> Iterator[str]:
    from ctranslate2 import StorageView  # noqa: PLC0415 - see load

    n = max(STATES, *(len(clip) + (len(recogniser.silence) - len(clip)) // ONE_IN for clip in states))
    seen = np.stack([_complete(clip, recogniser.silence, n) for clip in states])
    results = recogniser.whisper.generate(
        StorageView.from_array(seen),
        [list(recogniser.prompt)] * len(states),
        beam_size=1,
        max_length=MAX_LENGTH,
        suppress_blank=True,
        suppress_tokens=list(recogniser.suppressed),
        return_scores=may_be_silent,
        return_no_speech_prob=may_be_silent,
    )
    for result in results:
        is_dropped = may_be_silent and is_silence(result.no_speech_prob, _mean_logprob(result))
        yield "" if is_dropped else recogniser.tokenizer.decode(result.sequences_ids[0]).strip()


def _mean_logprob(result: "WhisperGenerationResult") -> float:
    """Of the tokens and of the one that ends them, as in faster-whisper; CTranslate2 leaves that one out."""
    n_tokens = len(result.sequences_ids[0])
    return float(result.scores[0]) * n_tokens / (n_tokens + 1)


def _complete(states: States, silence: States, n: int) -> States:
    """The clip's states and, from where they end to the end of the window, evenly chosen ones of silence."""
    chosen = np.linspace(len(states), len(silence), n - len(states), endpoint=False).astype(int)
    return np.concatenate([states, silence[chosen]])


def _read_tokenizer(folder: Path) -> "TokenizerFile":
    from tokenizers import Tokenizer as TokenizerFile  # noqa: PLC0415 - see load

    # tokenizers raises nothing narrower than Exception.
    try:
        return TokenizerFile.from_file(str(folder / TOKENIZER))
    except Exception as error:
        raise DataError(
            f"{folder / TOKENIZER}: is no tokenizer ({error}); convert or install the model again"
        ) from error
