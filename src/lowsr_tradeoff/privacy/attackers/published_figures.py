"""What others recovered with a recogniser that they trained at a low rate, as one more attacker on words.

It needs hundreds of hours of speech and a cluster, which an attacker may have and this project has not. Its figures
are of clean English read aloud, so they tell how far speech of that kind can be recovered, not this corpus.
"""

import math
from collections.abc import Iterator

import numpy as np

from lowsr_tradeoff.audio.imitation import can_imitate
from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers.attacker import NotTested
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.settings.study import StudyConfig

ATTACKER = "recogniser trained at the rate, published"
# By rate in Hz, 1 less the word error rate: at least this share of words is recovered, as inserted words are errors
# too. Pohlhausen & Bitzer, SPSC 2025, arXiv 2508.02483. Its abstract has the majority of words at up to 800 Hz; the
# three figures are cited second-hand.
RECOVERED = {500: 0.4785, 800: 0.7245, 1600: 0.911}
LOWEST_HZ, HIGHEST_HZ = min(RECOVERED), max(RECOVERED)
# In LibriSpeech test-clean.
N_UTTERANCES = 2620
SETUP = (
    "Pohlhausen and Bitzer 2025 (arXiv 2508.02483, cited second-hand): a recogniser trained at the rate on the 960"
    " hours of LibriSpeech, tested on its test-clean, 2620 utterances of clean English read aloud. At least 1 less"
    " the word error rate of 52.15, 27.55 and 8.90 % at 500, 800 and 1600 Hz; in between interpolated over the"
    " logarithm of the rate; no interval is published. A recording above 1600 Hz is thinned to the highest rate up"
    " to there that it can imitate"
)
TURNED_OFF = "turned off with --no-published-attackers"


def plan(config: StudyConfig, speech: SpeechCorpus) -> NotTested:  # noqa: ARG001 - every attacker's signature
    """Return the results at every rate: there is nothing to run."""
    return NotTested(tuple(_results(config)))


def results(plan: NotTested, store: Store) -> tuple[AttackResult, ...]:  # noqa: ARG001 - every attacker's signature
    """Return the results of the plan."""
    return plan.results


def recovered_at(rate_hz: float) -> float | None:
    """Return the share of words at a rate in Hz, interpolated; ``None`` outside the rates that were published.

    >>> recovered_at(800), recovered_at(499), recovered_at(1601)
    (0.7245, None, None)
    """
    if not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
        return None
    octaves = [math.log2(hz) for hz in RECOVERED]
    return float(np.interp(math.log2(rate_hz), octaves, list(RECOVERED.values())))


def thinned_to(rate_hz: int, front_end: str) -> float:
    """Return the highest rate, in Hz, that a recording can imitate and that is not above the published ones."""
    if rate_hz <= HIGHEST_HZ:
        return rate_hz
    return HIGHEST_HZ if can_imitate(rate_hz, HIGHEST_HZ, front_end) else rate_hz / math.ceil(rate_hz / HIGHEST_HZ)


def _results(config: StudyConfig) -> Iterator[AttackResult]:
    front_end = name_of(config.front_end)
    for rate_hz in config.all_rates_hz():
        share = recovered_at(thinned_to(rate_hz, front_end))
        if not config.privacy.published_attackers:
            value = missing(TURNED_OFF, "utterances")
        elif share is None:
            value = missing(f"nothing is published below {LOWEST_HZ} Hz", "utterances")
        else:
            value = Measurement(value=share, n=N_UTTERANCES, n_of="utterances", basis="published")
        yield AttackResult(
            rate_hz=rate_hz,
            front_end=front_end,
            attacker=ATTACKER,
            recovers="words",
            measure="word recovery",
            value=value,
            chance=None,
            is_leak=True,
            competes=True,
            setup=SETUP,
        )
