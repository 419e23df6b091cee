"""The learning curve of the recogniser that was adapted to the rate, over shares of its training data.

Shares are of the speakers, or of the utterances where speakers are too few; all else is as in :mod:`attack`. The
curve starts at the recogniser as published, as if that had some data already: Hernandez et al., Scaling laws for
transfer, arXiv 2102.01293.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers import recogniser_steps
from lowsr_tradeoff.privacy.attackers.adapted import attack
from lowsr_tradeoff.privacy.attackers.held_out import Fold, Unit, folds_of, groups_of, names_of, part
from lowsr_tradeoff.privacy.attackers.learning_curves import CurveData, learning_curve
from lowsr_tradeoff.privacy.attackers.shares import shares_of
from lowsr_tradeoff.records.privacy import LearningCurve
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store, of_finished
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.learning_law import MIN_POINTS


@dataclass(frozen=True)
class CurvePlan:
    """What the shares are of, the mean training data over folds by share, and the steps.

    Steps are by share and rate in Hz, one a fold.
    """

    config: StudyConfig
    speech: SpeechCorpus
    setup: str
    unit: Unit
    amounts: Mapping[float, float]
    by_share: Mapping[float, Mapping[int, Sequence[Step]]]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the steps of every rate and fold, from the least share to all."""
        return tuple(
            step
            for rate_hz in self.config.all_rates_hz()
            for by_rate in self.by_share.values()
            for step in by_rate[rate_hz]
        )


def plan(config: StudyConfig, speech: SpeechCorpus) -> CurvePlan | None:
    """Return the steps of every share, or ``None`` where they were not asked for or nothing can be learnt."""
    asked = config.privacy
    if (asked.attackers, asked.learning_curves) != ("all", "all") or recogniser_steps.why_not(speech):
        return None
    folds = folds_of(speech, config.seed)
    unit = unit_of(folds)
    shares = (*growing_shares(folds, unit), 1.0)
    amounts = {share: amount(folds, share, unit, config.seed) for share in shares}
    by_share = {share: attack.steps_of(config, speech, folds, share, unit) for share in shares}
    return CurvePlan(config, speech, attack.setup_of(config, speech, folds), unit, amounts, by_share)


def results(plan: CurvePlan, store: Store, published: Mapping[int, float]) -> tuple[LearningCurve, ...]:
    """Return recovery over training data, and what 10 and 100 times as much would give."""
    rates_hz = [rate_hz for rate_hz in plan.config.all_rates_hz() if rate_hz in published]
    curves = of_finished(
        lambda hz: learning_curve(plan.config, _curve_data(plan, hz, store, published[hz])), rates_hz
    )
    return tuple(curves.values())


def unit_of(folds: Sequence[Fold]) -> Unit:
    """Return what the shares count: speakers, or utterances where speakers are too few for a curve."""
    return "speakers" if len(growing_shares(folds, "speakers")) + 1 >= MIN_POINTS else "utterances"


def growing_shares(folds: Sequence[Fold], unit: Unit) -> tuple[float, ...]:
    """Return the shares below 1 whose training data differ in every fold, ascending."""
    return shares_of(min(len(set(names_of(fold.learnt, unit))) for fold in folds))


def amount(folds: Sequence[Fold], share: float, unit: Unit, seed: int) -> float:
    """Return how many speakers or utterances a share is, on average over the folds."""
    return float(np.mean([len(set(names_of(part(fold, share, unit, seed), unit))) for fold in folds]))


def _curve_data(plan: CurvePlan, rate_hz: int, store: Store, published: float) -> CurveData:
    steps = [by_rate[rate_hz] for by_rate in plan.by_share.values()]
    rows = [[recogniser_steps.counts_of(step, store) for step in of_share] for of_share in steps]
    tested = [(fold, row) for fold, of_fold in enumerate(rows[-1]) for row in of_fold]
    group_of = dict(zip((u.clip_id for u in plan.speech.utterances), groups_of(plan.speech), strict=True))
    return CurveData(
        rate_hz=rate_hz,
        attacker=attack.name_of(plan.config),
        recovers="words",
        amount_of=plan.unit,
        amounts=list(plan.amounts.values()),
        minutes=[float(np.mean([store.meta(step.needs[0])["minutes"] for step in of_share])) for of_share in steps],
        hits=np.array([[row.words.hits for of_fold in of_share for row in of_fold] for of_share in rows]),
        words=np.array([row.words.reference_words for _, row in tested]),
        speakers=[group_of[row.clip_id] for _, row in tested],
        folds=[fold for fold, _ in tested],
        chance=published,
        setup=plan.setup,
    )
