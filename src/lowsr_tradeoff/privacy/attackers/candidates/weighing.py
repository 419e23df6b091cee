"""How likely each candidate is: what that depends on, and what :mod:`moonshine_step` writes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.privacy.attackers.candidates.lists import ListOf, Place
from lowsr_tradeoff.privacy.captures import CaptureSettings
from lowsr_tradeoff.settings.groups import Settings

Floats = NDArray[np.float64]


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


@dataclass
class Weighed:
    """Log-likelihoods of all candidates, by the number of the place, and the seconds of each utterance."""

    rows: dict[int, Floats] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def arrays(self) -> dict[str, Floats]:
        """Return ``scores``, ``(n_places, n_candidates)``, zeros where a list is shorter, and ``seconds``."""
        scores = np.zeros((len(self.rows), max(map(len, self.rows.values()))))
        for number, row in self.rows.items():
            scores[number, : len(row)] = row
        return {"scores": scores, "seconds": np.array(self.seconds)}


def weighed(
    places: Sequence[Place], utterance: int, log_likelihoods: Callable[[Sequence[str]], Floats]
) -> dict[int, Floats]:
    """Return the log-likelihoods of all candidates at every place in one utterance, by the number of the place."""
    here = [number for number, place in enumerate(places) if place.utterance == utterance]
    found = iter(log_likelihoods([text for number in here for text in places[number].texts]) if here else ())
    return {number: np.array(list(islice(found, len(places[number].texts)))) for number in here}
