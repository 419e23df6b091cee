"""What others recovered with a recogniser that they trained at a low rate, as one more attacker on words.

It needs hundreds of hours of speech and a cluster, which an attacker may have and this project has not. Its figures
are of clean English read aloud, so they tell how far speech of that kind can be recovered, not this corpus.
"""

from collections.abc import Iterator

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers.attacker import NotTested
from lowsr_tradeoff.privacy.attackers.low_rate_figures import HIGHEST_HZ, LOWEST_HZ, recovered_at
from lowsr_tradeoff.privacy.attackers.recogniser_steps import result
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig

ATTACKER = "recogniser trained at the rate, published"
# In LibriSpeech test-clean.
N_UTTERANCES = 2620
SETUP = (
    "Pohlhausen and Bitzer 2025 (arXiv 2508.02483, cited second-hand): a recogniser trained at the rate on the 960"
    " hours of LibriSpeech, tested on its test-clean, 2620 utterances of clean English read aloud. At least 1 less"
    " the word error rate of 52.15, 27.55 and 8.90 % at 500, 800 and 1600 Hz; in between interpolated over the"
    " logarithm of the rate; no interval is published. A recording above 1600 Hz counts as one at 1600 Hz. Filters"
    " that let more fold down count as much: the abstract finds that recognisers trained without one recover more"
)
TURNED_OFF = "turned off with --no-published-attackers"


def plan(config: StudyConfig, speech: SpeechCorpus) -> NotTested:  # noqa: ARG001 - every attacker's signature
    """Return the results at every rate: there is nothing to run."""
    return NotTested(tuple(_results(config)))


def results(plan: NotTested, store: Store) -> tuple[AttackResult, ...]:  # noqa: ARG001 - every attacker's signature
    """Return the results of the plan."""
    return plan.results


def _results(config: StudyConfig) -> Iterator[AttackResult]:
    for rate_hz in config.all_rates_hz():
        share = recovered_at(min(rate_hz, HIGHEST_HZ))
        if not config.privacy.published_attackers:
            value = missing(TURNED_OFF, "utterances")
        elif share is None:
            value = missing(f"nothing is published below {LOWEST_HZ} Hz", "utterances")
        else:
            value = Measurement(value=share, n=N_UTTERANCES, n_of="utterances", basis="published")
        yield result(rate_hz, config, ATTACKER, SETUP, value, None)
