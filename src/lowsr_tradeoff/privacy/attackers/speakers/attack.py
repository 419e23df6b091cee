"""Who speaks: whether a capture can be matched with a voice of which the attacker has recordings.

Two attackers with the same encoder. The ignorant one has full-band recordings; the lazy-informed one has put these
through the same microphone and is far stronger. Terms and roles are those of the VoicePrivacy 2024 evaluation plan
(arXiv:2404.02677). Its strongest attacker, an encoder retrained on captures, is not here.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.errors import FailedStepError
from lowsr_tradeoff.privacy.attackers.attacker import NotTested, RatePlan, capture_step
from lowsr_tradeoff.privacy.attackers.speakers import verification
from lowsr_tradeoff.privacy.attackers.speakers.verification import Comparisons
from lowsr_tradeoff.privacy.bundled_weights import speaker_encoder
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.settings.study import StudyConfig

STAGE = "attack-speakers"

IGNORANT, INFORMED = "speaker verification, ignorant", "speaker verification, lazy-informed"
EQUAL_ERROR_RATE, IDENTIFICATION = "equal error rate", "identification"
MEASURES = (EQUAL_ERROR_RATE, "true positives at 1 % false positives", IDENTIFICATION)
TOO_FEW = (
    "takes two speakers or more with two utterances or more each; name them in the column speaker of metadata.csv"
)

# A measure, its value, and its chance level.
Figure = tuple[str, Measurement, float | None]


def plan(config: StudyConfig, speech: SpeechCorpus) -> RatePlan[int] | NotTested:
    """Return a step per rate, or why there is none."""
    if not returning(speech).any():
        figures = [(name, missing(f"{name} {TOO_FEW}", "utterances"), None) for name in MEASURES]
        attacks = (
            _result(config, speech, rate_hz, attacker, enrolled_hz, figure)
            for rate_hz, attacker, enrolled_hz in attacks_of(config, IGNORANT, INFORMED)
            for figure in figures
        )
        return NotTested(tuple(attacks))
    speaker_encoder()
    return RatePlan(config, speech, {hz: embedding_step(config, speech, hz) for hz in config.all_rates_hz()})


def results(plan: RatePlan[int], store: Store) -> tuple[AttackResult, ...]:
    """Return how well both attackers recognise speakers, at every rate, lowest first."""
    return tuple(
        _result(plan.config, plan.speech, rate_hz, attacker, enrolled_hz, figure)
        for rate_hz, attacker, enrolled_hz in attacks_of(plan.config, IGNORANT, INFORMED)
        for figure in _figures(plan, store, rate_hz, enrolled_hz)
    )


def embedding_step(config: StudyConfig, speech: SpeechCorpus, rate_hz: int) -> Step:
    """Return the step that embeds the corpus as captured at one rate."""
    return capture_step(config, speech, rate_hz, STAGE, "privacy.attackers.speakers.voiceprint:run", "voices")


def returning(speech: SpeechCorpus) -> NDArray[np.bool_]:
    """Return which utterances can be recognised: their speaker has another, and there are two such speakers."""
    counts = Counter(utterance.speaker for utterance in speech.utterances)
    is_back = np.array([counts[utterance.speaker] > 1 for utterance in speech.utterances], bool)
    return is_back & (sum(count > 1 for count in counts.values()) > 1)


def attacks_of(config: StudyConfig, ignorant: str, informed: str) -> Iterator[tuple[int, str, int]]:
    """Yield every rate, the attacker, and the rate of the attacker's own recordings."""
    for rate_hz in config.all_rates_hz():
        yield rate_hz, ignorant, config.reference_rate_hz
        yield rate_hz, informed, rate_hz


def _result(
    config: StudyConfig, speech: SpeechCorpus, rate_hz: int, attacker: str, enrolled_hz: int, figure: Figure
) -> AttackResult:
    measure, value, chance = figure
    return AttackResult(
        rate_hz=rate_hz,
        front_end=name_of(config.front_end),
        attacker=attacker,
        recovers="who",
        measure=measure,
        value=value,
        chance=Measurement(value=chance, n=value.n, n_of=value.n_of, basis="counted") if chance else None,
        is_leak=measure != EQUAL_ERROR_RATE,
        competes=measure == IDENTIFICATION,
        setup=_setup(speech, enrolled_hz),
    )


def _figures(plan: RatePlan[int], store: Store, rate_hz: int, enrolled_hz: int) -> Iterator[Figure]:
    """At random, 1 % of the genuine are accepted where 1 % of impostors are."""
    try:
        compared = _comparisons(plan, store, rate_hz, enrolled_hz)
    except FailedStepError as error:
        yield from ((name, missing(str(error), "utterances"), None) for name in MEASURES)
        return
    draws = plan.config.n_resamples, plan.config.seed
    values = (*verification.verification(compared, *draws), verification.identification(compared, *draws))
    yield from zip(MEASURES, values, (0.5, verification.FALSE_POSITIVES, 1 / compared.scores.shape[1]), strict=True)


def _comparisons(plan: RatePlan[int], store: Store, rate_hz: int, enrolled_hz: int) -> Comparisons:
    kept = returning(plan.speech)
    tested, enrolled = (store.arrays(plan.by_rate[hz])["embeddings"][kept] for hz in (rate_hz, enrolled_hz))
    return verification.compare(tested, enrolled, [u.speaker for u in compress(plan.speech.utterances, kept)])


def _setup(speech: SpeechCorpus, enrolled_hz: int) -> str:
    kept = returning(speech)
    n_speakers, n_alone = len({u.speaker for u in compress(speech.utterances, kept)}), int((~kept).sum())
    left_out = (
        f" Left out: {n_alone} of {len(kept)} utterances, whose speakers say nothing else." if n_alone else ""
    )
    return (
        f"Resemblyzer's encoder as published; {n_speakers} speakers, on file with all their other utterances, "
        f"heard at {enrolled_hz} Hz.{left_out} Where each speaker was recorded on one occasion, part of what is "
        "recognised is the room and the microphone."
    )
