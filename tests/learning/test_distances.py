import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import rel_entr, softmax
from scipy.stats import pearsonr

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.learning.distances import (
    attention_distance,
    consistency,
    correlation_distance,
    decoupled_distance,
    hint_distance,
    label_loss,
    permute_others,
    relational_distance,
    soft_distance,
    standardised_distance,
)

STUDENT = torch.tensor([[2.0, 0.0, -1.0], [0.5, 0.5, 3.0]], dtype=torch.float64)
TEACHER = torch.tensor([[1.0, 1.0, 0.0], [-2.0, 0.0, 4.0]], dtype=torch.float64)
TARGET = torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.25, 0.75]], dtype=torch.float64)
DISTANCES = [
    pytest.param(lambda z, z_t: soft_distance(z, z_t, 4.0), id="soft"),
    pytest.param(lambda z, z_t: decoupled_distance(z, z_t, TARGET, 4.0), id="decoupled"),
    pytest.param(lambda z, z_t: standardised_distance(z, z_t, 2.0), id="standardised"),
    pytest.param(correlation_distance, id="correlation"),
    pytest.param(consistency, id="consistency"),
]


def kl(teacher, student):
    """Mean over rows of the divergence of probabilities."""
    return rel_entr(teacher, student).sum(axis=1).mean()


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_student_that_answers_as_its_teacher_is_at_no_distance(distance):
    assert distance(TEACHER, TEACHER).item() == pytest.approx(0, abs=1e-12)
    assert distance(STUDENT, TEACHER).item() > 0.01


@pytest.mark.parametrize("distance", DISTANCES)
def test_a_constant_on_all_scores_of_a_clip_changes_no_distance(distance):
    shift = torch.tensor([[3.0], [-70.0]], dtype=torch.float64)
    torch.testing.assert_close(distance(STUDENT + shift, TEACHER - 2 * shift), distance(STUDENT, TEACHER))


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("scale", [0.0, 1.0, 300.0])
def test_gradients_stay_finite_for_undecided_and_for_certain_answers(distance, scale):
    student = (scale * STUDENT.float()).requires_grad_()
    distance(student, 300 * TEACHER.float()).backward()
    assert student.grad.isfinite().all()


@pytest.mark.parametrize("distance", DISTANCES)
def test_the_gradient_is_that_of_the_value(distance):
    assert torch.autograd.gradcheck(lambda z: distance(z, TEACHER), STUDENT.clone().requires_grad_())


@pytest.mark.parametrize("distance", [d for d in DISTANCES if d.id != "decoupled"])
def test_the_order_of_classes_and_clips_does_not_matter(distance):
    columns, rows = torch.tensor([2, 0, 1]), torch.tensor([1, 0])
    reordered = [z[rows][:, columns] for z in (STUDENT, TEACHER)]
    torch.testing.assert_close(distance(*reordered), distance(STUDENT, TEACHER))


def test_smoothing_moves_a_share_of_the_target_to_all_classes():
    target = 0.9 * TARGET.numpy() + 0.1 / 3
    wanted = -(target * np.log(softmax(STUDENT.numpy(), axis=1))).sum(axis=1).mean()
    assert label_loss(STUDENT, TARGET, smoothing=0.1).item() == pytest.approx(wanted, rel=1e-9)


def test_a_smoothed_label_is_best_answered_by_its_own_probabilities():
    smoothed = torch.tensor([[0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3]], dtype=torch.float64)
    logits = smoothed.log().requires_grad_()
    label_loss(logits, TARGET[:1], smoothing=0.1).backward()
    torch.testing.assert_close(logits.grad, torch.zeros_like(smoothed), atol=1e-12, rtol=0)


def test_decoupling_worked_by_hand():
    """Student undecided among three, teacher 1/2 on the target and 3/8, 1/8 on the others."""
    teacher = torch.tensor([[4.0, 3.0, 1.0]]).log()
    of_target = 0.5 * math.log(0.5 / (1 / 3)) + 0.5 * math.log(0.5 / (2 / 3))
    of_others = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)
    target = torch.tensor([[0.6, 0.4, 0.0]])  # mixed: counts as the first class
    distance = decoupled_distance(torch.zeros(1, 3), teacher, target, temperature=1.0, alpha=1.5, beta=2.0)
    assert distance.item() == pytest.approx(1.5 * of_target + 2 * of_others, rel=1e-5)


@given(temperature=st.floats(0.5, 20), row=st.integers(0, 1))
def test_with_the_weight_of_the_others_their_probability_decoupling_is_no_change(temperature, row):
    """KL(p_t || p) = KL(b_t || b) + (1 - p_t,y) KL(r_t || r): equation 4 of the DKD paper."""
    student, target, teacher = (z[row : row + 1] for z in (STUDENT, TARGET, TEACHER))
    others = 1 - (teacher / temperature).softmax(dim=1)[0, target.argmax()].item()
    torch.testing.assert_close(
        decoupled_distance(student, teacher, target, temperature, beta=others),
        soft_distance(student, teacher, temperature),
    )


def test_standardised_scores_worked_by_hand():
    """(1, 2, 3) has mean 2 and sample deviation 1; the teacher's scores are ten times as far apart."""
    student, teacher = (np.array([[-1.0, 0.0, 1.0]]) / 2, np.array([[0.0, -1.0, 1.0]]) / 2)
    distance = standardised_distance(
        torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([[20.0, 10.0, 30.0]]), temperature=2.0
    )
    assert distance.item() == pytest.approx(4 * kl(softmax(teacher, axis=1), softmax(student, axis=1)), rel=1e-5)


@given(scale=st.floats(0.01, 100))
def test_the_scale_of_scores_does_not_count_once_standardised(scale):
    torch.testing.assert_close(
        standardised_distance(scale * STUDENT, TEACHER / scale, 2.0),
        standardised_distance(STUDENT, TEACHER, 2.0),
        rtol=1e-4,
        atol=0,
    )


def test_correlations_are_pearson_of_rows_and_of_columns():
    rng = np.random.default_rng(0)
    student, teacher = rng.normal(size=(2, 6, 4))
    p, q = softmax(student / 2, axis=1), softmax(teacher / 2, axis=1)
    rows = np.mean([pearsonr(a, b).statistic for a, b in zip(p, q, strict=True)])
    columns = np.mean([pearsonr(a, b).statistic for a, b in zip(p.T, q.T, strict=True)])
    distance = correlation_distance(torch.tensor(student), torch.tensor(teacher), 2.0, beta=0.5, gamma=3.0)
    assert distance.item() == pytest.approx(4 * (0.5 * (1 - rows) + 3 * (1 - columns)), rel=1e-9)


def test_opposite_answers_are_at_the_largest_distance():
    """Of two classes, each clip's other one: rows and columns correlate at -1."""
    student = torch.tensor([[2.0, 0.0], [0.0, 3.0]], dtype=torch.float64)
    assert correlation_distance(student, student.flip(dims=[1])).item() == pytest.approx(4, rel=1e-9)


def test_consistency_worked_by_hand():
    """(1/2, 1/2) and (3/4, 1/4) differ by 1/4 in both classes."""
    average = torch.tensor([[3.0, 1.0]]).log()
    assert consistency(torch.zeros(1, 2), average).item() == pytest.approx(1 / 16, rel=1e-6)


def permuted(scores, target, seed=0):
    return permute_others(scores, target, np.random.default_rng(seed))


def test_permuting_keeps_the_targets_score_and_each_clips_set_of_scores():
    rng = np.random.default_rng(1)
    scores = torch.tensor(rng.normal(size=(50, 10)))
    target = torch.eye(10)[rng.integers(10, size=50)]
    shuffled = permuted(scores, target)
    torch.testing.assert_close((shuffled * target).sum(dim=1), (scores * target).sum(dim=1), atol=0, rtol=0)
    assert torch.equal(shuffled.sort(dim=1).values, scores.sort(dim=1).values)
    assert torch.equal(shuffled, permuted(scores, target))
    assert not torch.equal(shuffled, permuted(scores, target, seed=1))


def test_every_other_class_is_as_likely_to_get_a_score():
    """Score 1 of class 1 among classes 1 to 3 beside the target 0: binomial, 4.5 deviations."""
    n = 3000
    scores = torch.tensor([0.0, 1.0, 2.0, 3.0]).expand(n, -1)
    counts = (permuted(scores, torch.eye(4)[:1].expand(n, -1)) == 1).sum(dim=0)
    assert counts[0] == 0
    assert (counts[1:] - n / 3).abs().max() < 4.5 * math.sqrt(n * 2 / 9)


def test_permuting_changes_what_is_taught_but_not_how_sure_the_teacher_is():
    target = torch.eye(3, dtype=torch.float64)[[0, 2]]
    shuffled = permuted(TEACHER, target, seed=3)
    confidence, resemblance = (
        decoupled_distance(shuffled, TEACHER, target, 1.0, alpha=1 - beta, beta=beta).item() for beta in (0.0, 1.0)
    )
    assert confidence == pytest.approx(0, abs=1e-12)
    assert resemblance > 0.1


def draw(*shape, seed=0):
    return torch.tensor(np.random.default_rng(seed).normal(size=shape))


EMBEDDING, TEACHER_EMBEDDING = draw(5, 4), draw(5, 4, seed=1)


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
    teacher_distances, teacher_cosines = relations(TEACHER_EMBEDDING.numpy())
    wanted = 25 * huber(distances - teacher_distances) + 50 * huber(cosines - teacher_cosines)
    assert relational_distance(EMBEDDING, TEACHER_EMBEDDING).item() == pytest.approx(wanted, rel=1e-9)


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
    moved = scale * TEACHER_EMBEDDING @ rotation + 7
    assert relational_distance(moved, TEACHER_EMBEDDING).item() == pytest.approx(0, abs=1e-12)
    torch.testing.assert_close(
        relational_distance(EMBEDDING, moved), relational_distance(EMBEDDING, TEACHER_EMBEDDING)
    )


@pytest.mark.parametrize("apart", [0.0, 1e-12, 1e-6, 1e-3])
def test_clips_that_all_but_coincide_do_not_pull_hard(apart):
    student = EMBEDDING.float()
    student[1] = student[0] + apart
    student.requires_grad_()
    relational_distance(student, TEACHER_EMBEDDING.float()).backward()
    assert student.grad.norm() < 1e5


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_batch_of_equal_clips_has_finite_gradients(n):
    student = torch.ones(n, 3, requires_grad=True)
    relational_distance(student, draw(n, 3).float()).backward()
    assert student.grad.isfinite().all()


@pytest.mark.parametrize("distance", [relational_distance, hint_distance])
def test_the_gradient_of_embeddings_is_that_of_the_value(distance):
    assert torch.autograd.gradcheck(lambda e: distance(e, TEACHER_EMBEDDING), EMBEDDING.clone().requires_grad_())


def test_a_hint_worked_by_hand():
    """Errors 1 and 0 and 0 and 2: mean square 5/4. The teacher's columns vary by 1 and 4: mean 5/2."""
    teacher = torch.tensor([[0.0, 1.0], [2.0, 5.0]])
    student = torch.tensor([[1.0, 1.0], [2.0, 3.0]])
    assert hint_distance(student, teacher).item() == pytest.approx(0.5, rel=1e-6)
    assert hint_distance(teacher, teacher).item() == 0


@given(scale=st.floats(0.01, 100))
def test_a_hint_is_the_unexplained_part_of_the_variance(scale):
    answers_the_mean = TEACHER_EMBEDDING.mean(dim=0).expand_as(TEACHER_EMBEDDING)
    assert hint_distance(scale * answers_the_mean, scale * TEACHER_EMBEDDING).item() == pytest.approx(1, rel=1e-9)


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
