"""The step that scores the signal at one rate: STOI, ESTOI, PESQ."""

from collections.abc import Sequence

from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance, read
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.captures import CaptureSettings, Draws, capture_of, captures_of
from lowsr_tradeoff.privacy.signal import intelligibility
from lowsr_tradeoff.privacy.signal.intelligibility import SignalScores
from lowsr_tradeoff.privacy.signal.sii import sii_of
from lowsr_tradeoff.records.privacy import IntelligibilityResult
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig

INTELLIGIBILITY = "intelligibility"


def _intelligibility_step(config: StudyConfig, speech: SpeechCorpus, rate_hz: int) -> Step:
    settings = captures_of(config, speech, rate_hz)
    label = f"STOI, ESTOI and PESQ at {rate_hz} Hz"
    return Step(INTELLIGIBILITY, "privacy.signal.step:run", settings, label, "speech")


def run(steps: Sequence[Step[CaptureSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Score every utterance at each step's rate."""
    for step in steps:
        scores = [_score(step.settings, utterance) for utterance in speech.utterances]
        store.write(step, {"utterances": [row.model_dump() for row in scores]})


def _score(settings: CaptureSettings, utterance: Utterance) -> SignalScores:
    name, speaker = utterance.clip_id, utterance.speaker
    sound, source_rate_hz = read(utterance)
    captured = capture_of(sound, source_rate_hz, utterance.digest, settings)
    try:
        return intelligibility.score(name, speaker, sound, source_rate_hz, captured, settings.rate_hz)
    except DataError as error:
        return intelligibility.not_scored(name, speaker, str(error).removeprefix(f"{name}: "))


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
