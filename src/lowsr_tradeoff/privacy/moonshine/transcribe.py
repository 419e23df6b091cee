"""The step that transcribes a corpus at one rate with Moonshine as published."""

from collections.abc import Sequence

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.captures import CaptureSettings, captured_at_16k
from lowsr_tradeoff.privacy.moonshine import model
from lowsr_tradeoff.privacy.words import count
from lowsr_tradeoff.privacy.written import rows_of
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
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


def run(steps: Sequence[Step[MoonshineSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Write the transcript of every utterance at each step's rate. Raises as :func:`count.check_keywords`."""
    count.check_keywords(speech.utterances)
    for step in steps:
        clips = (captured_at_16k(utterance, step.settings.captures) for utterance in speech.utterances)
        store.write(step, rows_of(model.write(model.load(), clips, step.settings.batch_size)))
