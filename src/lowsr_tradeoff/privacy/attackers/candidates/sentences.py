"""Which of the sentences of the corpus is it? See :mod:`attack`."""

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers.attacker import NotTested
from lowsr_tradeoff.privacy.attackers.candidates.attack import CandidatePlan, plan_of, results
from lowsr_tradeoff.settings.study import StudyConfig

__all__ = ["plan", "results"]


def plan(config: StudyConfig, speech: SpeechCorpus) -> CandidatePlan | NotTested:
    """Return a step per rate, or why it cannot be tried."""
    return plan_of(config, speech, "sentences")
