"""What int8 costs in accuracy, clip by clip, and the int8 network to use.

Folds rotate: the ranges that a clip is judged with were set by clips of other folds. So the difference is that of
clips which quantisation has not seen, whether or not training has.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.classify.model_settings import ModelSettings
from lowsr_tradeoff.classify.onnx_export import Images, open_session, quantise, scores
from lowsr_tradeoff.classify.predict import hear
from lowsr_tradeoff.classify.scores import CLIPS, Answers, accuracy
from lowsr_tradeoff.corpora.clips import EventCorpus, read
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.records import Measurement, Record
from lowsr_tradeoff.stats import paired_difference, resample
from lowsr_tradeoff.store import write_atomic

N_CALIBRATION = 128
N_RESAMPLES = 2000


class Int8Loss(Record):
    """What becomes of the answers in int8.

    Attributes:
        float_accuracy: Of the network in float.
        int8_accuracy: Of the network in int8, on the same clips.
        difference: The second minus the first.
        same_answer: Share of clips that both name alike.
        n_calibration: Clips that set the ranges.
        is_trained_on: Whether the network learnt from these very clips; then both accuracies flatter.
    """

    float_accuracy: Measurement
    int8_accuracy: Measurement
    difference: Measurement
    same_answer: Measurement
    n_calibration: int
    is_trained_on: bool


def export_int8(settings: ModelSettings, float_model: Path, path: Path, corpus: EventCorpus) -> Int8Loss:
    """Write the int8 network, its ranges set by clips of the whole corpus, and return what int8 costs.

    Args:
        settings: The model's.
        float_model: From :func:`onnx_export.export_onnx`.
        path: The file to write.
        corpus: Sounds like those of use, with the model's labels.

    Raises:
        DataError: The corpus has labels that the model does not know.
        MissingResourceError: The extra ``onnx`` is not installed.
    """
    if unknown := sorted(set(corpus.summary.classes) - set(settings.classes)):
        raise DataError(f"{corpus.summary.name}: has labels that the model does not know: {', '.join(unknown)}")
    images = heard_images(settings, corpus)
    loss = _loss(settings, float_model, corpus, images)
    write_atomic(path, quantise(float_model, images[_drawn(np.arange(len(images)), settings.seed)]))
    return loss


def heard_images(settings: ModelSettings, corpus: EventCorpus) -> Images:
    """Return every clip's first window as the model's microphone hears it. Shape ``(n_clips, bands, frames)``."""
    return np.stack([hear(settings, *read(clip), clip.digest) for clip in corpus.clips]).astype(np.float32)


def _loss(settings: ModelSettings, float_model: Path, corpus: EventCorpus, images: Images) -> Int8Loss:
    truth = np.array([settings.classes.index(clip.label) for clip in corpus.clips])
    in_float = scores(open_session(float_model.read_bytes()), images).argmax(axis=1)
    in_int8 = _judged_by_others(settings, float_model, corpus, images)
    draws = resample([clip.source for clip in corpus.clips], N_RESAMPLES, settings.seed)
    return Int8Loss(
        float_accuracy=accuracy(Answers(in_float[None], truth), draws),
        int8_accuracy=accuracy(Answers(in_int8[None], truth), draws),
        difference=paired_difference(in_int8 == truth, in_float == truth, draws.counts[:, draws.units], CLIPS),
        same_answer=accuracy(Answers(in_int8[None], in_float), draws),
        n_calibration=min(N_CALIBRATION, len(images)),
        is_trained_on=corpus.summary.digest == settings.corpus.digest,
    )


def _judged_by_others(
    settings: ModelSettings, float_model: Path, corpus: EventCorpus, images: Images
) -> NDArray[np.intp]:
    """Each fold's answers in int8, of a network whose ranges the other folds set."""
    folds = np.array([clip.fold for clip in corpus.clips])
    answers = np.empty(len(images), np.intp)
    for fold in np.unique(folds):
        others = _drawn(np.flatnonzero(folds != fold), settings.seed)
        session = open_session(quantise(float_model, images[others]))
        answers[folds == fold] = scores(session, images[folds == fold]).argmax(axis=1)
    return answers


def _drawn(rows: NDArray[np.intp], seed: int) -> NDArray[np.intp]:
    """At most so many rows, drawn without regard to class or order."""
    return np.sort(np.random.default_rng(seed).permutation(rows)[:N_CALIBRATION])
