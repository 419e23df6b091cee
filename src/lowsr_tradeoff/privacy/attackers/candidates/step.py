"""The step that finds how likely a recogniser takes each candidate for what was said, at one rate."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers.candidates.lists import ListOf, Place, lists_of
from lowsr_tradeoff.privacy.captures import CaptureSettings, captured_at_16k
from lowsr_tradeoff.privacy.moonshine import model
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.groups import Settings

Floats = NDArray[np.float64]
# From a sound at 16 kHz and texts to the log-likelihood of each text.
LogLikelihoods = Callable[[Samples, Sequence[str]], Floats]


class CandidateSettings(Settings):
    """What the likelihoods depend on; the transcripts are in the digest of the corpus.

    Attributes:
        captures: The microphone.
        of: What the lists hold.
        is_heard: Whether the recogniser is given the recording, or white noise as long as it.
    """

    captures: CaptureSettings
    of: ListOf
    is_heard: bool = True


def run(steps: Sequence[Step[CandidateSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Write ``scores``, log-likelihoods, shape ``(n_places, n_candidates)``, and ``seconds`` of every utterance.

    Places are in the order of the lists. Where a list has fewer candidates than another, zeros follow.
    """
    log_likelihoods = partial(model.log_likelihoods, model.load())
    for step in steps:
        settings = step.settings
        places = [place for of_list in lists_of(speech, settings.of) for place in of_list]
        scores, seconds = scored(speech, places, settings, log_likelihoods)
        store.write(step, {}, {"scores": scores, "seconds": seconds})


def scored(
    speech: SpeechCorpus, places: Sequence[Place], settings: CandidateSettings, log_likelihoods: LogLikelihoods
) -> tuple[Floats, Floats]:
    """Return what :func:`run` writes; each recording is captured once."""
    scores = np.zeros((len(places), max(len(place.texts) for place in places)))
    seconds = np.empty(len(speech.utterances))
    for number, utterance in enumerate(speech.utterances):
        sound = captured_at_16k(utterance, settings.captures)
        if not settings.is_heard:
            sound = np.random.default_rng(settings.captures.seed).standard_normal(len(sound), np.float32)
        seconds[number] = len(sound) / MODEL_RATE_HZ
        here = [k for k, place in enumerate(places) if place.utterance == number]
        found = iter(log_likelihoods(sound, [text for k in here for text in places[k].texts]) if here else ())
        for k in here:
            n = len(places[k].texts)
            scores[k, :n] = list(islice(found, n))
    return scores, seconds
