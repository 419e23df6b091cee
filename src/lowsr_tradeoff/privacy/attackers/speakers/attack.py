"""Attacker 5: who speaks. Whether a capture can be matched with a voice that the attacker has on file.

Two attackers with the same encoder. The ignorant one has full-band recordings on file; the lazy-informed one has
put them through the same microphone, which is all it takes to be far stronger. Terms and roles are those of the
VoicePrivacy 2024 evaluation plan (arXiv:2404.02677); its strongest attacker, an encoder retrained on captures, is
not here.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.corpora.clips import SpeechCorpus
from lowsr_tradeoff.errors import FailedStepError
from lowsr_tradeoff.privacy.attackers.speakers import verification
from lowsr_tradeoff.privacy.attackers.speakers.verification import Comparisons
from lowsr_tradeoff.privacy.bundled_weights import bundled_file
from lowsr_tradeoff.privacy.captures import CaptureSettings, captured_at_16k, captures_of
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.settings.study import StudyConfig

STAGE = "attack-speakers"

IGNORANT, INFORMED = "speaker verification, ignorant", "speaker verification, lazy-informed"
# Utterances in memory at once.
GROUP = 64
TOO_FEW = (
    "takes two speakers or more with two utterances or more each; name them in the column speaker of metadata.csv"
)


def weights_file() -> Path:
    """Return the file of Resemblyzer's weights, its content checked.

    Raises:
        MissingResourceError: Resemblyzer is not installed.
        DataError: Its weights are other ones.
    """
    sha256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
    return bundled_file("resemblyzer", "pretrained.pt", sha256)


def plan(config: StudyConfig, speech: SpeechCorpus) -> tuple[Step, ...]:
    """Return the steps that :func:`results` reads: at every rate, the utterances as points that stand for voices.

    Raises:
        MissingResourceError: The encoder's weights are not there.
        DataError: They are other ones.
    """
    if not returning(speech).any():
        return ()
    weights_file()
    return tuple(embedding_step(config, speech, rate_hz) for rate_hz in config.all_rates_hz())


def run(steps: Sequence[Step], speech: SpeechCorpus, store: Store) -> None:
    """Embed every utterance as each step's microphone heard it, and write the points.

    Raises:
        DataError: An audio file, or the weights, cannot be read.
    """
    for step in steps:
        match step.settings:
            case CaptureSettings() as settings:
                store.write(step, {"clips": len(speech.utterances)}, {"embeddings": _embed(settings, speech)})


def results(config: StudyConfig, speech: SpeechCorpus, store: Store) -> tuple[AttackResult, ...]:
    """Return what both attackers tell of who speaks, at every rate, lowest first."""
    return tuple(
        result
        for rate_hz in config.all_rates_hz()
        for attacker, enrolled_hz in ((IGNORANT, config.reference_rate_hz), (INFORMED, rate_hz))
        for result in _results(config, speech, store, rate_hz, attacker, enrolled_hz)
    )


def embedding_step(config: StudyConfig, speech: SpeechCorpus, rate_hz: int) -> Step:
    """Return the step that embeds the corpus as heard at one rate."""
    settings = captures_of(config, speech, rate_hz)
    return Step(STAGE, "privacy.attackers.speakers.attack:run", settings, f"voices at {rate_hz} Hz", "speech")


def returning(speech: SpeechCorpus) -> NDArray[np.bool_]:
    """Return which utterances can be recognised: their speaker has another, and there are two such speakers.

    Shape:
        ``(n_utterances,)``.
    """
    counts = Counter(utterance.speaker for utterance in speech.utterances)
    is_back = np.array([counts[utterance.speaker] > 1 for utterance in speech.utterances], bool)
    return is_back & (sum(count > 1 for count in counts.values()) > 1)


def _embed(settings: CaptureSettings, speech: SpeechCorpus) -> NDArray[np.float32]:
    from lowsr_tradeoff.privacy.attackers.speakers.voiceprint import embed, load_encoder  # noqa: PLC0415 - imports torch

    encoder = load_encoder(weights_file())
    groups = [speech.utterances[i : i + GROUP] for i in range(0, len(speech.utterances), GROUP)]
    heard = ([captured_at_16k(utterance, settings) for utterance in group] for group in groups)
    return np.concatenate([embed(sounds, encoder) for sounds in heard])


def _results(
    config: StudyConfig, speech: SpeechCorpus, store: Store, rate_hz: int, attacker: str, enrolled_hz: int
) -> Iterator[AttackResult]:
    for measure, value, chance in _figures(config, speech, store, rate_hz, enrolled_hz):
        yield AttackResult(
            rate_hz=rate_hz,
            front_end=name_of(config.front_end),
            attacker=attacker,
            recovers="identity",
            measure=measure,
            value=value,
            chance=Measurement(value=chance, n=value.n, n_of=value.n_of, basis="counted") if chance else None,
            is_leak=measure != "equal error rate",
            setup=_setup(speech, enrolled_hz),
        )


def _figures(
    config: StudyConfig, speech: SpeechCorpus, store: Store, rate_hz: int, enrolled_hz: int
) -> Iterator[tuple[str, Measurement, float | None]]:
    """Every figure with what guessing gets; for 1 % of strangers let through at random, 1 % of the rightful."""
    names = ("equal error rate", "true positives at 1 % false positives", "identification")
    try:
        compared = _comparisons(config, speech, store, rate_hz, enrolled_hz)
    except FailedStepError as error:
        yield from ((name, missing(str(error), "utterances"), None) for name in names)
        return
    if compared is None:
        yield from ((name, missing(f"{name} {TOO_FEW}", "utterances"), None) for name in names)
        return
    draws = config.n_resamples, config.seed
    values = (*verification.verification(compared, *draws), verification.identification(compared, *draws))
    yield from zip(names, values, (0.5, verification.FALSE_POSITIVES, 1 / compared.scores.shape[1]), strict=True)


def _comparisons(
    config: StudyConfig, speech: SpeechCorpus, store: Store, rate_hz: int, enrolled_hz: int
) -> Comparisons | None:
    kept = returning(speech)
    if not kept.any():
        return None
    tested, enrolled = (
        store.arrays(embedding_step(config, speech, hz))["embeddings"][kept] for hz in (rate_hz, enrolled_hz)
    )
    return verification.compare(tested, enrolled, [u.speaker for u in compress(speech.utterances, kept)])


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
