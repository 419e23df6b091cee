"""The step that counts the words of one fold's transcripts."""

from collections.abc import Sequence

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers.held_out import fold_of
from lowsr_tradeoff.privacy.words.count import count_all
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.groups import Settings


class CountSettings(Settings):
    """What the counts depend on besides the transcripts: ``references`` is a digest of all that they count."""

    references: str
    fold: int
    seed: int


def run(steps: Sequence[Step[CountSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Count the words of each step's fold. Raises DataError where a keyword is not in its reference."""
    for step in steps:
        tested = fold_of(speech, step.settings.seed, step.settings.fold).tested
        references = [utterance.text or "" for utterance in tested]
        counts = count_all(tested, references, store.meta(step.needs[0])["transcripts"])
        store.write(step, {"utterances": [row.model_dump() for row in counts]})
