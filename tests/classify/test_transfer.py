import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import rel_entr, softmax

from lowsr_tradeoff.classify.transfer import distillation_loss

STUDENT = torch.tensor([[2.0, 0.0, -1.0], [0.5, 0.5, 3.0]], dtype=torch.float64)
TEACHER = torch.tensor([[1.0, 1.0, 0.0], [-2.0, 0.0, 4.0]], dtype=torch.float64)
TARGET = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.25, 0.75]], dtype=torch.float64)


def test_a_value_worked_by_hand():
    """Two classes, student undecided, teacher 3:1, label on the first: CE = ln 2, KL = ln 2 - H(3/4)."""
    student = torch.zeros(1, 2)
    teacher = torch.tensor([[math.log(3.0), 0.0]])
    kl = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)
    loss = distillation_loss(student, torch.tensor([[1.0, 0.0]]), teacher, alpha=0.4, temperature=1.0)
    assert loss.item() == pytest.approx(0.4 * math.log(2) + 0.6 * kl, rel=1e-6)


@given(alpha=st.floats(0, 1), temperature=st.floats(0.5, 20))
def test_it_is_the_formula(alpha, temperature):
    student, teacher = (softmax(z.numpy() / temperature, axis=1) for z in (STUDENT, TEACHER))
    ce = -(TARGET.numpy() * np.log(softmax(STUDENT.numpy(), axis=1))).sum(axis=1).mean()
    kl = rel_entr(teacher, student).sum(axis=1).mean()
    loss = distillation_loss(STUDENT, TARGET, TEACHER, alpha, temperature).item()
    assert loss == pytest.approx(alpha * ce + (1 - alpha) * temperature**2 * kl, rel=1e-9)


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
