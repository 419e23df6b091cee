"""STOI, ESTOI and PESQ of a capture against the full-band original, both at 16 kHz.

They are diagnostics of the signal, not privacy claims: they do not say what an attacker understands.

References: Taal et al., IEEE TASLP 19(7), 2011 (STOI); Jensen & Taal, IEEE/ACM TASLP 24(11), 2016 (ESTOI);
ITU-T P.862.2, 2007 (wide-band PESQ).
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.audio.capture import restore
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.records import Measurement, Record, missing
from lowsr_tradeoff.stats import mean_measurement

Samples = NDArray[np.float32]

MODEL_RATE_HZ = 16000
# 30 frames of 25.6 ms with half overlap, Taal et al. 2011, section II.
STOI_NEEDS_S = 0.4
STOI_TOO_SHORT = f"STOI needs {STOI_NEEDS_S} s of speech"


class SignalScores(Record):
    """What one capture scores against its original.

    Attributes:
        clip_id: The utterance.
        speaker: Who said it.
        stoi: Correlation of short-time envelopes, ∈ [-1, 1].
        estoi: The same after normalising short-time spectra, ∈ [-1, 1].
        pesq_wb: Predicted mean opinion score, ∈ [1, 4.64].
        stoi_reason: Why there is neither STOI nor ESTOI.
        pesq_reason: Why there is no PESQ.
    """

    clip_id: str
    speaker: str
    stoi: float | None = None
    estoi: float | None = None
    pesq_wb: float | None = None
    stoi_reason: str | None = None
    pesq_reason: str | None = None


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
        DataError: The original is itself below 16 kHz. Two signals that lack the same band score 1.
    """
    if source_rate_hz < MODEL_RATE_HZ:
        raise DataError(
            f"{clip_id}: its file has {source_rate_hz} Hz, and STOI and PESQ compare with an original of "
            f"{MODEL_RATE_HZ} Hz or more; take a recording at full rate"
        )
    reference = restore(original, source_rate_hz, MODEL_RATE_HZ)
    heard = restore(captured, rate_hz, MODEL_RATE_HZ)
    # A capture is not delayed; its last sample may end up to one period of the low rate before or after the clip.
    n = min(len(reference), len(heard))
    return SignalScores(clip_id=clip_id, speaker=speaker, **_scores(reference[:n], heard[:n]))


def mean_score(rows: Sequence[SignalScores], name: str, weights: NDArray[np.float64], unit: str) -> Measurement:
    """Return the mean of one score over the utterances that have it; ``n`` and ``n_of`` say how many those are.

    Args:
        rows: The utterances.
        name: ``"stoi"``, ``"estoi"`` or ``"pesq_wb"``.
        weights: From :func:`stats.resample_weights`, for the same rows.
        unit: The score's unit.
    """
    values = [getattr(row, name) for row in rows]
    kept = [i for i, value in enumerate(values) if value is not None]
    n_of = "utterances" if len(kept) == len(rows) else f"of {len(rows)} utterances; the others cannot be scored"
    if not kept:
        reasons = {row.pesq_reason if name == "pesq_wb" else row.stoi_reason for row in rows}
        return missing("; ".join(sorted(filter(None, reasons))) or "there are no utterances", "utterances", unit)
    return mean_measurement([values[i] for i in kept], weights[:, kept], n_of, unit)


def _scores(reference: Samples, heard: Samples) -> dict[str, float | str | None]:
    for signal, whose in ((reference, "the original"), (heard, "the capture")):
        if not signal.any():
            return {"stoi_reason": f"{whose} is silent", "pesq_reason": f"{whose} is silent"}
    return {**_stoi(reference, heard), **_pesq(reference, heard)}


def _stoi(reference: Samples, heard: Samples) -> dict[str, float | str | None]:
    from pystoi import stoi  # noqa: PLC0415 - results are assembled without it

    if len(reference) < STOI_NEEDS_S * MODEL_RATE_HZ:
        return {"stoi_reason": STOI_TOO_SHORT}
    try:
        with warnings.catch_warnings(), _own_noise():
            # Its value is then 1e-5, which is no measurement.
            warnings.filterwarnings("error", "Not enough STFT frames", RuntimeWarning)
            return {
                "stoi": float(stoi(reference, heard, MODEL_RATE_HZ)),
                "estoi": float(stoi(reference, heard, MODEL_RATE_HZ, extended=True)),
            }
    except RuntimeWarning:
        return {"stoi_reason": STOI_TOO_SHORT}


def _pesq(reference: Samples, heard: Samples) -> dict[str, float | str | None]:
    from pesq import PesqError, pesq  # noqa: PLC0415 - results are assembled without it

    try:
        return {"pesq_wb": float(pesq(MODEL_RATE_HZ, reference, heard, "wb"))}
    except PesqError as error:
        return {"pesq_reason": f"PESQ: {error.args[0].decode()}"}


@contextmanager
def _own_noise() -> Iterator[None]:
    """Give pystoi, which adds noise of the size of rounding from NumPy's global generator, the same every time."""
    state = np.random.get_state()  # noqa: NPY002 - the one that pystoi uses
    np.random.seed(0)  # noqa: NPY002 - likewise
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002 - likewise
