import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.distances import attention_distance, hint_distance, relational_distance


def draw(*shape, seed=0):
    return torch.tensor(np.random.default_rng(seed).normal(size=shape))


EMBEDDING, TEACHER = draw(5, 4), draw(5, 4, seed=1)


def huber(difference):
    size = np.abs(difference)
    return np.where(size < 1, size**2 / 2, size - 0.5).mean()


def relations(points):
    """Distances of pairs over their mean, and cosines at the first of each three distinct points, by loops."""
    n = len(points)
    distances, cosines = np.zeros((n, n)), np.zeros((n, n, n))
    for i, j, k in np.ndindex(n, n, n):
        to_j, to_k = points[j] - points[i], points[k] - points[i]
        distances[i, j] = np.sqrt((to_j**2).sum())
        if len({i, j, k}) == 3:
            cosines[i, j, k] = to_j @ to_k / np.sqrt((to_j**2).sum() * (to_k**2).sum())
    return distances / distances[~np.eye(n, dtype=bool)].mean(), cosines


def test_relations_are_those_of_all_pairs_and_triples():
    distances, cosines = relations(EMBEDDING.numpy())
    teacher_distances, teacher_cosines = relations(TEACHER.numpy())
    wanted = 25 * huber(distances - teacher_distances) + 50 * huber(cosines - teacher_cosines)
    assert relational_distance(EMBEDDING, TEACHER).item() == pytest.approx(wanted, rel=1e-9)


def test_relations_worked_by_hand():
    """A right angle with legs 3 and 4 against three points in a row, 1 apart.

    First to second, first to third, second to third: 3, 4, 5 over 4 against 1, 2, 1 over 4/3. Cosines at the first,
    second, third: 0, 3/5, 4/5 against 1, -1, 1. Every pair counts twice among 9, every angle twice among 27.
    """
    student = torch.tensor([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0]])
    row = torch.tensor([[0.0], [1.0], [2.0]])
    of_distances = 2 * ((1 - 3 / 2) ** 2 / 2 + (5 / 4 - 3 / 4) ** 2 / 2) / 9
    of_cosines = 2 * ((1 - 0.5) + (1.6 - 0.5) + 0.2**2 / 2) / 27
    assert relational_distance(student, row).item() == pytest.approx(25 * of_distances + 50 * of_cosines, rel=1e-5)


@given(scale=st.floats(0.01, 100), turn=st.floats(0, 6))
def test_relations_survive_turning_moving_and_scaling(scale, turn):
    cos, sin = np.cos(turn), np.sin(turn)
    rotation = torch.eye(4, dtype=torch.float64)
    rotation[:2, :2] = torch.tensor([[cos, -sin], [sin, cos]])
    moved = scale * TEACHER @ rotation + 7
    assert relational_distance(moved, TEACHER).item() == pytest.approx(0, abs=1e-12)
    torch.testing.assert_close(relational_distance(EMBEDDING, moved), relational_distance(EMBEDDING, TEACHER))


@pytest.mark.parametrize("apart", [0.0, 1e-12, 1e-6, 1e-3])
def test_clips_that_all_but_coincide_do_not_pull_hard(apart):
    student = EMBEDDING.float()
    student[1] = student[0] + apart
    student.requires_grad_()
    relational_distance(student, TEACHER.float()).backward()
    assert student.grad.norm() < 1e5


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_batch_of_equal_clips_has_finite_gradients(n):
    student = torch.ones(n, 3, requires_grad=True)
    relational_distance(student, draw(n, 3).float()).backward()
    assert student.grad.isfinite().all()


@pytest.mark.parametrize("distance", [relational_distance, hint_distance])
def test_the_gradient_is_that_of_the_value(distance):
    assert torch.autograd.gradcheck(lambda e: distance(e, TEACHER), EMBEDDING.clone().requires_grad_())


def test_a_hint_worked_by_hand():
    """Errors 1 and 0 and 0 and 2: mean square 5/4. The teacher's columns vary by 1 and 4: mean 5/2."""
    teacher = torch.tensor([[0.0, 1.0], [2.0, 5.0]])
    student = torch.tensor([[1.0, 1.0], [2.0, 3.0]])
    assert hint_distance(student, teacher).item() == pytest.approx(0.5, rel=1e-6)
    assert hint_distance(teacher, teacher).item() == 0


@given(scale=st.floats(0.01, 100))
def test_a_hint_is_the_unexplained_part_of_the_variance(scale):
    answers_the_mean = TEACHER.mean(dim=0).expand_as(TEACHER)
    assert hint_distance(scale * answers_the_mean, scale * TEACHER).item() == pytest.approx(1, rel=1e-9)


def test_a_hint_from_a_constant_teacher_is_finite():
    student = EMBEDDING.clone().requires_grad_()
    hint_distance(student, torch.ones_like(EMBEDDING)).backward()
    assert student.grad.isfinite().all()


def test_a_hint_needs_one_width():
    with pytest.raises(ConfigError, match=r"\(5, 4\), the teacher's \(5, 3\); take the rkd arm"):
        hint_distance(EMBEDDING, draw(5, 3))


def attention(maps):
    mean_square = (maps.numpy() ** 2).mean(axis=1).reshape(len(maps), -1)
    return mean_square / np.sqrt((mean_square**2).sum(axis=1, keepdims=True))


STAGES = [draw(3, 4, 8, 6), draw(3, 8, 4, 3)]
TEACHER_STAGES = [draw(3, 5, 8, 6, seed=1), draw(3, 8, 4, 3, seed=1)]


def test_attention_is_the_formula():
    wanted = sum(
        ((attention(maps) - attention(taught)) ** 2).mean()
        for maps, taught in zip(STAGES, TEACHER_STAGES, strict=True)
    )
    assert attention_distance(STAGES, TEACHER_STAGES).item() == pytest.approx(wanted, rel=1e-9)


def test_attention_worked_by_hand():
    """Two places, two channels; sums of squares (2, 0) and (9, 16), of which the second has length sqrt(337)."""
    student = torch.tensor([[[[1.0, 0.0]], [[-1.0, 0.0]]]])
    teacher = torch.tensor([[[[0.0, 4.0]], [[3.0, 0.0]]]])
    wanted = ((1 - 9 / 337**0.5) ** 2 + (16 / 337**0.5) ** 2) / 2
    assert attention_distance([student], [teacher]).item() == pytest.approx(wanted, rel=1e-6)


@given(scale=st.floats(0.01, 100))
def test_attention_is_about_where_and_not_how_much(scale):
    louder_and_reordered = [scale * maps.flip(dims=[1]) for maps in STAGES]
    assert attention_distance(louder_and_reordered, STAGES).item() == pytest.approx(0, abs=1e-12)


def test_silent_maps_have_finite_gradients():
    silent = torch.zeros(3, 4, 8, 6, requires_grad=True)
    attention_distance([silent], [TEACHER_STAGES[0].float()]).backward()
    assert silent.grad.isfinite().all()


def test_maps_of_two_layouts_cannot_be_compared():
    with pytest.raises(ConfigError, match=r"\(3, 8, 6\), the teacher's \(3, 4, 6\); use the shared grid"):
        attention_distance([draw(3, 4, 8, 6)], [draw(3, 4, 4, 6)])


def test_networks_of_unlike_depth_cannot_be_compared():
    with pytest.raises(ConfigError, match="student has 2 stages, the teacher 1"):
        attention_distance(STAGES, TEACHER_STAGES[:1])
