"""The loss of one batch: labels and teachers, weighed."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import rel_entr, softmax

from lowsr_tradeoff.learning.augment import draw_epoch
from lowsr_tradeoff.learning.distances import (
    correlation_distance,
    decoupled_distance,
    hint_distance,
    label_loss,
    relational_distance,
    soft_distance,
    standardised_distance,
)
from lowsr_tradeoff.learning.losses import Batch, batch_loss
from lowsr_tradeoff.learning.recipe import Cell
from lowsr_tradeoff.learning.training_data import TeacherOutputs

STUDENT = torch.tensor([[2.0, 0.0, -1.0], [0.5, 0.5, 3.0]], dtype=torch.float64)
TEACHER = torch.tensor([[1.0, 1.0, 0.0], [-2.0, 0.0, 4.0]], dtype=torch.float64)
TARGET = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.25, 0.75]], dtype=torch.float64)
EMBEDDING = torch.tensor([[1.0, 2.0], [0.0, -1.0]], dtype=torch.float64)


def kl(teacher, student):
    """Mean over rows of the divergence of probabilities."""
    return rel_entr(teacher, student).sum(axis=1).mean()


def batch(logits, labels=TARGET, progress=0.5) -> Batch:
    return Batch(logits, EMBEDDING, (), labels, progress)


def taught(loss, *logits, cell=None) -> TeacherOutputs:
    return TeacherOutputs(loss, cell, logits, EMBEDDING + 1)


def distillation_loss(student, target, teacher, alpha, temperature):
    cell = Cell(alpha=alpha, temperature=temperature)
    return batch_loss(batch(student, target), taught("softened", teacher, cell=cell), 0.0)


def test_a_value_worked_by_hand():
    """Two classes, student undecided, teacher 3:1, label on the first: CE = ln 2, KL = ln 2 - H(3/4)."""
    student = torch.zeros(1, 2)
    teacher = torch.tensor([[math.log(3.0), 0.0]])
    divergence = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)
    loss = distillation_loss(student, torch.tensor([[1.0, 0.0]]), teacher, alpha=0.4, temperature=1.0)
    assert loss.item() == pytest.approx(0.4 * math.log(2) + 0.6 * divergence, rel=1e-6)


@given(alpha=st.floats(0, 1), temperature=st.floats(0.5, 20))
def test_it_is_the_formula(alpha, temperature):
    student, teacher = (softmax(z.numpy() / temperature, axis=1) for z in (STUDENT, TEACHER))
    ce = -(TARGET.numpy() * np.log(softmax(STUDENT.numpy(), axis=1))).sum(axis=1).mean()
    loss = distillation_loss(STUDENT, TARGET, TEACHER, alpha, temperature).item()
    assert loss == pytest.approx(alpha * ce + (1 - alpha) * temperature**2 * kl(teacher, student), rel=1e-9)


def test_with_alpha_one_the_teacher_is_not_heard():
    loss = distillation_loss(STUDENT, TARGET, TEACHER, alpha=1.0, temperature=4.0)
    torch.testing.assert_close(loss, torch.nn.functional.cross_entropy(STUDENT, TARGET))


def test_a_student_that_agrees_with_its_teacher_pays_for_the_labels_alone():
    agreeing = STUDENT + 5.0  # a constant on all scores changes no probability
    assert distillation_loss(STUDENT, TARGET, agreeing, alpha=0.0, temperature=4.0).item() == pytest.approx(
        0, abs=1e-12
    )


def test_at_high_temperature_it_matches_centred_scores():
    """T^2 KL tends to the mean squared difference of centred scores, sum / (2 C) (Hinton et al., section 2.1)."""
    centred = [z - z.mean(dim=1, keepdim=True) for z in (STUDENT, TEACHER)]
    limit = ((centred[0] - centred[1]) ** 2).sum(dim=1).mean() / (2 * 3)
    torch.testing.assert_close(
        distillation_loss(STUDENT, TARGET, TEACHER, alpha=0.0, temperature=1e4), limit, rtol=1e-3, atol=0
    )


def test_only_the_student_is_pulled():
    student, teacher = STUDENT.clone().requires_grad_(), TEACHER.clone()
    distillation_loss(student, TARGET, teacher, alpha=0.0, temperature=2.0).backward()
    assert student.grad is not None
    pull = softmax(STUDENT.numpy() / 2, axis=1) - softmax(TEACHER.numpy() / 2, axis=1)
    np.testing.assert_allclose(student.grad, 2.0 * pull / 2, atol=1e-9)  # T^2 / T, mean over two rows


def test_two_teachers_are_heard_equally():
    cell = Cell(alpha=0.4, temperature=2.0)
    other = TEACHER.flip(1)
    both = batch_loss(batch(STUDENT), taught("softened", TEACHER, other, cell=cell), 0.0)
    one, two = (distillation_loss(STUDENT, TARGET, teacher, 0.4, 2.0) for teacher in (TEACHER, other))
    torch.testing.assert_close(both, (one + two) / 2)


def test_without_a_teacher_it_is_the_labels():
    loss = batch_loss(batch(STUDENT), None, 0.1)
    torch.testing.assert_close(loss, label_loss(STUDENT, TARGET, 0.1))


@pytest.mark.parametrize(
    ("loss", "labels", "distance"),
    [
        ("decoupled", 1.0, decoupled_distance(STUDENT, TEACHER, TARGET, 4.0)),
        ("standardised scores", 0.1, 9 * standardised_distance(STUDENT, TEACHER, 2.0)),
        ("correlation", 1.0, correlation_distance(STUDENT, TEACHER)),
        ("relational", 1.0, relational_distance(EMBEDDING, EMBEDDING + 1)),
        ("embedding", 1.0, hint_distance(EMBEDDING, EMBEDDING + 1)),
    ],
)
def test_rivals_have_the_weights_of_their_papers(loss, labels, distance):
    found = batch_loss(batch(STUDENT, progress=1.0), taught(loss, TEACHER), 0.0)
    torch.testing.assert_close(found, labels * label_loss(STUDENT, TARGET) + distance)


def test_decoupled_distillation_warms_up():
    losses = [
        batch_loss(batch(STUDENT, progress=p), taught("decoupled", TEACHER), 0.0).item()
        for p in (0.0, 0.1, 0.2, 1.0)
    ]
    assert losses[0] == pytest.approx(label_loss(STUDENT, TARGET).item())
    assert losses[1] - losses[0] == pytest.approx((losses[2] - losses[0]) / 2)
    assert losses[2] == pytest.approx(losses[3])


@pytest.mark.parametrize("loss", ["softened", "no such loss"])
def test_without_alpha_and_t_only_the_rivals_have_a_loss(loss):
    with pytest.raises(ValueError, match=f"{loss}: there is no such loss without alpha and T"):
        batch_loss(batch(STUDENT), taught(loss, TEACHER), 0.0)


def test_feature_maps_are_compared_with_those_of_a_teacher_at_work():
    with pytest.raises(ValueError, match="no teacher at work"):
        batch_loss(batch(STUDENT), taught("feature maps", TEACHER), 0.0)


def test_what_a_teacher_says_is_mixed_as_the_images_are():
    draws = draw_epoch(2, (4, 4), 0.3, np.random.default_rng(0))
    teachers = TeacherOutputs("softened", None, (TEACHER.float(),), EMBEDDING.float())
    said = teachers.of(draws, 0.0).logits[0]
    share = draws.share.numpy()
    own = TEACHER.numpy()[draws.order]
    np.testing.assert_allclose(said, share * own + (1 - share) * own[::-1], rtol=1e-6)


def test_a_soft_teacher_that_agrees_adds_nothing():
    assert soft_distance(STUDENT, STUDENT + 3, 2.0).item() == pytest.approx(0, abs=1e-12)
