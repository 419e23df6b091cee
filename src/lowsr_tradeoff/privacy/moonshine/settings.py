"""How Moonshine transcribes as published, and what its transcripts depend on."""

from lowsr_tradeoff.privacy.captures import CaptureSettings
from lowsr_tradeoff.privacy.moonshine import model
from lowsr_tradeoff.settings.groups import Settings

POLICY = (
    "greedy, English, every clip written down, silence too; int8, clips encoded one at a time and without padding; "
    f"at most {model.TOKENS_PER_S:g} tokens per second; words compared after Whisper's English normaliser"
)


class MoonshineSettings(Settings):
    """What the transcripts depend on: the weights, and the sound of the corpus."""

    captures: CaptureSettings
    weights_sha256: dict[str, str]
    batch_size: int
