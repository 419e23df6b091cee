"""Who speaks: whether a capture can be matched with a voice of which the attacker has recordings.

Two attackers with the same encoder, Resemblyzer's. The ignorant one has full-band recordings; the lazy-informed one
has put these through the same microphone and is far stronger. Terms and roles are those of the VoicePrivacy 2024
evaluation plan (arXiv:2404.02677). Its strongest attacker, an encoder retrained on captures, is not here.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.errors import FailedStepError
from lowsr_tradeoff.privacy.attackers.attacker import NotTested, RatePlan, capture_step
from lowsr_tradeoff.privacy.attackers.speakers import legal, verification
from lowsr_tradeoff.privacy.bundled_weights import speaker_encoder
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics import Draws

STAGE = "attack-speakers"

IGNORANT, INFORMED = "speaker verification, ignorant", "speaker verification, lazy-informed"
EQUAL_ERROR_RATE, IDENTIFICATION = "equal error rate", "identification"
TRUE_POSITIVES = "true positives at 1 % false positives"
LINKABILITY, SINGLING_OUT = "linkability", "singling out"
MEASURES = (EQUAL_ERROR_RATE, TRUE_POSITIVES, IDENTIFICATION, LINKABILITY, SINGLING_OUT)
TOO_FEW = (
    "takes two speakers or more with two utterances or more each; name them in the column speaker of metadata.csv"
)


@dataclass(frozen=True)
class Encoder:
    """A speaker encoder.

    Attributes:
        name: What follows in the name of its attackers.
        setup: What it is, as the beginning of a sentence.
        stage: The stage of its steps.
        run: The function that embeds.
        weights: Returns the file of its weights, or raises.
    """

    name: str
    setup: str
    stage: str
    run: str
    weights: Callable[[], Path]


RESEMBLYZER = Encoder(
    name="",
    setup="Resemblyzer's encoder as published",
    stage=STAGE,
    run="privacy.attackers.speakers.voiceprint:run",
    weights=speaker_encoder,
)


@dataclass(frozen=True)
class Figure:
    """A measure, its value, its chance level, its joint draws, and whether its step failed."""

    measure: str
    value: Measurement
    chance: float | None = None
    draws: Draws = ()
    is_lost: bool = False


@dataclass(frozen=True)
class SpeakerPlan(RatePlan[int]):
    """A step per rate, with one encoder."""

    encoder: Encoder


def plan(config: StudyConfig, speech: SpeechCorpus) -> SpeakerPlan | NotTested:
    """Return a step per rate, or why there is none."""
    return plan_with(RESEMBLYZER, config, speech)


def plan_with(encoder: Encoder, config: StudyConfig, speech: SpeechCorpus) -> SpeakerPlan | NotTested:
    """Return a step per rate with one encoder, or why there is none."""
    if not returning(speech).any():
        return not_tested(encoder, config, speech, {name: f"{name} {TOO_FEW}" for name in MEASURES})
    encoder.weights()
    steps = {hz: _step(encoder, config, speech, hz) for hz in config.all_rates_hz()}
    return SpeakerPlan(config, speech, steps, encoder)


def not_tested(encoder: Encoder, config: StudyConfig, speech: SpeechCorpus, reasons: dict[str, str]) -> NotTested:
    """Return the results of an encoder that was not tried, with a reason for each measure."""
    figures = [Figure(name, missing(reason, "utterances")) for name, reason in reasons.items()]
    return NotTested(
        tuple(
            _result(config, rate_hz, attacker, _setup(encoder, speech, enrolled_hz), figure)
            for rate_hz, attacker, enrolled_hz in attacks_of(config, *_names(encoder))
            for figure in figures
        )
    )


def results(plan: SpeakerPlan, store: Store) -> tuple[AttackResult, ...]:
    """Return how well both attackers recognise speakers, at every rate, lowest first."""
    config, speech, encoder = plan.config, plan.speech, plan.encoder
    return tuple(
        _result(config, rate_hz, attacker, _setup(encoder, speech, enrolled_hz), figure)
        for rate_hz, attacker, enrolled_hz in attacks_of(config, *_names(encoder))
        for figure in _figures(plan, store, rate_hz, enrolled_hz)
    )


def embedding_step(config: StudyConfig, speech: SpeechCorpus, rate_hz: int) -> Step:
    """Return the step that embeds the corpus as captured at one rate, with Resemblyzer's encoder."""
    return _step(RESEMBLYZER, config, speech, rate_hz)


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


def _result(config: StudyConfig, rate_hz: int, attacker: str, setup: str, figure: Figure) -> AttackResult:
    measure, value, chance = figure.measure, figure.value, figure.chance
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
        value_draws=figure.draws,
        is_lost=figure.is_lost,
        setup=setup,
    )


def _step(encoder: Encoder, config: StudyConfig, speech: SpeechCorpus, rate_hz: int) -> Step:
    return capture_step(config, speech, rate_hz, encoder.stage, encoder.run, f"voices{encoder.name}")


def _names(encoder: Encoder) -> tuple[str, str]:
    return IGNORANT + encoder.name, INFORMED + encoder.name


def _figures(plan: SpeakerPlan, store: Store, rate_hz: int, enrolled_hz: int) -> Iterator[Figure]:
    """At random, 1 % of the genuine are accepted where 1 % of impostors are."""
    try:
        tested, enrolled = (store.arrays(plan.by_rate[hz])["embeddings"] for hz in (rate_hz, enrolled_hz))
    except FailedStepError as error:
        yield from (Figure(name, missing(str(error), "utterances"), is_lost=True) for name in MEASURES)
        return
    draws = plan.config.n_resamples, plan.config.seed
    names, kept = [utterance.speaker for utterance in plan.speech.utterances], returning(plan.speech)
    found, found_draws = verification.identification(verification.compare(tested, enrolled, names, kept), *draws)
    own = tested[kept], enrolled[kept], list(compress(names, kept))
    eer, accepted = verification.verification(verification.compare(*own), *draws)
    yield Figure(EQUAL_ERROR_RATE, eer, 0.5)
    yield Figure(TRUE_POSITIVES, accepted, verification.FALSE_POSITIVES)
    yield Figure(IDENTIFICATION, found, 1 / len(set(names)), found_draws)
    yield Figure(LINKABILITY, legal.link_speakers(*own, *draws), 1 / len(set(own[2])))
    yield Figure(SINGLING_OUT, legal.single_out(*own, *draws), legal.BY_CHANCE)


def _setup(encoder: Encoder, speech: SpeechCorpus, enrolled_hz: int) -> str:
    kept, names = returning(speech), [utterance.speaker for utterance in speech.utterances]
    n_heard, n_all, n_alone = len(set(compress(names, kept))), len(set(names)), int((~kept).sum())
    alone = (
        f" {n_alone} of {len(kept)} utterances are their speaker's only one: they are on file in identification, "
        f"among {n_all} speakers, and are heard nowhere."
        if n_alone
        else ""
    )
    return (
        f"{encoder.setup}; {n_heard} speakers are heard, on file with all their other utterances, in linkability "
        f"and singling out with the first half, at {enrolled_hz} Hz.{alone} Where each speaker was recorded on one "
        "occasion, part of what is recognised is the room and the microphone."
    )
