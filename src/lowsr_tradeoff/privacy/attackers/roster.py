"""The attackers of a study beside Whisper as published, in the order of the report.

Every report lists all of them; one that was not asked for is listed as not tested.
"""

from lowsr_tradeoff.privacy.attackers import published_figures
from lowsr_tradeoff.privacy.attackers.adapted import attack as adapted
from lowsr_tradeoff.privacy.attackers.adapted import learning_curve as adapted_curve
from lowsr_tradeoff.privacy.attackers.attacker import Attacker, GrowingAttacker
from lowsr_tradeoff.privacy.attackers.candidates import keywords, sentences
from lowsr_tradeoff.privacy.attackers.extension import attack as extension
from lowsr_tradeoff.privacy.attackers.presence import attack as presence
from lowsr_tradeoff.privacy.attackers.speakers import attack as speakers
from lowsr_tradeoff.privacy.attackers.speakers import campplus_attack, sex
from lowsr_tradeoff.privacy.attackers.vocabulary import attack as vocabulary
from lowsr_tradeoff.privacy.attackers.vocabulary import learning_curve as vocabulary_curve
from lowsr_tradeoff.privacy.attackers.vocabulary import summed

ATTACKERS: tuple[Attacker, ...] = (
    extension,
    vocabulary,
    summed,
    sentences,
    keywords,
    adapted,
    published_figures,
    speakers,
    campplus_attack,
    sex,
    presence,
)
LEARNING_CURVES: tuple[GrowingAttacker, ...] = (vocabulary_curve, adapted_curve)
