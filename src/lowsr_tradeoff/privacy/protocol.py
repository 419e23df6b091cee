"""The privacy stages: which steps there are, how they run, what the finished ones say."""

from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from lowsr_tradeoff.config import StudyConfig
from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance, read
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.manifest import fingerprint
from lowsr_tradeoff.privacy import captures, intelligibility, recognise, wer
from lowsr_tradeoff.privacy.captures import CaptureSettings, capture_of, captured_at_16k, captures_of
from lowsr_tradeoff.privacy.intelligibility import SignalScores
from lowsr_tradeoff.privacy.wer import HeardUtterance
from lowsr_tradeoff.records import IntelligibilityResult, PrivacyResult
from lowsr_tradeoff.settings import Settings
from lowsr_tradeoff.stats import resample_weights
from lowsr_tradeoff.store import Step, Store

RECOGNISE, INTELLIGIBILITY = "recognise", "intelligibility"

HERE = ("privacy/protocol.py", "records/privacy.py")
WORDS = (*captures.SOURCES, *HERE, "privacy/recognise.py", "privacy/wer.py")
WORD_LIBRARIES = (*captures.LIBRARIES, "ctranslate2", "faster-whisper", "jiwer", "openai-whisper", "tokenizers")
SIGNALS = (*captures.SOURCES, *HERE, "privacy/intelligibility.py")
SIGNAL_LIBRARIES = (*captures.LIBRARIES, "pesq", "pystoi", "scipy")


class RecogniseSettings(Settings):
    """What the transcripts depend on: of the weights their content, not where they lie."""

    captures: CaptureSettings
    weights: str | None = Field(exclude=True)
    weights_sha256: dict[str, str]
    batch_size: int
    pad_s: float


def plan(config: StudyConfig, speech: SpeechCorpus) -> tuple[Step, ...]:
    """Return the steps that :func:`results` reads: at every rate the words heard, and the scores of the signal.

    Raises:
        MissingResourceError: The recogniser's weights are not there.
        DataError: The bundled weights are not those that this package was made with.
    """
    sha256 = recognise.digests(config.privacy.weights)
    return (
        *(_recognise_step(config, speech, rate_hz, sha256) for rate_hz in config.all_rates_hz()),
        *(_intelligibility_step(config, speech, rate_hz) for rate_hz in config.all_rates_hz()),
    )


def run(steps: Sequence[Step], speech: SpeechCorpus, store: Store) -> None:
    """Run steps of one stage and write their artefacts.

    Raises:
        DataError: A keyword is not in its transcript, or the weights cannot be used.
    """
    for step in steps:
        match step.settings:
            case RecogniseSettings():
                rows = [row.model_dump() for row in _recognise(step.settings, speech)]
            case CaptureSettings():
                rows = [_score(step.settings, utterance).model_dump() for utterance in speech.utterances]
        store.write(step, {"utterances": rows})


def results(
    config: StudyConfig, speech: SpeechCorpus, store: Store
) -> tuple[tuple[PrivacyResult, ...], tuple[IntelligibilityResult, ...]]:
    """Return what Whisper recovers, and what the signal scores, at every rate, lowest first."""
    draws = _draws(config, speech)
    heard = _heard_utterances(config, speech, store)
    return (
        tuple(_privacy_result(config, rate_hz, rows, draws) for rate_hz, rows in heard.items()),
        tuple(_intelligibility_result(config, speech, rate_hz, store, draws) for rate_hz in config.all_rates_hz()),
    )


def heard(config: StudyConfig, speech: SpeechCorpus, store: Store) -> dict[int, dict[str, str]]:
    """Return what was written down, by rate in Hz and clip."""
    return {
        rate_hz: {row.clip_id: row.hypothesis for row in rows}
        for rate_hz, rows in _heard_utterances(config, speech, store).items()
    }


def weights(config: StudyConfig) -> dict[str, str]:
    """Return the SHA-256 of the recogniser's files by attacker and file name.

    Raises:
        MissingResourceError: A file is not there.
        DataError: The bundled weights are not those that this package was made with.
    """
    name = recognise.attacker(config.privacy.weights)
    return {f"{name}/{file}": sha256 for file, sha256 in recognise.digests(config.privacy.weights).items()}


def policy(config: StudyConfig) -> str:
    """Return in one line how the recogniser is made to write, and how its words are compared."""
    return (
        "greedy (temperature 0), int8, English, no timestamps, no earlier text, non-speech symbols suppressed; "
        f"clips at RMS {recognise.LEVEL}, {config.privacy.pad_s:g} s of silence encoded after each, then thinned "
        f"encoder states of silence to {recognise.WINDOW_S} s; words compared after Whisper's English normaliser "
        f"(openai-whisper {version('openai-whisper')})"
    )


def _recognise_step(config: StudyConfig, speech: SpeechCorpus, rate_hz: int, sha256: dict[str, str]) -> Step:
    settings = RecogniseSettings(
        captures=captures_of(config, speech, rate_hz),
        weights=config.privacy.weights,
        weights_sha256=sha256,
        batch_size=config.privacy.batch_size,
        pad_s=config.privacy.pad_s,
    )
    return Step(RECOGNISE, settings, fingerprint(WORDS, WORD_LIBRARIES), f"Whisper at {rate_hz} Hz")


def _intelligibility_step(config: StudyConfig, speech: SpeechCorpus, rate_hz: int) -> Step:
    settings = captures_of(config, speech, rate_hz)
    code = fingerprint(SIGNALS, SIGNAL_LIBRARIES)
    return Step(INTELLIGIBILITY, settings, code, f"STOI, ESTOI and PESQ at {rate_hz} Hz")


def _recognise(settings: RecogniseSettings, speech: SpeechCorpus) -> list[HeardUtterance]:
    _check_keywords(speech)
    clips = (captured_at_16k(utterance, settings.captures) for utterance in speech.utterances)
    recogniser = recognise.load(settings.weights)
    hypotheses = recognise.transcribe(recogniser, clips, settings.pad_s, settings.batch_size)
    return [
        wer.count(utterance.clip_id, utterance.speaker, utterance.text, utterance.keywords, hypothesis)
        for utterance, hypothesis in zip(speech.utterances, hypotheses, strict=True)
    ]


def _check_keywords(speech: SpeechCorpus) -> None:
    problems = [line for u in speech.utterances for line in wer.keyword_problems(u.clip_id, u.text, u.keywords)]
    if problems:
        raise DataError("\n".join(["mend the keywords in metadata.csv:", *problems]))


def _score(settings: CaptureSettings, utterance: Utterance) -> SignalScores:
    sound, source_rate_hz = read(utterance)
    if source_rate_hz < intelligibility.MODEL_RATE_HZ:
        reason = f"the original is below {intelligibility.MODEL_RATE_HZ} Hz"
        return SignalScores(
            clip_id=utterance.clip_id, speaker=utterance.speaker, stoi_reason=reason, pesq_reason=reason
        )
    captured = capture_of(sound, source_rate_hz, utterance.digest, settings)
    return intelligibility.score(
        utterance.clip_id, utterance.speaker, sound, source_rate_hz, captured, settings.rate_hz
    )


def _draws(config: StudyConfig, speech: SpeechCorpus) -> NDArray[np.float64]:
    speakers = [utterance.speaker for utterance in speech.utterances]
    return resample_weights(speakers, config.n_resamples, config.seed)


def _heard_utterances(config: StudyConfig, speech: SpeechCorpus, store: Store) -> dict[int, list[HeardUtterance]]:
    sha256 = recognise.digests(config.privacy.weights)
    steps = {rate_hz: _recognise_step(config, speech, rate_hz, sha256) for rate_hz in config.all_rates_hz()}
    return {
        rate_hz: [HeardUtterance.model_validate(row) for row in store.meta(step)["utterances"]]
        for rate_hz, step in steps.items()
    }


def _privacy_result(
    config: StudyConfig, rate_hz: int, rows: Sequence[HeardUtterance], draws: NDArray[np.float64]
) -> PrivacyResult:
    return PrivacyResult(
        rate_hz=rate_hz,
        attacker=recognise.attacker(config.privacy.weights),
        policy=policy(config),
        counts=wer.pooled_counts(rows),
        word_recovery=wer.word_recovery(rows, draws),
        keyword_recovery=wer.keyword_recovery(rows, draws),
        wer=wer.wer(rows, draws),
        cer=wer.cer(rows, draws),
        wil=wer.wil(rows, draws),
        repetition_loops=wer.share([row.is_loop for row in rows], draws),
        empty_outputs=wer.share([row.is_empty for row in rows], draws),
        n_utterances=len(rows),
        n_speakers=len({row.speaker for row in rows}),
    )


def _intelligibility_result(
    config: StudyConfig, speech: SpeechCorpus, rate_hz: int, store: Store, draws: NDArray[np.float64]
) -> IntelligibilityResult:
    meta = store.meta(_intelligibility_step(config, speech, rate_hz))
    rows = [SignalScores.model_validate(row) for row in meta["utterances"]]
    return IntelligibilityResult(
        rate_hz=rate_hz,
        stoi=intelligibility.mean_score(rows, "stoi", draws, "1"),
        estoi=intelligibility.mean_score(rows, "estoi", draws, "1"),
        pesq_wb=intelligibility.mean_score(rows, "pesq_wb", draws, "MOS"),
        n_utterances=len(rows),
    )
