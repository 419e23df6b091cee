"""The step that keeps, of two transcripts of each utterance, the one that its recogniser was surer of."""

from collections.abc import Sequence

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.words.count import COMPRESSION_RATIO_THRESHOLD, compression_ratio
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.groups import Settings


class ChooseSettings(Settings):
    """What is chosen follows from the transcripts alone."""

    rate_hz: int


def run(steps: Sequence[Step[ChooseSettings]], _: SpeechCorpus, store: Store) -> None:
    """Write, of the transcripts of two steps, those of the higher mean log-probability per token."""
    for step in steps:
        written = [store.meta(need) for need in step.needs]
        pairs = [zip(each["transcripts"], each["mean_logprobs"], strict=True) for each in written]
        kept = [max(pair, key=_worth)[0] for pair in zip(*pairs, strict=True)]
        store.write(step, {"transcripts": kept})


def _worth(written: tuple[str, float]) -> tuple[bool, float]:
    """A recogniser is sure of silence, and of what it says again and again: these are worth the least."""
    text, mean_logprob = written
    return text != "" and compression_ratio(text) <= COMPRESSION_RATIO_THRESHOLD, mean_logprob
