"""The fast engine: Whisper on CTranslate2, in batches of clips of about the same length.

Whisper encodes windows of 30 s, most of them silence. Here a clip is encoded with ``pad_s`` of silence only. After
it go the last states of a silent window, which hardly depend on the clip and are computed once. Without them the
decoder does not stop and repeats the sentence. ``tests/privacy/whisper/test_ctranslate.py`` compares the words with
those of full windows. Reference: Radford et al., Robust Speech Recognition via Large-Scale Weak Supervision, ICML
2023.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.whisper.decoding import WINDOW_S, is_silence, level, most_tokens, windows
from lowsr_tradeoff.privacy.whisper.weights import MODEL, TOKENIZER, digests, folder_of
from lowsr_tradeoff.privacy.written import Written, joined
from lowsr_tradeoff.settings.groups import PrivacySettings

if TYPE_CHECKING:
    from ctranslate2.models import Whisper, WhisperGenerationResult
    from faster_whisper.feature_extractor import FeatureExtractor
    from faster_whisper.tokenizer import Tokenizer
    from tokenizers import Tokenizer as TokenizerFile

# Encoder states, (frames, width).
States = NDArray[np.float32]

# The encoder makes one state of two frames of 10 ms: openai/whisper, whisper/audio.py.
SAMPLES_PER_STATE = 320
# The decoder reads every state for every token, so it gets as few silent ones as suffice: at least the last 50
# of the window, and as many more as make a multiple of 25 with those of the clip. With 400 states of silence chosen
# evenly, or from right after the clip, some clips are written again and again.
LAST_STATES, STATES_STEP = 50, 25
# Feature of silence beside speech at that RMS: features end 8 decades below their maximum, then are divided by 4.
SILENCE = -0.65
# Batches that are sorted by length together.
BATCHES = 4


@dataclass(frozen=True)
class Recogniser:
    """A loaded model.

    Attributes:
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
    """Return the model, loaded once per process, int8 on one thread; see :func:`weights.digests`.

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


def transcribe(recogniser: Recogniser, clips: Iterable[Samples], privacy: PrivacySettings) -> list[str]:
    """Return the transcript of each clip at 16 kHz, decoded as :mod:`decoding` says; clips are read as needed."""
    return [each.text for each in write(recogniser, clips, privacy)]


def write(
    recogniser: Recogniser, clips: Iterable[Samples], privacy: PrivacySettings, n_beams: int = 1
) -> list[Written]:
    """Return what is written of each clip at 16 kHz; see :func:`transcribe`. ``n_beams`` above 1: beam search."""
    found: list[Written] = []
    rest = iter(clips)
    while group := list(islice(rest, BATCHES * privacy.batch_size)):
        cut = [windows(level(clip), privacy.pad_s) for clip in group]
        frames = (_features(recogniser, x, privacy.pad_s) for parts in cut for x in parts)
        states = [_encode(recogniser.whisper, each) for each in frames]
        written = iter(_decode_all(recogniser, states, privacy, n_beams))
        found += [joined(islice(written, len(parts))) for parts in cut]
    return found


def _decode_all(
    recogniser: Recogniser, states: Sequence[States], privacy: PrivacySettings, n_beams: int
) -> list[Written]:
    """What is written of every clip; the other clips of a batch do not change its states."""
    n_window = len(recogniser.silence)
    completed = [-(-(len(clip) + LAST_STATES) // STATES_STEP) * STATES_STEP for clip in states]
    seen = np.minimum(completed, n_window)
    found: dict[int, Written] = {}
    for n in np.unique(seen):
        places = np.flatnonzero(seen == n)
        for batch in np.split(places, range(privacy.batch_size, len(places), privacy.batch_size)):
            is_forced = privacy.policy == "forced"
            decoded = _decode(recogniser, [states[i] for i in batch], int(n), n_beams, is_forced=is_forced)
            found |= zip(batch, decoded, strict=True)
    return [found[place] for place in range(len(states))]


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


def _decode(
    recogniser: Recogniser, states: Sequence[States], n_seen: int, n_beams: int, *, is_forced: bool
) -> Iterator[Written]:
    """The states of each clip, followed by the last states of a silent window up to ``n_seen``."""
    from ctranslate2 import StorageView  # noqa: PLC0415 - see load

    silence = recogniser.silence
    seen = np.stack([np.concatenate([clip, silence[len(silence) - (n_seen - len(clip)) :]]) for clip in states])
    results = recogniser.whisper.generate(
        StorageView.from_array(seen),
        [list(recogniser.prompt)] * len(states),
        beam_size=n_beams,
        # CTranslate2 generates at most half of it.
        max_length=2 * most_tokens(n_seen * SAMPLES_PER_STATE / MODEL_RATE_HZ),
        suppress_blank=True,
        suppress_tokens=list(recogniser.suppressed),
        return_scores=True,
        return_no_speech_prob=not is_forced,
    )
    for result in results:
        written = _written(recogniser, result)
        is_dropped = not is_forced and is_silence(result.no_speech_prob, written.mean_logprob)
        yield replace(written, text="") if is_dropped else written


def _written(recogniser: Recogniser, result: "WhisperGenerationResult") -> Written:
    """CTranslate2's score is a mean that leaves the end token out of the number of tokens, but not of the sum."""
    tokens = result.sequences_ids[0]
    text = recogniser.tokenizer.decode(tokens).strip()
    return Written(text, float(result.scores[0]) * len(tokens), len(tokens) + 1)


def _read_tokenizer(folder: Path) -> "TokenizerFile":
    from tokenizers import Tokenizer as TokenizerFile  # noqa: PLC0415 - see load

    # tokenizers raises nothing narrower than Exception.
    try:
        return TokenizerFile.from_file(str(folder / TOKENIZER))
    except Exception as error:
        raise DataError(
            f"{folder / TOKENIZER}: is no tokenizer ({error}); convert or install the model again"
        ) from error
