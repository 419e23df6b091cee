"""Quality of a teacher: its calibration, its soft labels, and how the student follows it."""

from collections.abc import Sequence

import numpy as np

from lowsr_tradeoff.classify.diagnosis.artefacts import ClipTable, Part, Runs, each, mean_of, pooled
from lowsr_tradeoff.classify.diagnosis.calibration import (
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
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.classify import CLIPS
from lowsr_tradeoff.records.diagnosis import Calibration, DistilledArm, Fidelity, SoftLabels, TeacherDiagnosis

# One T for both teachers, so that their soft labels are comparable; the paper's default.
TEMPERATURE = 4.0


def diagnose_teacher(
    arm: DistilledArm, teacher: Runs, student: Runs, clips: ClipTable, temperature: float = TEMPERATURE
) -> TeacherDiagnosis:
    """Return the diagnostics of one arm's teacher; each network is compared with the student of its own run."""
    right = each(is_right, teacher, clips)
    wrong = [1 - is_it for is_it in right]
    return TeacherDiagnosis(
        arm=arm,
        on_training_clips=calibration(teacher, "train", clips),
        on_test_clips=calibration(teacher, "test", clips),
        soft_labels=soft_labels(teacher, clips, temperature),
        fidelity=fidelity(student, teacher, clips, [np.ones_like(is_it) for is_it in right]),
        fidelity_when_right=fidelity(student, teacher, clips, right),
        fidelity_when_wrong=fidelity(student, teacher, clips, wrong),
        similarity=similarity(student, teacher),
    )


def calibration(runs: Runs, part: Part, clips: ClipTable) -> Calibration:
    """Return accuracy, log-loss, calibration error and Brier score of networks on one part of the clips.

    The calibration error is computed per network and averaged: errors of pooled networks could cancel.
    """
    return Calibration(
        accuracy=pooled(each(is_right, runs, clips, part), runs, part, clips),
        log_loss=mean_of(each(log_loss, runs, clips, part), runs, part, clips, BITS),
        calibration_error=_mean_over_networks(each(calibration_error, runs, clips, part), clips),
        brier=mean_of(each(brier, runs, clips, part), runs, part, clips, "1"),
    )


def soft_labels(teacher: Runs, clips: ClipTable, temperature: float) -> SoftLabels:
    """Return measures of a teacher's softened scores of its training clips.

    The interval of ``class_information`` treats the class means as fixed.
    """
    soft = [soften(run.get("train", "logits"), temperature) for run in teacher]
    truth = [clips.truth[run.rows["train"]] for run in teacher]
    beyond = [class_information(p, labels) for p, labels in zip(soft, truth, strict=True)]
    spread = [confidence_variance(p, labels) for p, labels in zip(soft, truth, strict=True)]
    others = each(lambda logits, labels: non_target_entropy(logits, labels, temperature), teacher, clips, "train")
    return SoftLabels(
        temperature=temperature,
        entropy=mean_of([entropy(p) for p in soft], teacher, "train", clips, BITS),
        non_target_entropy=mean_of(others, teacher, "train", clips, BITS),
        confidence_variance=_mean_over_networks(spread, clips),
        class_information=mean_of(beyond, teacher, "train", clips, BITS),
    )


def fidelity(student: Runs, teacher: Runs, clips: ClipTable, counted: Sequence[Scores]) -> Fidelity:
    """Return how a student follows its teacher on those test clips that count: 1 in ``counted``, per network."""
    pairs = [
        (one.get("test", "logits"), other.get("test", "logits"))
        for one, other in zip(student, teacher, strict=True)
    ]
    return Fidelity(
        agreement=pooled([agrees(*pair) for pair in pairs], student, "test", clips, counted),
        divergence=pooled([divergence(*pair) for pair in pairs], student, "test", clips, counted, BITS),
    )


def similarity(student: Runs, teacher: Runs) -> Measurement:
    """Return the mean over networks of the debiased CKA of embeddings of test clips, ∈ [-1, 1].

    ``n`` is the clips of the smallest fold, the fewest behind any network's figure.
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


def _mean_over_networks(values: Sequence[float], clips: ClipTable) -> Measurement:
    """The bootstrap of clips does not apply: these figures are not means over clips."""
    return Measurement(value=float(np.mean(values)), n=clips.n, n_of=CLIPS, unit="1")
