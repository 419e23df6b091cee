"""The reference engine: openai-whisper, windows of 30 s, float32, one at a time.

It is there to check the fast engine against, and for weights that exist in its form alone.
"""

import pickle
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.convert import reference_model
from lowsr_tradeoff.privacy.decoding import Samples, is_silence, level, windows
from lowsr_tradeoff.privacy.whisper_weights import MODEL, digests, files, folder_of
from lowsr_tradeoff.settings import PrivacySettings

if TYPE_CHECKING:
    from whisper.model import Whisper


@cache
def load(weights: str | None) -> "Whisper":
    """Return the model, loaded once per process.

    Args:
        weights: A size of Whisper, a ``.pt`` file, or ``None`` for the bundled tiny.en, converted.

    Raises:
        MissingResourceError: The file is not there.
        DataError: The file is damaged or is no Whisper model.
    """
    import whisper  # noqa: PLC0415 - imports torch

    digests(weights, "openai-whisper")
    if weights is None:
        return reference_model(folder_of(None) / MODEL)
    file = files(weights, "openai-whisper")[0]
    # The library loads tensors alone, no code; what damage does to a file has many names.
    try:
        return whisper.load_model(str(file), device="cpu").eval()
    except (RuntimeError, KeyError, TypeError, EOFError, OSError, pickle.UnpicklingError) as error:
        # torch's own message advises to load the file with code and all.
        what = type(error).__name__
        raise DataError(f"{file}: is no Whisper model of openai-whisper ({what}); download it again") from error


def transcribe(model: "Whisper", clips: Iterable[Samples], privacy: PrivacySettings) -> list[str]:
    """Return what the model writes down of each clip at 16 kHz, as :mod:`decoding` says."""
    return [" ".join(_of_window(model, x, privacy) for x in windows(level(clip), 0)).strip() for clip in clips]


def _of_window(model: "Whisper", x: Samples, privacy: PrivacySettings) -> str:
    from whisper import DecodingOptions, decode, log_mel_spectrogram, pad_or_trim  # noqa: PLC0415 - imports torch

    options = DecodingOptions(language="en", without_timestamps=True, temperature=0.0, fp16=False)
    mel = log_mel_spectrogram(pad_or_trim(x), n_mels=model.dims.n_mels)
    result = decode(model, mel, options)
    is_dropped = privacy.policy == "default" and is_silence(result.no_speech_prob, result.avg_logprob)
    return "" if is_dropped else str(result.text).strip()
