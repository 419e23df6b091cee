"""The step that transcribes a corpus at one rate with Whisper as published."""

from collections.abc import Iterable, Sequence

from pydantic import Field

from lowsr_tradeoff.audio import Samples
from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.captures import CaptureSettings, captured_at_16k
from lowsr_tradeoff.privacy.whisper import ctranslate
from lowsr_tradeoff.privacy.words import count
from lowsr_tradeoff.privacy.written import Written, rows_of
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
    n_beams: int = 1


def run(steps: Sequence[Step[RecogniseSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Write the transcript of every utterance at each step's rate.

    Raises:
        DataError: Keywords are not in their transcripts; the message lists all.
    """
    count.check_keywords(speech.utterances)
    for step in steps:
        settings = step.settings
        asked = settings.model_dump(include={"engine", "policy", "batch_size", "pad_s"})
        privacy = PrivacySettings(weights=settings.weights, **asked)
        clips = (captured_at_16k(utterance, settings.captures) for utterance in speech.utterances)
        store.write(step, rows_of(write(privacy, clips, settings.n_beams)))


def write(privacy: PrivacySettings, clips: Iterable[Samples], n_beams: int = 1) -> list[Written]:
    """Return what the Whisper of a study writes of each clip at 16 kHz; ``n_beams`` above 1: by beam search."""
    if privacy.engine == "openai-whisper":
        from lowsr_tradeoff.privacy.whisper import openai  # noqa: PLC0415 - imports torch

        return openai.write(openai.load(privacy.weights), clips, privacy, n_beams)
    return ctranslate.write(ctranslate.load(privacy.weights), clips, privacy, n_beams)
