import numpy as np
import pytest
from scipy.stats import ortho_group

from lowsr_tradeoff.classify.diagnosis.artefacts import ClipTable, NetworkOutputs, Runs
from lowsr_tradeoff.classify.diagnosis.calibration import calibration_error
from lowsr_tradeoff.classify.diagnosis.information import divergence
from lowsr_tradeoff.classify.diagnosis.teachers import (
    TEMPERATURE,
    calibration,
    diagnose_teacher,
    fidelity,
    similarity,
    soft_labels,
)
from lowsr_tradeoff.statistics.intervals import resample_weights

N_CLIPS, N_CLASSES, FOLDS = 60, 3, (1, 2, 3)
FOLD = np.arange(N_CLIPS) % 3 + 1
TRUTH = np.arange(N_CLIPS) // 20
WEIGHTS = resample_weights([f"s{i // 2}" for i in range(N_CLIPS)], 200, 0)
CLIPS = ClipTable(TRUTH, FOLD, WEIGHTS, ("a", "b", "c"))


def runs_of(logits, embeddings=None) -> Runs:
    """Networks of two repetitions that all say the same of a clip. Shapes ``(n_clips, ...)``."""
    embeddings = logits if embeddings is None else embeddings
    runs = []
    for fold in FOLDS * 2:
        rows = {"test": np.flatnonzero(fold == FOLD), "train": np.flatnonzero(fold != FOLD)}
        arrays = {f"{part}_logits": logits[its] for part, its in rows.items()}
        arrays |= {f"{part}_embeddings": embeddings[its] for part, its in rows.items()}
        runs.append(NetworkOutputs("a step", arrays, rows))
    return tuple(runs)


def logits_of(right_share=1.0, spread=1.0, seed=0):
    rng = np.random.default_rng(seed)
    named = np.where(rng.random(N_CLIPS) < right_share, TRUTH, (TRUTH + 1) % N_CLASSES)
    return 3 * np.eye(N_CLASSES)[named] + spread * rng.standard_normal((N_CLIPS, N_CLASSES)) / 3


def test_calibration_is_that_of_the_clips_where_all_networks_agree():
    logits = logits_of(0.7)
    for part in ("test", "train"):
        found = calibration(runs_of(logits), part, CLIPS)
        assert found.accuracy.value == pytest.approx((logits.argmax(axis=1) == TRUTH).mean())
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        assert found.log_loss.value == pytest.approx(-np.log2(p[np.arange(N_CLIPS), TRUTH]).mean())
        assert found.brier.value == pytest.approx(np.square(p - np.eye(N_CLASSES)[TRUTH]).sum(axis=1).mean())
        assert (found.log_loss.unit, found.log_loss.n) == ("bit", N_CLIPS)


def test_calibration_error_is_made_per_network_and_then_averaged():
    logits = logits_of(0.7)
    found = calibration(runs_of(logits), "test", CLIPS)
    per_fold = [calibration_error(logits[fold == FOLD], TRUTH[fold == FOLD]) for fold in FOLDS]
    assert found.calibration_error.value == pytest.approx(np.mean(per_fold))
    assert found.calibration_error.low is None


def test_soft_labels_of_a_teacher_that_says_nothing_of_a_clip_but_its_class():
    found = soft_labels(runs_of(3 * np.eye(N_CLASSES)[TRUTH]), CLIPS, 3.0)
    own = np.e / (np.e + 2)
    assert found.class_information.value == pytest.approx(0, abs=1e-12)
    assert found.confidence_variance.value == pytest.approx(0, abs=1e-12)
    assert found.non_target_entropy.value == pytest.approx(1)
    expected = -own * np.log2(own) - (1 - own) * np.log2((1 - own) / 2)
    assert found.entropy.value == pytest.approx(expected)


def test_a_teacher_that_tells_clips_of_a_class_apart_has_more_of_all_but_sureness():
    plain, telling = (soft_labels(runs_of(logits_of(spread=s)), CLIPS, TEMPERATURE) for s in (0.1, 6.0))
    assert telling.class_information.value > plain.class_information.value
    assert telling.confidence_variance.value > plain.confidence_variance.value


def test_fidelity_splits_by_whether_the_teacher_is_right():
    """The student repeats the teacher where it is right, and names the class where it is wrong."""
    teacher = logits_of(0.6)
    is_right = teacher.argmax(axis=1) == TRUTH
    student = np.where(is_right[:, None], teacher, 3 * np.eye(N_CLASSES)[TRUTH])
    found = diagnose_teacher("basd", runs_of(teacher), runs_of(student), CLIPS)
    assert found.fidelity_when_right.agreement.value == 1
    assert found.fidelity_when_wrong.agreement.value == 0
    assert found.fidelity.agreement.value == pytest.approx(is_right.mean())
    assert found.fidelity_when_right.agreement.n == is_right.sum()
    assert found.fidelity_when_right.divergence.value == pytest.approx(0, abs=1e-12)
    whole = found.fidelity.divergence.value
    assert whole == pytest.approx(found.fidelity_when_wrong.divergence.value * (~is_right).mean())


def test_divergence_is_of_the_student_from_the_teacher_and_not_the_reverse():
    student, teacher = 3 * logits_of(seed=1), logits_of(0.5, seed=2)
    found = fidelity(runs_of(student), runs_of(teacher), CLIPS, [np.ones(20)] * 6)
    assert found.divergence.value == pytest.approx(divergence(student, teacher).mean())
    assert abs(divergence(teacher, student).mean() - found.divergence.value) > 0.1


def test_a_teacher_without_error_has_no_clips_to_be_wrong_on():
    found = diagnose_teacher("cssd", runs_of(logits_of()), runs_of(logits_of(seed=1)), CLIPS)
    assert found.fidelity_when_wrong.agreement.reason == "there is no such clip"
    assert found.on_test_clips.accuracy.value == 1


def test_embeddings_that_are_rotated_copies_are_alike_and_independent_ones_are_not():
    rng = np.random.default_rng(0)
    embeddings, others = rng.standard_normal((2, N_CLIPS, 8))
    logits = logits_of()
    turned = runs_of(logits, embeddings @ ortho_group.rvs(8, random_state=0))
    assert similarity(turned, runs_of(logits, embeddings)).value == pytest.approx(1)
    apart = similarity(runs_of(logits, others), runs_of(logits, embeddings))
    assert abs(apart.value) < 0.2
    assert (apart.n, apart.n_of) == (20, "clips per fold")


def test_similarity_says_why_there_is_none():
    logits = logits_of()
    constant = runs_of(logits, np.ones((N_CLIPS, 4)))
    assert "alike" in similarity(constant, runs_of(logits)).reason
    few = tuple(NetworkOutputs("", {"test_embeddings": np.eye(3)}, {"test": np.arange(3)}) for _ in FOLDS)
    assert similarity(few, few).reason == "debiased CKA needs 4 clips per fold, there are 3"
