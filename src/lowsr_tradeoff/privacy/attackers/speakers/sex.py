"""The sex of who speaks, from the voice alone: :mod:`sex_regression` on the embeddings of :mod:`attack`.

Two attackers are compared: one trains on full-band recordings, one on captures of the same microphone.
"""

from collections.abc import Sequence

import numpy as np

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers.attacker import NotTested, RatePlan, failed
from lowsr_tradeoff.privacy.attackers.speakers.attack import attacks_of, embedding_step
from lowsr_tradeoff.privacy.attackers.speakers.sex_regression import Classes, SexSettings, labelled, sexes
from lowsr_tradeoff.privacy.bundled_weights import speaker_encoder
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics import Draws
from lowsr_tradeoff.statistics.cluster_t import law_of
from lowsr_tradeoff.statistics.intervals import by_cluster, influence, resample_weights
from lowsr_tradeoff.statistics.joint_draws import law_draws

STAGE = "attack-sex"

MISMATCHED, INFORMED = "sex from voice, trained at full rate", "sex from voice, trained at the rate"
TOO_FEW = "takes two speakers or more of each of two sexes; name them in the column sex of metadata.csv"


def plan(config: StudyConfig, speech: SpeechCorpus) -> RatePlan[tuple[int, int]] | NotTested:
    """Return a step for every rate and attacker, or why there is none."""
    classes = sexes(speech)
    if len(classes) < 2:
        too_few = missing(f"sex from voice {TOO_FEW}", "utterances")
        return NotTested(
            tuple(_result(config, classes, *attack, too_few) for attack in attacks_of(config, MISMATCHED, INFORMED))
        )
    speaker_encoder()
    pairs = {(rate_hz, trained_hz) for rate_hz, _, trained_hz in attacks_of(config, MISMATCHED, INFORMED)}
    return RatePlan(config, speech, {pair: _step(config, speech, *pair) for pair in sorted(pairs)})


def results(plan: RatePlan[tuple[int, int]], store: Store) -> tuple[AttackResult, ...]:
    """Return how often the sex is predicted right by either attacker at every rate, lowest first."""
    classes = sexes(plan.speech)
    found = (
        (_result(plan.config, classes, hz, attacker, own_hz, *_accuracy(plan, store, hz, own_hz)), (hz, own_hz))
        for hz, attacker, own_hz in attacks_of(plan.config, MISMATCHED, INFORMED)
    )
    return tuple(
        result.model_copy(update={"is_lost": plan.by_rate[pair] in store.failed}) for result, pair in found
    )


def balanced_accuracy(
    truth: Classes, answers: Classes, people: Sequence[str], n_resamples: int, seed: int
) -> tuple[Measurement, Draws]:
    """Return the mean over classes of the share of their utterances predicted right, ∈ [0, 1], and its draws."""
    weights = resample_weights(people, n_resamples, seed)
    by_class = [(np.where(truth == label, truth == answers, 0.0), (truth == label) * 1.0) for label in set(truth)]
    values, residuals = zip(*(influence(right, all_of) for right, all_of in by_class), strict=True)
    residual = np.sum(residuals, axis=0) / len(values)
    law = law_of(float(np.mean(values)), by_cluster(residual, weights), is_share=True)
    low, high = law.interval()
    found = Measurement(value=law.value, low=low, high=high, n=len(truth), n_of="utterances")
    return found, law_draws(law, residual, weights)


def _step(config: StudyConfig, speech: SpeechCorpus, rate_hz: int, trained_hz: int) -> Step:
    return Step(
        stage=STAGE,
        run="privacy.attackers.speakers.sex_regression:run",
        corpus="speech",
        settings=SexSettings(corpus=speech.summary.digest, rate_hz=rate_hz, trained_hz=trained_hz),
        label=f"sex from voice at {rate_hz} Hz, trained at {trained_hz} Hz",
        needs=tuple(embedding_step(config, speech, hz) for hz in (rate_hz, trained_hz)),
    )


def _result(
    config: StudyConfig,
    classes: Sequence[str],
    rate_hz: int,
    attacker: str,
    trained_hz: int,
    value: Measurement,
    draws: Draws = (),
) -> AttackResult:
    chance = Measurement(value=1 / len(classes), n=value.n, n_of=value.n_of, basis="counted") if value.n else None
    return AttackResult(
        rate_hz=rate_hz,
        front_end=name_of(config.front_end),
        attacker=attacker,
        recovers="sex",
        measure="balanced accuracy",
        value=value,
        chance=chance,
        is_leak=True,
        competes=True,
        value_draws=draws,
        setup=(
            f"Softmax regression on Resemblyzer's points, trained at {trained_hz} Hz, cross-validated by speaker; "
            f"classes as metadata.csv names them: {', '.join(classes) or 'none'}."
        ),
    )


def _accuracy(
    plan: RatePlan[tuple[int, int]], store: Store, rate_hz: int, trained_hz: int
) -> tuple[Measurement, Draws]:
    step, classes = plan.by_rate[rate_hz, trained_hz], sexes(plan.speech)
    if why := store.failed.get(step):
        return failed(why, "utterances"), ()
    answers = np.array([classes.index(answer) for answer in store.meta(step)["answers"]], np.intp)
    _, truth, people = labelled(plan.speech)
    return balanced_accuracy(truth, answers, people, plan.config.n_resamples, plan.config.seed)
