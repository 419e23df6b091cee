"""The reference engine: openai-whisper, windows of 30 s, float32, one at a time.

It checks the fast engine, and runs weights that exist in its form alone.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.files.reading import check_archive
from lowsr_tradeoff.privacy.whisper.convert import dimensions_of, reference_model
from lowsr_tradeoff.privacy.whisper.decoding import is_silence, level, windows
from lowsr_tradeoff.privacy.whisper.weights import MODEL, digests, files, folder_of
from lowsr_tradeoff.privacy.written import Written, joined
from lowsr_tradeoff.settings.groups import PrivacySettings

if TYPE_CHECKING:
    from whisper.model import Whisper


@cache
def load(weights: str | None) -> "Whisper":
    """Return the model, loaded once per process; see :func:`weights.digests`.

    Raises:
        MissingResourceError: The file is not there.
        DataError: The file is damaged or is no Whisper model.
    """
    digests(weights, "openai-whisper")
    if weights is None:
        return reference_model(folder_of(None) / MODEL)
    file = files(weights, "openai-whisper")[0]
    try:
        check_archive(file)
        return _loaded(file)
    except Exception as error:  # what damage does to a pickle has no class in common
        # torch's own message advises to run the code that is in the file.
        what = type(error).__name__
        raise DataError(f"{file}: is no Whisper model of openai-whisper ({what}); download it again") from error


def _loaded(file: Path) -> "Whisper":
    """Load tensors without running code; the network is as large as they are, not as the file says."""
    import torch  # noqa: PLC0415 - see load
    from whisper.model import ModelDimensions, Whisper  # noqa: PLC0415 - imports torch

    checkpoint = torch.load(file, map_location="cpu", weights_only=True)
    dims, state = checkpoint["dims"], checkpoint["model_state_dict"]
    is_divisible = all(dims[f"n_{part}_state"] % dims[f"n_{part}_head"] == 0 for part in ("audio", "text"))
    if dims | dimensions_of(state) != dims or not is_divisible:
        raise ValueError("its tensors have other shapes than its dimensions say")
    model = Whisper(ModelDimensions(**dims))
    model.load_state_dict(state)
    return model.eval()


def transcribe(model: "Whisper", clips: Iterable[Samples], privacy: PrivacySettings) -> list[str]:
    """Return the transcript of each clip at 16 kHz, decoded as :mod:`decoding` says."""
    return [each.text for each in write(model, clips, privacy)]


def write(model: "Whisper", clips: Iterable[Samples], privacy: PrivacySettings, n_beams: int = 1) -> list[Written]:
    """Return what is written of each clip at 16 kHz; see :func:`transcribe`. ``n_beams`` above 1: beam search."""
    return [joined(_of_window(model, x, privacy, n_beams) for x in windows(level(clip), 0)) for clip in clips]


def _of_window(model: "Whisper", x: Samples, privacy: PrivacySettings, n_beams: int) -> Written:
    from whisper import DecodingOptions, decode, log_mel_spectrogram, pad_or_trim  # noqa: PLC0415 - imports torch

    beam_size = n_beams if n_beams > 1 else None
    options = DecodingOptions(
        language="en", without_timestamps=True, temperature=0.0, beam_size=beam_size, fp16=False
    )
    mel = log_mel_spectrogram(pad_or_trim(x), n_mels=model.dims.n_mels)
    result = decode(model, mel, options)
    is_dropped = privacy.policy == "default" and is_silence(result.no_speech_prob, result.avg_logprob)
    n_tokens = len(result.tokens) + 1
    return Written("" if is_dropped else str(result.text).strip(), result.avg_logprob * n_tokens, n_tokens)
