"""The attacker that has a list of what may have been said, and asks a recogniser which of it fits the sound best.

It trains nothing, so it works at any rate and on any corpus with transcripts. A recogniser that writes down hardly
a word of its own can still tell which of a few sentences it hears.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers import known_words, recognisers
from lowsr_tradeoff.privacy.attackers.attacker import NOT_QUICK, NotTested, failed
from lowsr_tradeoff.privacy.attackers.candidates.lists import List, ListOf, lists_of
from lowsr_tradeoff.privacy.attackers.candidates.picks import by_length, by_likelihood
from lowsr_tradeoff.privacy.attackers.candidates.weighing import CandidateSettings
from lowsr_tradeoff.privacy.captures import captures_of
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics import Floats
from lowsr_tradeoff.statistics.intervals import pooled_ratio, resample_weights
from lowsr_tradeoff.statistics.joint_draws import share_draws

STAGE = "attack-candidates"
BY_LENGTH = f"{known_words.MEASURE} by length alone"
NO_TRANSCRIPTS = "the corpus has no transcripts to choose from; add a column text to metadata.csv"
TOO_FEW: dict[ListOf, str] = {
    "sentences": "all utterances say the same, so that there is nothing to choose from; record other sentences",
    "keywords": "choosing takes two different keywords; name them in a column keywords of metadata.csv",
}


@dataclass(frozen=True)
class CandidatePlan:
    """What is chosen from, and the steps.

    Attributes:
        by_rate: A step per rate in Hz.
        unheard: The step without the recordings, of keywords alone: what the rest of a sentence tells of them.
    """

    config: StudyConfig
    speech: SpeechCorpus
    of: ListOf
    lists: tuple[List, ...]
    by_rate: Mapping[int, Step[CandidateSettings]]
    unheard: Step[CandidateSettings] | None

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return those of all rates, and the one without recordings."""
        return tuple(filter(None, (*self.by_rate.values(), self.unheard)))


def attacker(of: ListOf) -> str:
    """Return the name of the attacker."""
    return f"{recognisers.MOONSHINE}, list of {of}"


def plan_of(config: StudyConfig, speech: SpeechCorpus, of: ListOf) -> CandidatePlan | NotTested:
    """Return a step per rate, or why the attacker is not tried: it doubles the work of a recogniser."""
    if config.quick and config.axis != "known words":
        return known_words.not_tested(config, attacker(of), NOT_QUICK)
    if any(utterance.text is None for utterance in speech.utterances):
        return known_words.not_tested(config, attacker(of), NO_TRANSCRIPTS)
    lists = lists_of(speech, of)
    if not lists:
        return known_words.not_tested(config, attacker(of), TOO_FEW[of])
    if reason := recognisers.why_no_moonshine():
        return known_words.not_tested(config, attacker(of), reason)
    by_rate = {rate_hz: _step(config, speech, of, rate_hz) for rate_hz in config.all_rates_hz()}
    unheard = _step(config, speech, of, config.reference_rate_hz, is_heard=False) if of == "keywords" else None
    return CandidatePlan(config, speech, of, lists, by_rate, unheard)


def results(plan: CandidatePlan, store: Store) -> tuple[AttackResult, ...]:
    """Return how often the right candidate is picked at every rate: by the recogniser, and by length alone."""
    weights = _weights(plan)
    return tuple(found for rate_hz in plan.by_rate for found in _results(plan, rate_hz, store, weights))


def _step(
    config: StudyConfig, speech: SpeechCorpus, of: ListOf, rate_hz: int, *, is_heard: bool = True
) -> Step[CandidateSettings]:
    settings = CandidateSettings(captures=captures_of(config, speech, rate_hz), of=of, is_heard=is_heard)
    where = f"at {rate_hz} Hz" if is_heard else "without the recordings"
    together = recognisers.heard_together(settings.captures) if is_heard else None
    return Step(STAGE, recognisers.MOONSHINE_RUN, settings, f"list of {of} {where}", "speech", together=together)


def _results(plan: CandidatePlan, rate_hz: int, store: Store, weights: Floats) -> Iterator[AttackResult]:
    steps = filter(None, (plan.by_rate[rate_hz], plan.unheard))
    name, setup, front_end = attacker(plan.of), _setup(plan), plan.config.front_end
    if why := next((store.failed[step] for step in steps if step in store.failed), None):
        found = known_words.result(rate_hz, front_end, name, failed(why, plan.of), None, setup)
        yield found.model_copy(update={"is_lost": True})
        return
    chance = _chance(plan, store, weights)
    said, hits, hits_by_length = _counts(plan, store.arrays(plan.by_rate[rate_hz]))
    recovered = pooled_ratio(hits, said, weights, plan.of, is_share=True)
    yield known_words.result(rate_hz, front_end, name, recovered, chance, setup, share_draws(hits, said, weights))
    by_length_alone = pooled_ratio(hits_by_length, said, weights, plan.of, is_share=True)
    control = known_words.result(rate_hz, front_end, name, by_length_alone, chance, setup)
    yield control.model_copy(update={"measure": BY_LENGTH, "competes": False})


def _weights(plan: CandidatePlan) -> Floats:
    """How often each utterance counts in resamples of speakers, ``(n_resamples, n_utterances)``."""
    speakers = [utterance.speaker for utterance in plan.speech.utterances]
    return resample_weights(speakers, plan.config.n_resamples, plan.config.seed)


def _counts(plan: CandidatePlan, arrays: Mapping[str, Floats]) -> Floats:
    """Candidates of each utterance that were said, picked by likelihood, by length, ``(3, n_utterances)``."""
    counts = np.zeros((3, len(plan.speech.utterances)))
    ends = np.cumsum([len(places) for places in plan.lists])
    for places, scores in zip(plan.lists, np.split(arrays["scores"], ends[:-1]), strict=True):
        truth = [place.truth for place in places]
        likely = by_likelihood(scores[:, : len(places[0].texts)])
        alike = by_length(places, arrays["seconds"])
        for place, is_hit, is_hit_by_length in zip(places, likely == truth, alike == truth, strict=True):
            counts[:, place.utterance] += 1, is_hit, is_hit_by_length
    return counts


def _chance(plan: CandidatePlan, store: Store, weights: Floats) -> Measurement:
    """What is recovered without the recordings.

    Of sentences it is the share of the commonest in each list: 1 / N where all are equally common. Of keywords it
    is what the attacker gets right that hears noise: a doctor fits into no sentence about the rent.
    """
    if plan.unheard is not None:
        said, hits, _ = _counts(plan, store.arrays(plan.unheard))
        return pooled_ratio(hits, said, weights, plan.of, is_share=True)
    commonest = [max(np.bincount([place.truth for place in places])) for places in plan.lists]
    n = sum(map(len, plan.lists))
    return Measurement(value=float(sum(commonest)) / n, n=n, n_of=plan.of, basis="counted")


def _setup(plan: CandidatePlan) -> str:
    sizes = sorted(len(places[0].texts) for places in plan.lists)
    speech, n_places = plan.speech, sum(map(len, plan.lists))
    n_speakers = len({utterance.speaker for utterance in speech.utterances})
    span = f"{sizes[0]}" if sizes[0] == sizes[-1] else f"{sizes[0]} to {sizes[-1]}"
    control = (
        "; by chance is what it picks when it hears noise, from the rest of the sentence" if plan.unheard else ""
    )
    return (
        f"{n_places} {plan.of} of {n_speakers} speakers ({speech.summary.name}), each out of a "
        f"list of {span} of about the same length; nothing was trained; picked by Moonshine tiny's likelihood of "
        f"the text given the sound, less the mean of that candidate over the recordings of its list{control}"
    )
