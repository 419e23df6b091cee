"""The step that transcribes a corpus at one rate with Whisper as published."""

from collections.abc import Iterable, Sequence

from pydantic import Field

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.captures import CaptureSettings, captured_at_16k
from lowsr_tradeoff.privacy.whisper import ctranslate
from lowsr_tradeoff.privacy.words import count
from lowsr_tradeoff.records.privacy import Engine
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.groups import PrivacySettings, Settings


class RecogniseSettings(Settings):
    """What the transcripts depend on: the content of the weights, not their path; the sound of the corpus."""

    captures: CaptureSettings
    engine: Engine
    policy: str
    weights: str | None = Field(exclude=True)
    weights_sha256: dict[str, str]
    batch_size: int
    pad_s: float


def run(steps: Sequence[Step[RecogniseSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Write the transcript of every utterance at each step's rate.

    Raises:
        DataError: Keywords are not in their transcripts; the message lists all.
    """
    problems = [
        line for u in speech.utterances for line in count.keyword_problems(u.clip_id, u.text or "", u.keywords)
    ]
    if problems:
        raise DataError("\n".join(["mend the keywords in metadata.csv:", *problems]))
    for step in steps:
        settings = step.settings
        asked = settings.model_dump(include={"engine", "policy", "batch_size", "pad_s"})
        clips = (captured_at_16k(utterance, settings.captures) for utterance in speech.utterances)
        store.write(step, {"transcripts": transcribe(PrivacySettings(weights=settings.weights, **asked), clips)})


def transcribe(privacy: PrivacySettings, clips: Iterable[Samples]) -> list[str]:
    """Return the transcript of each clip at 16 kHz by the recogniser of a study."""
    if privacy.engine == "openai-whisper":
        from lowsr_tradeoff.privacy.whisper import openai  # noqa: PLC0415 - imports torch

        return openai.transcribe(openai.load(privacy.weights), clips, privacy)
    return ctranslate.transcribe(ctranslate.load(privacy.weights), clips, privacy)
