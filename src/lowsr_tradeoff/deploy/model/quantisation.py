"""What int8 costs in accuracy, clip by clip, and the int8 network to use.

Folds rotate: the ranges that a clip is judged with were set by clips of other folds. So the difference is that of
clips which quantisation has not seen, whether or not training has.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.classify.scores import CLIPS, Answers, accuracy
from lowsr_tradeoff.corpora.clips import EventCorpus, read
from lowsr_tradeoff.deploy.model.model_settings import Int8Loss, ModelSettings
from lowsr_tradeoff.deploy.model.onnx_export import Images, open_session, quantise, scores
from lowsr_tradeoff.deploy.model.predict import hear
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.files.writing import write_atomic
from lowsr_tradeoff.statistics.intervals import paired_difference, resample

N_CALIBRATION = 128
N_RESAMPLES = 2000

Classes = NDArray[np.intp]


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
    images, packed = heard_images(settings, corpus), float_model.read_bytes()
    truth = np.array([settings.classes.index(clip.label) for clip in corpus.clips])
    in_float = scores(open_session(packed), images).argmax(axis=1)
    in_int8 = _judged_by_others(settings.seed, packed, corpus, images)
    write_atomic(path, quantise(packed, images[drawn(np.arange(len(images)), settings.seed)]))
    return int8_loss(
        truth,
        (in_float, in_int8),
        [clip.source for clip in corpus.clips],
        settings.seed,
        is_trained_on=corpus.summary.digest == settings.corpus.digest,
    )


def heard_images(settings: ModelSettings, corpus: EventCorpus) -> Images:
    """Return every clip's first window as the model's microphone hears it. Shape ``(n_clips, bands, frames)``."""
    return np.stack([hear(settings, *read(clip), clip.digest) for clip in corpus.clips]).astype(np.float32)


def int8_loss(
    truth: Classes, said: tuple[Classes, Classes], sources: Sequence[str], seed: int, *, is_trained_on: bool
) -> Int8Loss:
    """Return what int8 costs.

    Args:
        truth: Class numbers.
        said: Class numbers that were answered in float and in int8, for the same clips.
        sources: The recording of each clip.
        seed: Of the resampling.
        is_trained_on: Whether the networks learnt from these clips.
    """
    in_float, in_int8 = said
    draws = resample(sources, N_RESAMPLES, seed)
    weights = draws.counts[:, draws.units]
    return Int8Loss(
        float_accuracy=accuracy(Answers(in_float[None], truth), draws),
        int8_accuracy=accuracy(Answers(in_int8[None], truth), draws),
        difference=paired_difference(in_int8 == truth, in_float == truth, weights, CLIPS),
        same_answer=accuracy(Answers(in_int8[None], in_float), draws),
        n_calibration=min(N_CALIBRATION, len(truth)),
        is_trained_on=is_trained_on,
    )


def _judged_by_others(seed: int, packed: bytes, corpus: EventCorpus, images: Images) -> Classes:
    """Each fold's answers in int8, of a network whose ranges the other folds set."""
    folds = np.array([clip.fold for clip in corpus.clips])
    answers = np.empty(len(images), np.intp)
    for fold in np.unique(folds):
        others = drawn(np.flatnonzero(folds != fold), seed)
        session = open_session(quantise(packed, images[others]))
        answers[folds == fold] = scores(session, images[folds == fold]).argmax(axis=1)
    return answers


def drawn(rows: Classes, seed: int) -> Classes:
    """Return at most 128 of the rows, drawn without regard to class or order."""
    return np.sort(np.random.default_rng(seed).permutation(rows)[:N_CALIBRATION])
