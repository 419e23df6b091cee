"""What a teacher is worth: its calibration, its soft labels, and how the student follows it."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from lowsr_tradeoff.classify.diagnosis.artefacts import Heard, Part, Runs, mean_of, mean_where, share_of
from lowsr_tradeoff.classify.diagnosis.calibration import (
    Classes,
    Scores,
    brier,
    calibration_error,
    confidence_variance,
    is_right,
    log_loss,
)
from lowsr_tradeoff.classify.diagnosis.information import (
    class_information,
    divergence,
    entropy,
    non_target_entropy,
    soften,
)
from lowsr_tradeoff.classify.diagnosis.similarity import FEWEST_FOR_CKA, agrees, debiased_cka
from lowsr_tradeoff.classify.diagnosis.usable import BITS
from lowsr_tradeoff.classify.scores import CLIPS
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.diagnosis import Calibration, DistilledArm, Fidelity, SoftLabels, TeacherDiagnosis

Figure = TypeVar("Figure", float, Scores)
# One T for both teachers, so that their soft labels compare; the paper's default.
TEMPERATURE = 4.0


def diagnose_teacher(
    arm: DistilledArm, teacher: Runs, student: Runs, heard: Heard, temperature: float = TEMPERATURE
) -> TeacherDiagnosis:
    """Return the diagnostics of one arm's teacher; each network is held against the student of its own run.

    Args:
        arm: The arm that it teaches.
        teacher: Its networks, repetition by repetition, fold by fold.
        student: The students' networks in the same order.
        heard: All clips.
        temperature: T of the soft labels.
    """
    right = [is_right(run.get("test", "logits"), heard.truth[run.rows["test"]]) for run in teacher]
    wrong = [1 - is_it for is_it in right]
    return TeacherDiagnosis(
        arm=arm,
        on_training_clips=calibration(teacher, "train", heard),
        on_test_clips=calibration(teacher, "test", heard),
        soft_labels=soft_labels(teacher, heard, temperature),
        fidelity=fidelity(student, teacher, heard, [np.ones_like(is_it) for is_it in right]),
        fidelity_when_right=fidelity(student, teacher, heard, right),
        fidelity_when_wrong=fidelity(student, teacher, heard, wrong),
        similarity=similarity(student, teacher),
    )


def calibration(runs: Runs, part: Part, heard: Heard) -> Calibration:
    """Return accuracy, log-loss, calibration error and Brier score of networks on one part of the clips.

    The calibration error is made per network and averaged: pooled over networks it would hide errors that cancel.
    """
    right = _each(is_right, runs, part, heard)
    return Calibration(
        accuracy=share_of(right, runs, part, heard),
        log_loss=mean_of(_each(log_loss, runs, part, heard), runs, part, heard, BITS),
        calibration_error=_mean_over_networks(_each(calibration_error, runs, part, heard), heard, "1"),
        brier=mean_of(_each(brier, runs, part, heard), runs, part, heard, "1"),
    )


def soft_labels(teacher: Runs, heard: Heard, temperature: float) -> SoftLabels:
    """Return what a teacher's softened scores of its training clips hold.

    The interval of ``class_information`` takes the class means as given.
    """
    p = [soften(run.get("train", "logits"), temperature) for run in teacher]
    truth = [heard.truth[run.rows["train"]] for run in teacher]
    others = [
        non_target_entropy(run.get("train", "logits"), labels, temperature)
        for run, labels in zip(teacher, truth, strict=True)
    ]
    beyond = [class_information(soft, labels) for soft, labels in zip(p, truth, strict=True)]
    spread = [confidence_variance(soft, labels) for soft, labels in zip(p, truth, strict=True)]
    return SoftLabels(
        temperature=temperature,
        entropy=mean_of([entropy(soft) for soft in p], teacher, "train", heard, BITS),
        non_target_entropy=mean_of(others, teacher, "train", heard, BITS),
        confidence_variance=_mean_over_networks(spread, heard, "1"),
        class_information=mean_of(beyond, teacher, "train", heard, BITS),
    )


def fidelity(student: Runs, teacher: Runs, heard: Heard, counted: Sequence[Scores]) -> Fidelity:
    """Return how a student follows its teacher on those test clips that count.

    Args:
        student: The students' networks.
        teacher: The teachers' networks in the same order; a test clip is new to both.
        heard: All clips.
        counted: Per network, 1 for the clips that count.
    """
    pairs = [
        (one.get("test", "logits"), other.get("test", "logits"))
        for one, other in zip(student, teacher, strict=True)
    ]
    return Fidelity(
        agreement=share_of([agrees(*pair) for pair in pairs], student, "test", heard, counted),
        divergence=mean_where([divergence(*pair) for pair in pairs], student, "test", heard, counted, BITS),
    )


def similarity(student: Runs, teacher: Runs) -> Measurement:
    """Return the mean over networks of the debiased CKA of embeddings of test clips, ∈ [-1, 1].

    ``n`` is the clips of the smallest fold: each network's figure rests on no more.
    """
    pairs = [
        (one.get("test", "embeddings"), other.get("test", "embeddings"))
        for one, other in zip(student, teacher, strict=True)
    ]
    fewest = min(len(one) for one, _ in pairs)
    if fewest < FEWEST_FOR_CKA:
        return missing(f"debiased CKA needs {FEWEST_FOR_CKA} clips per fold, there are {fewest}", CLIPS)
    values = [debiased_cka(*pair) for pair in pairs]
    defined = [value for value in values if value is not None]
    if len(defined) < len(values):
        return missing("a network embeds all clips of its fold alike", CLIPS)
    return Measurement(value=float(np.mean(defined)), n=fewest, n_of=f"{CLIPS} per fold")


def _each(metric: Callable[[Scores, Classes], Figure], runs: Runs, part: Part, heard: Heard) -> list[Figure]:
    """One metric of every network on one part of the clips."""
    return [metric(run.get(part, "logits"), heard.truth[run.rows[part]]) for run in runs]


def _mean_over_networks(values: Sequence[float], heard: Heard, unit: str) -> Measurement:
    """These are no means over clips, so the bootstrap of clips does not serve them."""
    return Measurement(value=float(np.mean(values)), n=len(heard.clips), n_of=CLIPS, unit=unit)
