"""Whether anybody speaks: a loss of privacy, or the product's use where it has to detect speech.

Errors are counted over windows of tracks whose truth is known: see :mod:`tracks`.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.privacy.attackers.attacker import RatePlan, capture_step, failed
from lowsr_tradeoff.privacy.attackers.presence.tracks import PAUSE_DB, Flags, Windows
from lowsr_tradeoff.privacy.bundled_weights import speech_detector
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics import Draws, Floats
from lowsr_tradeoff.statistics.intervals import pooled_ratio, resample_weights, sums_by
from lowsr_tradeoff.statistics.joint_draws import share_draws

STAGE, RUN = "attack-presence", "privacy.attackers.presence.silero:run"

PUBLISHED, INFORMED = "silero-vad", "silero-vad, threshold chosen at the rate"
PUBLISHED_THRESHOLD = 0.5
# Evenly spaced in log odds, from 1 in 3000: at low rates probabilities are low, but still tell what is likelier.
THRESHOLDS = 1 / (1 + np.exp(-np.linspace(-8, 8, 65)))
RIGHT, MISSES, FALSE_ALARMS = "frames told right", "miss rate", "false-alarm rate"

TRACKS = (
    "Every utterance between noise of its own spectrum and level, as long as itself, and silence; frames of 32 ms; "
    f"pauses {PAUSE_DB:.0f} dB below the utterance's loudest frame are not counted."
)
SETUP = {
    PUBLISHED: f"Threshold {PUBLISHED_THRESHOLD} as published. {TRACKS}",
    INFORMED: f"Threshold with the fewest errors on other speakers at the rate. {TRACKS}",
}
ALONE = "choosing a threshold on other speakers takes two speakers or more; name them in metadata.csv"


def plan(config: StudyConfig, speech: SpeechCorpus) -> RatePlan[int]:
    """Return a step per rate."""
    speech_detector()
    rates_hz = config.all_rates_hz()
    by_rate = {hz: capture_step(config, speech, hz, STAGE, RUN, "speech presence") for hz in rates_hz}
    return RatePlan(config, speech, by_rate)


def results(plan: RatePlan[int], store: Store) -> tuple[AttackResult, ...]:
    """Return how often the detector errs at every rate, as published and with its threshold moved."""
    return tuple(
        result
        for rate_hz in plan.by_rate
        for attacker in (PUBLISHED, INFORMED)
        for result in _results(plan, store, rate_hz, attacker)
    )


def choose_thresholds(windows: Windows, speakers: Sequence[str]) -> Floats:
    """Return for each utterance the threshold with the fewest errors in the tracks of other speakers."""
    _, people = np.unique(np.asarray(speakers), return_inverse=True)
    errors = np.stack([_errors(windows, threshold) for threshold in THRESHOLDS], axis=1)
    of_people = sums_by(people[windows.utterance], errors)
    chosen: Floats = THRESHOLDS[np.argmin(of_people.sum(axis=0) - of_people, axis=1)]
    return chosen[people]


def _results(plan: RatePlan[int], store: Store, rate_hz: int, attacker: str) -> Iterator[AttackResult]:
    step = plan.by_rate[rate_hz]
    if why := store.failed.get(step):
        lost = _result(plan, rate_hz, attacker, RIGHT, failed(why, "frames"), None)
        yield lost.model_copy(update={"is_lost": True})
        return
    windows = Windows(**store.arrays(step))
    share, n = float(windows.is_speech.mean()), len(windows.is_speech)
    # Of always giving the more frequent answer.
    constant = Measurement(value=max(share, 1 - share), n=n, n_of="frames", basis="counted")
    for measure, value, draws in _figures(plan, windows, attacker):
        chance = constant if measure == RIGHT and value.value is not None else None
        yield _result(plan, rate_hz, attacker, measure, value, chance, draws)


def _result(
    plan: RatePlan[int],
    rate_hz: int,
    attacker: str,
    measure: str,
    value: Measurement,
    chance: Measurement | None,
    draws: Draws = (),
) -> AttackResult:
    return AttackResult(
        rate_hz=rate_hz,
        front_end=name_of(plan.config.front_end),
        attacker=attacker,
        recovers="presence",
        measure=measure,
        value=value,
        chance=chance,
        is_leak=measure == RIGHT,
        competes=measure == RIGHT,
        setup=SETUP[attacker],
        value_draws=draws,
    )


def _figures(plan: RatePlan[int], windows: Windows, attacker: str) -> Iterator[tuple[str, Measurement, Draws]]:
    """Every measure with its joint draws; none of what the attacker is not compared by."""
    speakers = [utterance.speaker for utterance in plan.speech.utterances]
    if attacker == INFORMED and len(set(speakers)) < 2:
        yield from ((name, missing(ALONE, "frames"), ()) for name in (RIGHT, MISSES, FALSE_ALARMS))
        return
    thresholds = np.full(len(speakers), PUBLISHED_THRESHOLD)
    if attacker == INFORMED:
        thresholds = choose_thresholds(windows, speakers)
    is_wrong = _errors(windows, thresholds[windows.utterance])
    weights = resample_weights(speakers, plan.config.n_resamples, plan.config.seed)

    def frames(counted: Flags) -> Floats:
        return np.bincount(windows.utterance, counted, len(speakers)).astype(np.float64)

    right, every = frames(~is_wrong), frames(np.ones_like(is_wrong))
    yield RIGHT, pooled_ratio(right, every, weights, "frames", is_share=True), share_draws(right, every, weights)
    for name, counted in ((MISSES, windows.is_speech), (FALSE_ALARMS, ~windows.is_speech)):
        errors = pooled_ratio(frames(is_wrong & counted), frames(counted), weights, "frames", is_share=True)
        yield name, errors, ()


def _errors(windows: Windows, threshold: float | Floats) -> Flags:
    return np.asarray((windows.probability >= threshold) != windows.is_speech)
