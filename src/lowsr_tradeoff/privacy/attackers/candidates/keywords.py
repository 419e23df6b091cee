"""Which of the corpus's keywords stands in the known rest of a sentence? See :mod:`attack`."""

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers import known_words
from lowsr_tradeoff.privacy.attackers.attacker import NOT_ASKED, NotTested
from lowsr_tradeoff.privacy.attackers.candidates.attack import CandidatePlan, attacker, plan_of, results
from lowsr_tradeoff.settings.study import StudyConfig

__all__ = ["plan", "results"]


def plan(config: StudyConfig, speech: SpeechCorpus) -> CandidatePlan | NotTested:
    """Return a step per rate, or why it cannot be tried."""
    if config.privacy.attackers != "all":
        return known_words.not_tested(config, attacker("keywords"), NOT_ASKED)
    return plan_of(config, speech, "keywords")
