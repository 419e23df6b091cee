"""The step in which Moonshine hears a corpus at one rate: it writes transcripts, or weighs candidates.

Both read the states of its encoder, which take half of the time, so steps of one rate run in one call.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import numpy as np

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance
from lowsr_tradeoff.privacy.attackers.candidates.lists import Place, lists_of
from lowsr_tradeoff.privacy.attackers.candidates.weighing import CandidateSettings, Weighed, weighed
from lowsr_tradeoff.privacy.captures import captured_at_16k
from lowsr_tradeoff.privacy.moonshine import model
from lowsr_tradeoff.privacy.moonshine.model import SAMPLES_PER_STATE, States
from lowsr_tradeoff.privacy.moonshine.settings import MoonshineSettings
from lowsr_tradeoff.privacy.words import count
from lowsr_tradeoff.privacy.written import rows_of
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

# Encoder states of the parts of one recording, and of all recordings.
Parts = Sequence[States]
Heard = Iterable[Parts]


def run(steps: Sequence[Step[MoonshineSettings | CandidateSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Write the transcript of every utterance, or how likely each candidate is, as each step asks.

    All steps are of one rate and front end, and of the recordings or of noise. Each recording is encoded once.

    Raises:
        DataError: Keywords are not in their transcripts; the message lists all.
    """
    heard: Heard = _heard(steps[0].settings, speech.utterances)
    found: dict[Step, Weighed] = {}
    for step in steps:
        if isinstance(step.settings, CandidateSettings):
            places = [place for of_list in lists_of(speech, step.settings.of) for place in of_list]
            found[step] = Weighed()
            heard = _weighing(heard, places, found[step])
    for step in steps:
        if isinstance(step.settings, MoonshineSettings):
            count.check_keywords(speech.utterances)
            store.write(step, rows_of(model.write(model.load(), heard, step.settings.batch_size)))
    deque(heard, maxlen=0)
    for chosen, each in found.items():
        store.write(chosen, {}, each.arrays())


def _heard(settings: MoonshineSettings | CandidateSettings, utterances: Iterable[Utterance]) -> Iterator[Parts]:
    for utterance in utterances:
        yield model.heard(model.load(), _sound(settings, utterance))


def _sound(settings: MoonshineSettings | CandidateSettings, utterance: Utterance) -> Samples:
    sound = captured_at_16k(utterance, settings.captures)
    if isinstance(settings, MoonshineSettings) or settings.is_heard:
        return sound
    return np.random.default_rng(settings.captures.seed).standard_normal(len(sound), np.float32)


def _weighing(heard: Heard, places: Sequence[Place], found: Weighed) -> Iterator[Parts]:
    """The same states, after the candidates of each recording were weighed."""
    for number, parts in enumerate(heard):
        states = np.concatenate(parts)
        found.rows |= weighed(places, number, partial(model.log_likelihoods, model.load(), states))
        found.seconds.append(len(states) * SAMPLES_PER_STATE / MODEL_RATE_HZ)
        yield parts
