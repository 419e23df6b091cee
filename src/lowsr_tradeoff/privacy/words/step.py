"""The step that counts the words of Whisper as published at one rate.

For recordings without transcripts, the reference is what the recogniser reads at the full rate. Its errors there
then count as said, so recovery is overstated, and at the full rate it says nothing.
"""

from collections.abc import Sequence

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.words.count import count_all
from lowsr_tradeoff.records.privacy import Reference
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.groups import Settings


class WordsSettings(Settings):
    """What the counts depend on besides the transcripts that they are made from."""

    corpus: str
    rate_hz: int
    reference_rate_hz: int
    reference: Reference


def run(steps: Sequence[Step[WordsSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Count the words at each step's rate; the last step that it needs has the transcripts at the full rate."""
    for step in steps:
        transcripts = [store.meta(need)["transcripts"] for need in step.needs]
        counts = count_all(speech.utterances, references(speech, transcripts[-1]), transcripts[0])
        store.write(step, {"utterances": [row.model_dump() for row in counts]})


def reference_of(speech: SpeechCorpus) -> Reference:
    """Return what a recogniser's words on a corpus are compared with."""
    is_transcribed = all(utterance.text is not None for utterance in speech.utterances)
    return "transcripts" if is_transcribed else "its own words at the full rate"


def references(speech: SpeechCorpus, full_rate: Sequence[str]) -> list[str]:
    """Return the transcript of each utterance, or what the recogniser wrote of it at the full rate."""
    if reference_of(speech) == "transcripts":
        return [utterance.text or "" for utterance in speech.utterances]
    return list(full_rate)
