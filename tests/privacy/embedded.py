"""Two sentences of the embedded corpus, and what is counted of them when they are counts_of."""

import dataclasses

import numpy as np

from lowsr_tradeoff.corpora.speech import load_speech
from lowsr_tradeoff.privacy.words import count
from lowsr_tradeoff.privacy.words.count import UtteranceCounts
from lowsr_tradeoff.statistics.intervals import resample_weights

SPEECH = load_speech("demo", (1000,), 16000, skip_bad=False, cache=None)
KEY = "She keeps the spare key under the blue flower pot."
RENT = "The rent is nine hundred and forty dollars this month."


def counts_of(text, hypothesis, keywords=(), speaker="a") -> UtteranceCounts:
    return count.count("clip", speaker, text, keywords, hypothesis)


def once(rows) -> np.ndarray:
    """How often each row counts in 200 draws of speakers."""
    return resample_weights([row.speaker for row in rows], 200, 0)


def counted(utterances, written) -> list[dict]:
    """What the step that counts words writes of what an attacker wrote."""
    rows = count.count_all(utterances, [utterance.text for utterance in utterances], written)
    return [row.model_dump() for row in rows]


def with_utterances(*changes):
    """The first utterances, each changed."""
    kept = [dataclasses.replace(u, **change) for u, change in zip(SPEECH.utterances, changes, strict=False)]
    return dataclasses.replace(SPEECH, utterances=tuple(kept))
