"""The reference engine: openai-whisper, windows of 30 s, float32, one at a time.

It is there to check the fast engine against, and for weights that exist in its form alone.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.files.reading import check_archive
from lowsr_tradeoff.privacy.whisper.convert import reference_model
from lowsr_tradeoff.privacy.whisper.decoding import is_silence, level, windows
from lowsr_tradeoff.privacy.whisper.weights import MODEL, digests, files, folder_of
from lowsr_tradeoff.settings.groups import PrivacySettings

if TYPE_CHECKING:
    from torch import Tensor
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
    digests(weights, "openai-whisper")
    if weights is None:
        return reference_model(folder_of(None) / MODEL)
    file = files(weights, "openai-whisper")[0]
    try:
        check_archive(file)
        return _loaded(file)
    except Exception as error:  # what damage does to a pickle has no class in common
        # torch's own message advises to load the file with code and all.
        what = type(error).__name__
        raise DataError(f"{file}: is no Whisper model of openai-whisper ({what}); download it again") from error


def _loaded(file: Path) -> "Whisper":
    """Tensors alone, no code; and a network as large as they are, not as the file says."""
    import torch  # noqa: PLC0415 - see load
    from whisper.model import ModelDimensions, Whisper  # noqa: PLC0415 - imports torch

    checkpoint = torch.load(file, map_location="cpu", weights_only=True)
    dims, state = checkpoint["dims"], checkpoint["model_state_dict"]
    is_divisible = all(dims[f"n_{part}_state"] % dims[f"n_{part}_head"] == 0 for part in ("audio", "text"))
    if dims | _dimensions(state) != dims or not is_divisible:
        raise ValueError("its tensors have other shapes than its dimensions say")
    model = Whisper(ModelDimensions(**dims))
    model.load_state_dict(state)
    return model.eval()


def _dimensions(state: Mapping[str, "Tensor"]) -> dict[str, int]:
    """Everything but the heads, which change no tensor. A tensor that is not whole could claim any shape."""
    if not all(weight.is_contiguous() for weight in state.values()):
        raise ValueError("its tensors are views")
    n_audio_state, n_mels, _ = state["encoder.conv1.weight"].shape
    n_vocab, n_text_state = state["decoder.token_embedding.weight"].shape
    return {
        "n_mels": n_mels,
        "n_audio_state": n_audio_state,
        "n_audio_ctx": len(state["encoder.positional_embedding"]),
        "n_audio_layer": sum(name.startswith("encoder.blocks.") and name.endswith(".mlp.0.bias") for name in state),
        "n_vocab": n_vocab,
        "n_text_state": n_text_state,
        "n_text_ctx": len(state["decoder.positional_embedding"]),
        "n_text_layer": sum(name.startswith("decoder.blocks.") and name.endswith(".mlp.0.bias") for name in state),
    }


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
