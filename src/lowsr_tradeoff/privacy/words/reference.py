"""Recordings without transcripts: what a recogniser loses of its own words at the full rate.

Its words at the full rate stand in for what was said, so that people can try their own recordings. That is kinder
to the microphone than a transcript where the recogniser mishears the full rate too, and at the full rate itself
it says nothing: there it agrees with itself.
"""

from collections.abc import Sequence

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.records.privacy import Reference


def reference_of(speech: SpeechCorpus) -> Reference:
    """Return what a recogniser's words on a corpus are compared with."""
    is_transcribed = all(utterance.text is not None for utterance in speech.utterances)
    return "transcripts" if is_transcribed else "its own words at the full rate"


def references(speech: SpeechCorpus, full_rate: Sequence[str]) -> list[str]:
    """Return what was said in each utterance: its transcript, or what was heard of it at the full rate.

    Args:
        speech: The corpus.
        full_rate: What was heard of it, in the order of the utterances.
    """
    if reference_of(speech) == "transcripts":
        return [utterance.text or "" for utterance in speech.utterances]
    return list(full_rate)
