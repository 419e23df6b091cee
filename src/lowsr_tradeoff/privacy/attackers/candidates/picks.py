"""How the attacker picks: from how likely the recogniser finds each candidate, or from length alone."""

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.privacy.attackers.candidates.lists import List
from lowsr_tradeoff.statistics import Floats

Picks = NDArray[np.intp]


def by_likelihood(scores: Floats) -> Picks:
    """Return the candidate with the highest likelihood for its kind, of every place of a list.

    A recogniser finds some texts likelier than others whatever it hears. So each candidate's log-likelihoods are
    compared with those that it has at all places of the list: their mean is taken off. The attacker needs no
    transcript for that, only the recordings. Reference: score normalisation by a cohort, Auckenthaler, Carey &
    Lloyd-Thomas, Digital Signal Processing 10, 2000.

    Args:
        scores: Log-likelihood of each candidate, shape ``(n_places, n_candidates)``.
    """
    picks: Picks = (scores - scores.mean(axis=0)).argmax(axis=1)
    return picks


def by_length(places: List, seconds: Floats) -> Picks:
    """Return the candidate whose number of letters suits the length of the recording best, of every place.

    Letters a second are taken as the list's median over its places: of seconds, and of the letters of candidates.
    """
    heard = np.log([seconds[place.utterance] for place in places])
    written = np.log([[len(text) for text in place.texts] for place in places])
    misfit = np.abs((heard - np.median(heard))[:, None] - (written - np.median(written)))
    picks: Picks = misfit.argmin(axis=1)
    return picks
