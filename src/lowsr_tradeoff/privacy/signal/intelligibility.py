"""STOI, ESTOI and PESQ of a capture against the full-band original.

They are diagnostics of the signal, not privacy claims: they do not say what an attacker understands.

References: Taal et al., IEEE TASLP 19(7), 2011 (STOI); Jensen & Taal, IEEE/ACM TASLP 24(11), 2016 (ESTOI);
ITU-T P.862, 2001, and P.862.2, 2007 (narrow- and wide-band PESQ).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio import MODEL_RATE_HZ, Samples
from lowsr_tradeoff.audio.capture import restore
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.records.base import Measurement, Record, missing
from lowsr_tradeoff.statistics.intervals import mean_measurement

# 30 frames of 25.6 ms with half overlap, Taal et al. 2011, section II.
STOI_NEEDS_S = 0.4
# PESQ's narrow band is that of the telephone.
NARROW_RATE_HZ = 8000
# A recording of full band has far more than this share of its energy above any rate/2 below 8 kHz; one that was
# resampled up has the noise of its 16 bits there.
BARELY_ANY = 1e-7
STOI_TOO_SHORT = f"STOI needs {STOI_NEEDS_S} s of speech"


class SignalScores(Record):
    """What one capture scores against its original.

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


def score(
    clip_id: str, speaker: str, original: Samples, source_rate_hz: int, captured: Samples, rate_hz: int
) -> SignalScores:
    """Return the scores of one capture, or why there are none.

    Args:
        clip_id: The utterance.
        speaker: Who said it.
        original: The sound as it was before the microphone.
        source_rate_hz: Rate of the original, at least 16 kHz.
        captured: What the microphone recorded.
        rate_hz: The microphone's rate.

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
    heard = restore(captured, rate_hz, MODEL_RATE_HZ)
    # A capture is not delayed; its last sample may end up to one period of the low rate before or after the clip.
    n = min(len(reference), len(heard))
    return SignalScores(clip_id=clip_id, speaker=speaker, **_scores(reference[:n], heard[:n]))


def mean_score(rows: Sequence[SignalScores], name: str, weights: NDArray[np.float64], unit: str) -> Measurement:
    """Return the mean of one score over the utterances that have it; ``n`` and ``n_of`` say how many those are.

    Args:
        rows: The utterances.
        name: ``"stoi"``, ``"estoi"``, ``"pesq_wb"`` or ``"pesq_nb"``.
        weights: From :func:`stats.resample_weights`, for the same rows.
        unit: The score's unit.
    """
    values = [getattr(row, name) for row in rows]
    kept = [i for i, value in enumerate(values) if value is not None]
    n_of = "utterances" if len(kept) == len(rows) else f"of {len(rows)} utterances; the others cannot be scored"
    if not kept:
        reasons = {_reason(row, name) for row in rows}
        return missing("; ".join(sorted(filter(None, reasons))) or "there are no utterances", "utterances", unit)
    return mean_measurement([values[i] for i in kept], weights[:, kept], n_of, unit)


def not_scored(clip_id: str, speaker: str, reason: str) -> SignalScores:
    """Return the scores of a capture that has none."""
    return SignalScores(
        clip_id=clip_id, speaker=speaker, stoi_reason=reason, pesq_reason=reason, pesq_nb_reason=reason
    )


def _reason(row: SignalScores, name: str) -> str | None:
    match name:
        case "pesq_wb":
            return row.pesq_reason
        case "pesq_nb":
            return row.pesq_nb_reason
        case _:
            return row.stoi_reason


def _share_above(x: Samples, limit_hz: float) -> float:
    """Share of the energy above a frequency; of silence, all of it: there is nothing to compare."""
    power = np.square(np.abs(np.fft.rfft(x.astype(np.float64))))
    total = float(power.sum())
    above = power[np.fft.rfftfreq(len(x), 1 / MODEL_RATE_HZ) > limit_hz]
    return float(above.sum()) / total if total else 1.0


def _scores(reference: Samples, heard: Samples) -> dict[str, float | str | None]:
    for signal, whose in ((reference, "the original"), (heard, "the capture")):
        if not signal.any():
            return dict.fromkeys(("stoi_reason", "pesq_reason", "pesq_nb_reason"), f"{whose} is silent")
    narrow = [restore(signal, MODEL_RATE_HZ, NARROW_RATE_HZ) for signal in (reference, heard)]
    wide_mos, no_wide = _pesq(reference, heard, MODEL_RATE_HZ, "wb")
    narrow_mos, no_narrow = _pesq(narrow[0], narrow[1], NARROW_RATE_HZ, "nb")
    found = {"pesq_wb": wide_mos, "pesq_nb": narrow_mos, "pesq_reason": no_wide, "pesq_nb_reason": no_narrow}
    return {**_stoi(reference, heard), **found}


def _stoi(reference: Samples, heard: Samples) -> dict[str, float | str | None]:
    # It takes most of a second, and results are assembled without it.
    from lowsr_tradeoff.privacy.signal.stoi import stoi_and_estoi  # noqa: PLC0415

    found = stoi_and_estoi(reference, heard, MODEL_RATE_HZ)
    return {"stoi_reason": STOI_TOO_SHORT} if found is None else {"stoi": found[0], "estoi": found[1]}


def _pesq(reference: Samples, heard: Samples, rate_hz: int, band: str) -> tuple[float | None, str | None]:
    """The score, or why there is none."""
    from pesq import PesqError, pesq  # noqa: PLC0415 - results are assembled without it

    try:
        with _tiny_as_zero():
            return float(pesq(rate_hz, reference, heard, band)), None
    except PesqError as error:
        return None, f"PESQ: {error.args[0].decode()}"


@contextmanager
def _tiny_as_zero() -> Iterator[None]:
    """Take numbers below the smallest normal one as zero, in this thread.

    PESQ's filters run on through the silence that it puts after a sound, into numbers that a processor works out a
    hundred times slower. They are 35 decades below what the score depends on.
    """
    import torch  # noqa: PLC0415 - results are assembled without it

    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
