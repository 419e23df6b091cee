"""The int8 network to use, and what int8 costs in accuracy, clip by clip.

Folds rotate: the ranges that a clip is judged with were set by clips of other folds. So the difference is that of
clips which quantisation has not seen, whether or not training has.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lowsr_tradeoff.classify.scores import Answers, accuracy
from lowsr_tradeoff.corpora.clips import EventCorpus, read
from lowsr_tradeoff.deploy.model.model_settings import Int8Loss, ModelSettings
from lowsr_tradeoff.deploy.model.onnx_export import Images, class_scores, open_session, quantise
from lowsr_tradeoff.deploy.model.predict import window_image
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.files.writing import write_atomic
from lowsr_tradeoff.records.classify import CLIPS
from lowsr_tradeoff.statistics import N_RESAMPLES
from lowsr_tradeoff.statistics.intervals import paired_difference, resample

N_CALIBRATION = 128

ClassNumbers = NDArray[np.intp]


def export_int8(settings: ModelSettings, float_model: Path, path: Path, corpus: EventCorpus) -> Int8Loss:
    """Write an exported network in int8, its ranges set by clips of the corpus, and return what int8 costs.

    Raises:
        DataError: The corpus has labels that the model does not know.
    """
    if unknown := sorted(set(corpus.summary.classes) - set(settings.classes)):
        raise DataError(f"{corpus.summary.name}: has labels that the model does not know: {', '.join(unknown)}")
    images, network = clip_images(settings, corpus), float_model.read_bytes()
    in_float = class_scores(open_session(network), images).argmax(axis=1)
    in_int8 = _int8_by_fold(settings.seed, network, corpus, images)
    write_atomic(path, quantise_on_sample(network, images, settings.seed))
    return int8_loss(
        np.array([settings.classes.index(clip.label) for clip in corpus.clips]),
        in_float,
        in_int8,
        [clip.source for clip in corpus.clips],
        settings.seed,
        is_trained_on=corpus.summary.digest == settings.corpus.digest,
    )


def clip_images(settings: ModelSettings, corpus: EventCorpus) -> Images:
    """Return the image of every clip's first window. Shape ``(n_clips, bands, frames)``."""
    return np.stack([window_image(settings, *read(c), c.digest) for c in corpus.clips]).astype(np.float32)


def int8_loss(
    truth: ClassNumbers,
    in_float: ClassNumbers,
    in_int8: ClassNumbers,
    sources: Sequence[str],
    seed: int,
    *,
    is_trained_on: bool,
) -> Int8Loss:
    """Return what int8 costs, from true and predicted class numbers of clips of some source recordings."""
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


def quantise_on_sample(network: bytes, images: Images, seed: int) -> bytes:
    """Return a network in int8, its ranges set by at most 128 of the images, drawn without regard to class."""
    rows = np.sort(np.random.default_rng(seed).permutation(len(images))[:N_CALIBRATION])
    return quantise(network, images[rows])


def _int8_by_fold(seed: int, network: bytes, corpus: EventCorpus, images: Images) -> ClassNumbers:
    """Return each fold's predictions in int8, by a network whose ranges the other folds set."""
    folds = np.array([clip.fold for clip in corpus.clips])
    predicted = np.empty(len(images), np.intp)
    for fold in np.unique(folds):
        session = open_session(quantise_on_sample(network, images[folds != fold], seed))
        predicted[folds == fold] = class_scores(session, images[folds == fold]).argmax(axis=1)
    return predicted
