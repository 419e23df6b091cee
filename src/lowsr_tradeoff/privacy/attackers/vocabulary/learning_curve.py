"""The learning curve of the attacker on a closed vocabulary, over shares of the speakers to learn from.

All else is as in :mod:`attack`. Every share is trained in as many steps, so that shares differ by their data alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from lowsr_tradeoff.corpora.clips import EventCorpus, SpeechCorpus, class_numbers, folds_of
from lowsr_tradeoff.privacy.attackers.learning_curves import CurveData, learning_curve
from lowsr_tradeoff.privacy.attackers.shares import shares_of
from lowsr_tradeoff.privacy.attackers.vocabulary import attack
from lowsr_tradeoff.privacy.attackers.vocabulary.figures import chance_of
from lowsr_tradeoff.privacy.attackers.vocabulary.step_settings import (
    SpotterSettings,
    names_speakers,
    training_speakers,
)
from lowsr_tradeoff.records.privacy import LearningCurve
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store, of_finished
from lowsr_tradeoff.settings.study import StudyConfig

STAGE = "attack-learning"
# Batch normalisation needs more than one recording for a variance.
LEAST_RECORDINGS = 2


@dataclass(frozen=True)
class CurvePlan:
    """The words, and by rate in Hz and share a step, from the least share to all, the step of :mod:`attack`."""

    config: StudyConfig
    corpus: EventCorpus
    by_rate: Mapping[int, Mapping[float, Step[SpotterSettings]]]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return those of all rates."""
        return tuple(step for by_share in self.by_rate.values() for step in by_share.values())


def plan(config: StudyConfig, speech: SpeechCorpus) -> CurvePlan | None:
    """Return the steps of every share through the study's microphone, or ``None`` where they were not asked for."""
    corpus = speech.words
    if corpus is None or config.privacy.attackers != "all" or config.privacy.learning_curves == "none":
        return None
    shares = growing_shares(corpus, config.seed)
    by_rate = {
        whole.settings.captures.rate_hz: {share: _step(whole, share) for share in shares} | {1.0: whole}
        for whole in attack.steps_of(config, corpus)
        if whole.settings.captures.front_end == config.front_end
    }
    return CurvePlan(config, corpus, by_rate)


def results(plan: CurvePlan, store: Store, published: Mapping[int, float]) -> tuple[LearningCurve, ...]:  # noqa: ARG001 - every curve's signature
    """Return recovery by number of speakers, and what 10 and 100 times as many would give."""
    curves = of_finished(lambda hz: learning_curve(plan.config, _curve_data(plan, hz, store)), plan.by_rate)
    return tuple(curves.values())


def growing_shares(corpus: EventCorpus, seed: int) -> tuple[float, ...]:
    """Return the shares that differ by a speaker or more and can be learnt from, ascending, without all of them."""
    shares = shares_of(min(_n_speakers(corpus, 1, 0)))
    return tuple(share for share in shares if min(_n_recordings(corpus, share, seed)) >= LEAST_RECORDINGS)


def _step(whole: Step[SpotterSettings], share: float) -> Step[SpotterSettings]:
    settings = whole.settings.model_copy(update={"share": share})
    label = f"words learnt from 1/{1 / share:.0f} of the speakers at {settings.captures.rate_hz} Hz"
    return replace(whole, stage=STAGE, settings=settings, label=label)


def _curve_data(plan: CurvePlan, rate_hz: int, store: Store) -> CurveData:
    corpus, by_share, seed = plan.corpus, plan.by_rate[rate_hz], plan.config.seed
    truth = class_numbers(corpus, corpus.clips)
    n_recordings = [float(np.mean(_n_recordings(corpus, share, seed))) for share in by_share]
    return CurveData(
        rate_hz=rate_hz,
        attacker=attack.ATTACKER,
        recovers="known words",
        amount_of="speakers" if names_speakers(corpus) else "recordings",
        amounts=[float(np.mean(_n_speakers(corpus, share, seed))) for share in by_share],
        minutes=[n * corpus.clip_s / 60 for n in n_recordings],
        hits=np.stack([store.arrays(step)["scores"].argmax(axis=1) == truth for step in by_share.values()]),
        words=np.ones(len(truth), int),
        speakers=[clip.source for clip in corpus.clips],
        folds=[clip.fold for clip in corpus.clips],
        chance=chance_of(corpus),
        setup=f"{corpus.summary.n_clips} recordings of {len(corpus.summary.classes)} words ({corpus.summary.name})",
    )


def _n_speakers(corpus: EventCorpus, share: float, seed: int) -> list[int]:
    """Training data by fold."""
    return [len(training_speakers(corpus, fold, share, seed)) for fold in folds_of(corpus)]


def _n_recordings(corpus: EventCorpus, share: float, seed: int) -> list[int]:
    """Training data by fold."""
    by_fold = (set(training_speakers(corpus, fold, share, seed)) for fold in folds_of(corpus))
    return [sum(clip.source in speakers for clip in corpus.clips) for speakers in by_fold]
