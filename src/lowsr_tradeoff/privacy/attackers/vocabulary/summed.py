"""The attacker of :mod:`attack` with a second opinion: the scores of a support vector machine are added."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.corpora.clips import EventCorpus, SpeechCorpus, class_numbers
from lowsr_tradeoff.privacy.attackers import known_words
from lowsr_tradeoff.privacy.attackers.attacker import NOT_ASKED, NotTested
from lowsr_tradeoff.privacy.attackers.vocabulary.attack import NETWORK, NO_WORDS, steps_of
from lowsr_tradeoff.privacy.attackers.vocabulary.figures import Learner, figures, lost
from lowsr_tradeoff.privacy.attackers.vocabulary.step_settings import MachineSettings, SpotterSettings
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig

# Shape (n_clips, n_classes).
Scores = NDArray[np.float32]

STAGE, RUN = "attack-digits-machine", "privacy.attackers.vocabulary.support_vectors:run"
BOTH = Learner(
    "closed vocabulary, network and support vectors",
    f"{NETWORK.method}, and a support vector machine on the same log spectra, the scores of both added",
)


@dataclass(frozen=True)
class SummedPlan:
    """The words, and of every rate and front end the network's step and the machine's."""

    config: StudyConfig
    corpus: EventCorpus
    pairs: tuple[tuple[Step[SpotterSettings], Step[MachineSettings]], ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return those of all rates and front ends."""
        return tuple(step for pair in self.pairs for step in pair)


def plan(config: StudyConfig, speech: SpeechCorpus) -> SummedPlan | NotTested:
    """Return the steps of every rate and front end."""
    words = speech.words
    if words is None or config.privacy.attackers != "all":
        return known_words.not_tested(config, BOTH.name, NOT_ASKED if words or config.quick else NO_WORDS)
    networks = tuple(steps_of(config, words))
    return SummedPlan(config, words, tuple((network, _beside(network)) for network in networks))


def results(plan: SummedPlan, store: Store) -> tuple[AttackResult, ...]:
    """Return the words recovered at every rate and front end, and of digits the whole numbers."""
    corpus, found = plan.corpus, list[AttackResult]()
    truth = class_numbers(corpus, corpus.clips)
    for pair in plan.pairs:
        captures = pair[0].settings.captures
        if why := next((store.failed[step] for step in pair if step in store.failed), None):
            found.append(lost(corpus, captures, BOTH, why))
        else:
            scores = np.sum([_standardised(store.arrays(step)["scores"]) for step in pair], axis=0)
            found += figures(plan.config, corpus, captures, BOTH, scores.argmax(axis=1) == truth)
    return tuple(found)


def _beside(network: Step[SpotterSettings]) -> Step[MachineSettings]:
    its = network.settings
    settings = MachineSettings(captures=its.captures, clip_s=its.clip_s)
    return Step(STAGE, RUN, settings, f"{network.label}, support vectors", "speech")


def _standardised(scores: Scores) -> Scores:
    """Over the words, of each recording: a network's scores and a machine's have no scale in common."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    standardised: Scores = centred / centred.std(axis=1, keepdims=True)
    return standardised
