"""STOI, ESTOI and PESQ of a capture against the full-band original: diagnostics of the signal, not privacy claims.

References: Taal et al., IEEE TASLP 19(7), 2011 (STOI); Jensen & Taal, IEEE/ACM TASLP 24(11), 2016 (ESTOI);
ITU-T P.862, 2001, and P.862.2, 2007 (narrow- and wide-band PESQ).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.audio.capture import restore
from lowsr_tradeoff.corpora.clips import SpeechCorpus, Utterance, read
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.privacy.captures import CaptureSettings, capture_of
from lowsr_tradeoff.records.base import Record
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

# 30 frames of 25.6 ms with half overlap, Taal et al. 2011, section II.
STOI_NEEDS_S = 0.4
# PESQ's narrow band is the telephone band.
NARROW_RATE_HZ = 8000
# A full-band recording has far more than this share of its energy above any rate/2 below 8 kHz; one that was
# upsampled has only 16-bit quantisation noise there.
BARELY_ANY = 1e-7
REASONS = ("stoi_reason", "pesq_reason", "pesq_nb_reason")
NO_PESQ = "PESQ is not installed; install lowsr-tradeoff with its extra pesq, which takes a C compiler"
STOI_TOO_SHORT = f"STOI needs {STOI_NEEDS_S} s of speech"


class SignalScores(Record):
    """What one capture scores against its original, or the reason why there is no score.

    Attributes:
        clip_id: The utterance.
        speaker: Who said it.
        stoi: Correlation of short-time envelopes, ∈ [-1, 1].
        estoi: The same after normalising short-time spectra, ∈ [-1, 1].
        pesq_wb: Predicted mean opinion score, wide band, ∈ [1, 4.64].
        pesq_nb: The same in the telephone's band, ∈ [1, 4.55].
        stoi_reason: Why there is neither STOI nor ESTOI.
        pesq_reason: Why there is no wide-band PESQ.
        pesq_nb_reason: Why there is no narrow-band PESQ.
    """

    clip_id: str
    speaker: str
    stoi: float | None = None
    estoi: float | None = None
    pesq_wb: float | None = None
    pesq_nb: float | None = None
    stoi_reason: str | None = None
    pesq_reason: str | None = None
    pesq_nb_reason: str | None = None


def run(steps: Sequence[Step[CaptureSettings]], speech: SpeechCorpus, store: Store) -> None:
    """Score every utterance at each step's rate."""
    for step in steps:
        scores = [_score_or_reason(step.settings, utterance) for utterance in speech.utterances]
        store.write(step, {"utterances": [row.model_dump() for row in scores]})


def score(
    clip_id: str, speaker: str, original: Samples, source_rate_hz: int, captured: Samples, rate_hz: int
) -> SignalScores:
    """Return the scores of one capture against the sound before the microphone, or why there are none.

    Raises:
        DataError: The original itself lacks the band that the capture lacks. Two such signals score 1.
    """
    if source_rate_hz < MODEL_RATE_HZ:
        raise DataError(
            f"{clip_id}: its file has {source_rate_hz} Hz, and STOI and PESQ compare with an original of "
            f"{MODEL_RATE_HZ} Hz or more; take a recording at full rate"
        )
    reference = restore(original, source_rate_hz, MODEL_RATE_HZ)
    if rate_hz < MODEL_RATE_HZ and _share_above(reference, rate_hz / 2) < BARELY_ANY:
        raise DataError(
            f"{clip_id}: holds nothing above {rate_hz / 2:g} Hz although its file has {source_rate_hz} Hz; against "
            f"a capture at {rate_hz} Hz it would score 1; take a recording at full band"
        )
    processed = restore(captured, rate_hz, MODEL_RATE_HZ)
    # A capture is not delayed; its last sample may end up to one period of the low rate before or after the clip.
    n = min(len(reference), len(processed))
    return SignalScores(clip_id=clip_id, speaker=speaker, **_scores(reference[:n], processed[:n]))


def _score_or_reason(settings: CaptureSettings, utterance: Utterance) -> SignalScores:
    name, speaker = utterance.clip_id, utterance.speaker
    sound, source_rate_hz = read(utterance)
    captured = capture_of(sound, source_rate_hz, utterance.digest, settings)
    try:
        return score(name, speaker, sound, source_rate_hz, captured, settings.rate_hz)
    except DataError as error:
        why = str(error).removeprefix(f"{name}: ")
        return SignalScores(clip_id=name, speaker=speaker, **dict.fromkeys(REASONS, why))


def _share_above(x: Samples, limit_hz: float) -> float:
    """Share of the energy above a frequency; 1 for silence, where there is nothing to compare."""
    power = np.square(np.abs(np.fft.rfft(x.astype(np.float64))))
    total = float(power.sum())
    above = power[np.fft.rfftfreq(len(x), 1 / MODEL_RATE_HZ) > limit_hz]
    return float(above.sum()) / total if total else 1.0


def _scores(reference: Samples, processed: Samples) -> dict[str, float | str | None]:
    # The import takes most of a second, and assembling results does not need it.
    from lowsr_tradeoff.privacy.signal.stoi import stoi_and_estoi  # noqa: PLC0415

    for signal, whose in ((reference, "the original"), (processed, "the capture")):
        if not signal.any():
            return dict.fromkeys(REASONS, f"{whose} is silent")
    narrow = [restore(signal, MODEL_RATE_HZ, NARROW_RATE_HZ) for signal in (reference, processed)]
    wide_mos, no_wide = _pesq(reference, processed, MODEL_RATE_HZ, "wb")
    narrow_mos, no_narrow = _pesq(narrow[0], narrow[1], NARROW_RATE_HZ, "nb")
    found: dict[str, float | str | None] = {
        "pesq_wb": wide_mos,
        "pesq_nb": narrow_mos,
        "pesq_reason": no_wide,
        "pesq_nb_reason": no_narrow,
    }
    both = stoi_and_estoi(reference, processed, MODEL_RATE_HZ)
    return found | ({"stoi": both[0], "estoi": both[1]} if both else {"stoi_reason": STOI_TOO_SHORT})


def _pesq(reference: Samples, processed: Samples, rate_hz: int, band: str) -> tuple[float | None, str | None]:
    """The score, or the reason why there is none."""
    try:
        from pesq import PesqError, pesq  # noqa: PLC0415 - results are assembled without it
    except ImportError:
        return None, NO_PESQ
    try:
        with _tiny_as_zero():
            return float(pesq(rate_hz, reference, processed, band)), None
    except PesqError as error:
        return None, f"PESQ: {error.args[0].decode()}"


@contextmanager
def _tiny_as_zero() -> Iterator[None]:
    """Take numbers below the smallest normal one as zero, in this thread.

    PESQ appends silence, in which its filters reach such numbers, and a processor works these out a hundred times
    slower. They are 35 decades below what the score depends on.
    """
    import torch  # noqa: PLC0415 - results are assembled without it

    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
