"""The step that keeps, of two transcripts of each utterance, the one that its recogniser was surer of."""

from collections.abc import Sequence

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.groups import Settings


class ChooseSettings(Settings):
    """What is chosen follows from the transcripts alone."""

    rate_hz: int


def run(steps: Sequence[Step[ChooseSettings]], _: SpeechCorpus, store: Store) -> None:
    """Write, of the transcripts of two steps, those of the higher mean log-probability per token."""
    for step in steps:
        first, second = (store.meta(need) for need in step.needs)
        pairs = zip(first["transcripts"], second["transcripts"], strict=True)
        sure = zip(first["mean_logprobs"], second["mean_logprobs"], strict=True)
        kept = [texts[logprobs[1] > logprobs[0]] for texts, logprobs in zip(pairs, sure, strict=True)]
        store.write(step, {"transcripts": kept})
