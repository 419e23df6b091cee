"""The embedded spoken digits, a vocabulary that an attacker learns."""

import numpy as np

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.corpora.words import words_of
from lowsr_tradeoff.settings.study import StudyConfig

WORDS = words_of(StudyConfig(), None)
SPEECH = SpeechCorpus(None, (), is_own=False, words=WORDS)
TRUTH = np.array([WORDS.summary.classes.index(clip.label) for clip in WORDS.clips])
