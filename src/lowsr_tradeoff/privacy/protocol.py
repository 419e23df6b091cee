"""The privacy stages: which steps there are, how they run, what the finished ones say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from lowsr_tradeoff.audio.named import name_of
from lowsr_tradeoff.config import StudyConfig
from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance, read
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.manifest import fingerprint
from lowsr_tradeoff.privacy import attacks, captures, intelligibility, mismatch, pooled_words, recognise, wer
from lowsr_tradeoff.privacy.captures import CaptureSettings, capture_of, captured_at_16k, captures_of
from lowsr_tradeoff.privacy.decoding import policy_of
from lowsr_tradeoff.privacy.intelligibility import SignalScores
from lowsr_tradeoff.privacy.sii import sii_of
from lowsr_tradeoff.privacy.wer import HeardUtterance
from lowsr_tradeoff.privacy.whisper_weights import attacker, digests
from lowsr_tradeoff.records import (
    AttackResult,
    Engine,
    IntelligibilityResult,
    LearningCurve,
    PrivacyResult,
    RateDifference,
    Reference,
)
from lowsr_tradeoff.settings import PrivacySettings, Settings
from lowsr_tradeoff.stats import resample_weights
from lowsr_tradeoff.store import Step, Store, digest_of, of_finished

RECOGNISE, WORDS, INTELLIGIBILITY = "recognise", "words", "intelligibility"

HERE = ("privacy/protocol.py", "records/privacy.py")
HEARD = (
    *captures.SOURCES,
    *("privacy/recognise.py", "privacy/openai_engine.py", "privacy/decoding.py", "privacy/whisper_weights.py"),
)
HEARD_LIBRARIES = (*captures.LIBRARIES, "ctranslate2", "faster-whisper", "openai-whisper", "tokenizers")
COUNTED = (*HERE, "privacy/wer.py", "privacy/words.py", "privacy/mismatch.py", "records/base.py")
COUNTED_LIBRARIES = ("jiwer", "openai-whisper")
SIGNALS = (*captures.SOURCES, *HERE, "privacy/intelligibility.py", "privacy/stoi.py")
SIGNAL_LIBRARIES = (*captures.LIBRARIES, "pesq", "pystoi", "scipy")

Draws = NDArray[np.float64]


class RecogniseSettings(Settings):
    """What the transcripts depend on: of the weights their content, not where they lie; of the corpus its sound."""

    captures: CaptureSettings
    engine: Engine
    policy: str
    weights: str | None = Field(exclude=True)
    weights_sha256: dict[str, str]
    batch_size: int
    pad_s: float


class WordsSettings(Settings):
    """What the counts depend on besides the transcripts that they are made from."""

    corpus: str
    rate_hz: int
    reference_rate_hz: int
    reference: Reference


@dataclass(frozen=True)
class Privacy:
    """What the privacy stages found, lowest rate first."""

    heard: tuple[PrivacyResult, ...]
    differences: tuple[RateDifference, ...]
    intelligibility: tuple[IntelligibilityResult, ...]
    attacks: tuple[AttackResult, ...]
    curves: tuple[LearningCurve, ...]


def plan(config: StudyConfig, speech: SpeechCorpus) -> tuple[Step, ...]:
    """Return the steps that results are read from: at every rate the words heard and counted, the signal's scores.

    Raises:
        MissingResourceError: The recogniser's weights are not there.
        DataError: The weights are not those that they are taken for.
    """
    words = _words_steps(config, speech).values()
    return (
        *words,
        *(step for its in words for step in its.needs),
        *(_intelligibility_step(config, speech, rate_hz) for rate_hz in config.all_rates_hz()),
        *attacks.plan(config, speech),
    )


def run(steps: Sequence[Step], speech: SpeechCorpus, store: Store) -> None:
    """Run steps of one stage and write their artefacts.

    Raises:
        DataError: A keyword is not in its transcript, or the weights cannot be used.
    """
    for step in steps:
        match step.stage, step.settings:
            case "recognise", RecogniseSettings() as settings:
                store.write(step, {"heard": _hear(settings, speech)})
            case "words", WordsSettings():
                rows = _count(step, speech, store)
                store.write(step, {"utterances": [row.model_dump() for row in rows]})
            case "intelligibility", CaptureSettings() as settings:
                scores = [_score(settings, utterance) for utterance in speech.utterances]
                store.write(step, {"utterances": [row.model_dump() for row in scores]})
            case _:
                attacks.run([step], speech, store)


def results(config: StudyConfig, speech: SpeechCorpus, store: Store) -> Privacy:
    """Return what every attacker recovers, and what the signal scores, at every rate whose steps did not fail."""
    draws = _draws(config, speech)
    rows = _heard_utterances(config, speech, store)
    found = tuple(_privacy_result(config, speech, rate_hz, rows[rate_hz], draws) for rate_hz in rows)
    as_published = (
        attacks.by_recogniser(result, pooled_words.word_recovery_draws(rows[result.rate_hz], draws))
        for result in found
    )
    return Privacy(
        heard=found,
        attacks=(
            *as_published,
            *attacks.lost_recogniser(config, _words_steps(config, speech), store),
            *attacks.results(config, speech, store),
        ),
        curves=attacks.curves(config, speech, store, found),
        differences=tuple(_differences(config, rows, draws)),
        intelligibility=tuple(
            of_finished(
                lambda rate_hz: _intelligibility_result(config, speech, rate_hz, store, draws),
                config.all_rates_hz(),
            ).values()
        ),
    )


def heard(config: StudyConfig, speech: SpeechCorpus, store: Store) -> dict[int, dict[str, str]]:
    """Return what was written down, by rate in Hz and clip."""
    sha256 = digests(config.privacy.weights, config.privacy.engine)
    names = [utterance.clip_id for utterance in speech.utterances]
    steps = {rate_hz: _recognise_step(config, speech, rate_hz, sha256) for rate_hz in config.all_rates_hz()}
    return of_finished(lambda hz: dict(zip(names, store.meta(steps[hz])["heard"], strict=True)), steps)


def weights(config: StudyConfig) -> dict[str, str]:
    """Return the SHA-256 of the recogniser's files by attacker and file name.

    Raises:
        MissingResourceError: A file is not there.
        DataError: The weights are not those that they are taken for.
    """
    name, privacy = attacker(config.privacy.weights), config.privacy
    return {f"{name}/{file}": sha256 for file, sha256 in digests(privacy.weights, privacy.engine).items()}


def _recognise_step(config: StudyConfig, speech: SpeechCorpus, rate_hz: int, sha256: Mapping[str, str]) -> Step:
    """Transcripts and speakers do not change what is heard: of the corpus the sounds alone name the step."""
    sounds = digest_of([utterance.digest for utterance in speech.utterances])
    settings = RecogniseSettings(
        captures=captures_of(config, speech, rate_hz).model_copy(update={"corpus": sounds}),
        engine=config.privacy.engine,
        policy=config.privacy.policy,
        weights=config.privacy.weights,
        weights_sha256=dict(sha256),
        batch_size=config.privacy.batch_size,
        pad_s=config.privacy.pad_s,
    )
    return Step(RECOGNISE, settings, fingerprint(HEARD, HEARD_LIBRARIES), f"Whisper at {rate_hz} Hz")


def _words_step(config: StudyConfig, speech: SpeechCorpus, rate_hz: int, sha256: Mapping[str, str]) -> Step:
    reference = mismatch.reference_of(speech)
    settings = WordsSettings(
        corpus=speech.summary.digest,
        rate_hz=rate_hz,
        reference_rate_hz=config.reference_rate_hz,
        reference=reference,
    )
    rates_hz = (rate_hz,) if reference == "transcripts" else (rate_hz, config.reference_rate_hz)
    needs = tuple(_recognise_step(config, speech, rate, sha256) for rate in rates_hz)
    code = fingerprint(COUNTED, COUNTED_LIBRARIES)
    return Step(WORDS, settings, code, f"words at {rate_hz} Hz", needs, together=WORDS)


def _words_steps(config: StudyConfig, speech: SpeechCorpus) -> dict[int, Step]:
    sha256 = digests(config.privacy.weights, config.privacy.engine)
    return {rate_hz: _words_step(config, speech, rate_hz, sha256) for rate_hz in config.all_rates_hz()}


def _intelligibility_step(config: StudyConfig, speech: SpeechCorpus, rate_hz: int) -> Step:
    settings = captures_of(config, speech, rate_hz)
    code = fingerprint(SIGNALS, SIGNAL_LIBRARIES)
    return Step(INTELLIGIBILITY, settings, code, f"STOI, ESTOI and PESQ at {rate_hz} Hz")


def _hear(settings: RecogniseSettings, speech: SpeechCorpus) -> list[str]:
    _check_keywords(speech)
    asked = settings.model_dump(include={"engine", "policy", "batch_size", "pad_s"})
    clips = (captured_at_16k(utterance, settings.captures) for utterance in speech.utterances)
    return recognise.hear(PrivacySettings(weights=settings.weights, **asked), clips)


def _check_keywords(speech: SpeechCorpus) -> None:
    problems = [
        line for u in speech.utterances for line in wer.keyword_problems(u.clip_id, u.text or "", u.keywords)
    ]
    if problems:
        raise DataError("\n".join(["mend the keywords in metadata.csv:", *problems]))


def _count(step: Step, speech: SpeechCorpus, store: Store) -> list[HeardUtterance]:
    transcripts = [store.meta(need)["heard"] for need in step.needs]
    written, said = transcripts[0], mismatch.references(speech, transcripts[-1])
    return [
        wer.count(u.clip_id, u.speaker, text, u.keywords, hypothesis, [written[i] for i in others])
        for u, text, hypothesis, others in zip(speech.utterances, said, written, wer.strangers(said), strict=True)
    ]


def _score(settings: CaptureSettings, utterance: Utterance) -> SignalScores:
    name, speaker = utterance.clip_id, utterance.speaker
    sound, source_rate_hz = read(utterance)
    captured = capture_of(sound, source_rate_hz, utterance.digest, settings)
    try:
        return intelligibility.score(name, speaker, sound, source_rate_hz, captured, settings.rate_hz)
    except DataError as error:
        return intelligibility.not_scored(name, speaker, str(error).removeprefix(f"{name}: "))


def _draws(config: StudyConfig, speech: SpeechCorpus) -> Draws:
    speakers = [utterance.speaker for utterance in speech.utterances]
    return resample_weights(speakers, config.n_resamples, config.seed)


def _heard_utterances(config: StudyConfig, speech: SpeechCorpus, store: Store) -> dict[int, list[HeardUtterance]]:
    steps = _words_steps(config, speech)
    return of_finished(
        lambda hz: [HeardUtterance.model_validate(row) for row in store.meta(steps[hz])["utterances"]], steps
    )


def _privacy_result(
    config: StudyConfig, speech: SpeechCorpus, rate_hz: int, rows: Sequence[HeardUtterance], draws: Draws
) -> PrivacyResult:
    return PrivacyResult(
        rate_hz=rate_hz,
        front_end=name_of(config.front_end),
        attacker=attacker(config.privacy.weights),
        engine=config.privacy.engine,
        policy=policy_of(config.privacy),
        reference=mismatch.reference_of(speech),
        counts=pooled_words.pooled_counts(rows),
        word_recovery=pooled_words.word_recovery(rows, draws),
        word_chance=pooled_words.word_chance(rows, draws),
        kinds=pooled_words.kind_recoveries(rows, draws),
        keyword_recovery=pooled_words.keyword_recovery(rows, draws),
        keyword_chance=pooled_words.keyword_chance(rows, draws),
        wer=pooled_words.wer(rows, draws),
        cer=pooled_words.cer(rows, draws),
        mer=pooled_words.mer(rows, draws),
        wil=pooled_words.wil(rows, draws),
        insertions=pooled_words.insertions(rows, draws),
        repetition_loops=pooled_words.share([row.is_loop for row in rows], draws),
        empty_outputs=pooled_words.share([row.is_empty for row in rows], draws),
        n_utterances=len(rows),
        n_speakers=len({row.speaker for row in rows}),
    )


def _differences(
    config: StudyConfig, rows: Mapping[int, Sequence[HeardUtterance]], draws: Draws
) -> list[RateDifference]:
    """Each rate against the next higher one, over the same words."""
    return [
        pooled_words.rate_difference((low, rows[low]), (high, rows[high]), draws, attacker(config.privacy.weights))
        for low, high in zip(rows, list(rows)[1:], strict=False)
    ]


def _intelligibility_result(
    config: StudyConfig, speech: SpeechCorpus, rate_hz: int, store: Store, draws: Draws
) -> IntelligibilityResult:
    meta = store.meta(_intelligibility_step(config, speech, rate_hz))
    rows = [SignalScores.model_validate(row) for row in meta["utterances"]]
    return IntelligibilityResult(
        rate_hz=rate_hz,
        stoi=intelligibility.mean_score(rows, "stoi", draws, "1"),
        estoi=intelligibility.mean_score(rows, "estoi", draws, "1"),
        pesq_wb=intelligibility.mean_score(rows, "pesq_wb", draws, "MOS"),
        pesq_nb=intelligibility.mean_score(rows, "pesq_nb", draws, "MOS"),
        sii=sii_of(config.front_end, rate_hz),
        n_utterances=len(rows),
    )
