"""The recogniser that was adapted to the rate with growing shares of what it learns from.

Each share is the attacker of :mod:`adapted` in every respect but what it learnt from: of the speakers, or of the
utterances where speakers are too few. Without any it is the recogniser as published, from where its law starts.
That the law of a network which has learnt before starts there, as if it had some data already, is that of
Hernandez et al., Scaling laws for transfer, arXiv 2102.01293.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers import held_out, recogniser_steps
from lowsr_tradeoff.privacy.attackers.adapted import attack
from lowsr_tradeoff.privacy.attackers.learning_curves import Grown, learning_curve
from lowsr_tradeoff.privacy.words.count import HeardUtterance
from lowsr_tradeoff.records.privacy import LearningCurve
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store, of_finished
from lowsr_tradeoff.settings.study import StudyConfig


def plan(config: StudyConfig, speech: SpeechCorpus) -> tuple[Step, ...]:
    """Return the steps of every rate and fold, from the least share to all; none where nothing can be learnt.

    Raises:
        MissingResourceError: The recogniser's weights are not there.
        DataError: The weights are not those that they are taken for.
    """
    steps = _steps(config, speech) if recogniser_steps.why_not(speech) is None else {}
    return tuple(step for by_share in steps.values() for runs in by_share.values() for step in runs)


def results(
    config: StudyConfig, speech: SpeechCorpus, store: Store, published: Mapping[int, float]
) -> tuple[LearningCurve, ...]:
    """Return recovery by what was learnt from, and what 10 and 100 times as much would give.

    A rate at which a step failed in this run has no curve.

    Args:
        config: The settings.
        speech: The corpus.
        store: Where the artefacts lie.
        published: What the recogniser recovers as published, by rate in Hz.

    Raises:
        StageError: A step has not run.
    """
    if recogniser_steps.why_not(speech) is not None:
        return ()
    steps = _steps(config, speech)
    found = of_finished(
        lambda hz: learning_curve(config, _grown(config, speech, hz, steps[hz], store, published[hz])),
        [rate_hz for rate_hz in steps if rate_hz in published],
    )
    return tuple(found.values())


def _steps(config: StudyConfig, speech: SpeechCorpus) -> dict[int, dict[float, list[Step]]]:
    """By rate in Hz and share, one per fold."""
    shares = (*held_out.growing_shares(speech, config.seed), 1.0)
    by_share = {share: attack.steps_of(config, speech, share) for share in shares}
    return {rate_hz: {share: by_share[share][rate_hz] for share in shares} for rate_hz in config.all_rates_hz()}


def _grown(
    config: StudyConfig,
    speech: SpeechCorpus,
    rate_hz: int,
    by_share: Mapping[float, Sequence[Step]],
    store: Store,
    published: float,
) -> Grown:
    rows = {share: [_rows(step, store) for step in steps] for share, steps in by_share.items()}
    tested = [(fold, row) for fold, of_fold in enumerate(rows[1.0]) for row in of_fold]
    group_of = dict(zip((u.clip_id for u in speech.utterances), held_out.groups_of(speech), strict=True))
    return Grown(
        rate_hz=rate_hz,
        attacker=attack.name_of(config),
        amount_of=held_out.counted_in(speech, config.seed),
        amounts=[held_out.amount(speech, config.seed, share) for share in by_share],
        minutes=[_minutes(steps, store) for steps in by_share.values()],
        hits=np.array([[row.words.hits for part in parts for row in part] for parts in rows.values()]),
        words=np.array([row.words.reference_words for _, row in tested]),
        speakers=[group_of[row.clip_id] for _, row in tested],
        folds=[fold for fold, _ in tested],
        chance=published,
        setup=attack.setup_of(config, speech),
    )


def _rows(step: Step, store: Store) -> list[HeardUtterance]:
    return [HeardUtterance.model_validate(row) for row in store.meta(step)["utterances"]]


def _minutes(steps: Sequence[Step], store: Store) -> float:
    """Learnt from, on average over folds."""
    return float(np.mean([store.meta(step.needs[0])["minutes"] for step in steps]))
