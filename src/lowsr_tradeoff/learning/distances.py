"""Losses of a student against labels and a teacher's scores or features.

The paper has two teachers: BASD's is the same network trained at the same low rate, CSSD's gets the same clip at
the full rate. Both use :func:`soft_distance`; the other distances are alternatives.

Conventions: ``logits`` z and ``teacher_logits`` z_t are scores, ``target`` is class probabilities, also mixed ones;
each has the shape ``(n, n_classes)``. Every distance is a mean over n; the caller weighs it. A teacher's scores are
expected to be constants: nothing here stops a gradient into them.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from lowsr_tradeoff.errors import ConfigError

ZERO_DEVIATION = 1e-7  # of scores, as in the code of Sun et al.
ZERO_NORM = 1e-8


def label_loss(logits: Tensor, target: Tensor, smoothing: float = 0.0) -> Tensor:
    """Return the cross-entropy with the labels, in nats, at least the entropy of the smoothed target.

    ``-sum_c t_c log softmax(z)_c`` with ``t = (1 - smoothing) * target + smoothing / n_classes``. Reference:
    Szegedy et al., Rethinking the Inception Architecture, arXiv 1512.00567, section 7.

    >>> round(label_loss(torch.zeros(1, 4), torch.tensor([[0.0, 1.0, 0.0, 0.0]]), smoothing=0.1).item(), 4)
    1.3863
    """
    return functional.cross_entropy(logits, target, label_smoothing=smoothing)


def soft_distance(logits: Tensor, teacher_logits: Tensor, temperature: float) -> Tensor:
    """Return ``T**2 * KL(softmax(z_t / T) || softmax(z / T))``, in nats, at least 0.

    T**2 keeps the gradient as large as that of the label loss. Reference: Hinton, Vinyals & Dean, arXiv 1503.02531,
    section 2.
    """
    return temperature**2 * _divergence(
        functional.log_softmax(logits / temperature, dim=1),
        functional.log_softmax(teacher_logits / temperature, dim=1),
    )


def _divergence(log_student: Tensor, log_teacher: Tensor) -> Tensor:
    return functional.kl_div(log_student, log_teacher, reduction="batchmean", log_target=True)


def decoupled_distance(
    logits: Tensor,
    teacher_logits: Tensor,
    target: Tensor,
    temperature: float,
    alpha: float = 1.0,
    beta: float = 2.0,
) -> Tensor:
    """Return the distance to the teacher with the other classes weighed separately (DKD), in nats.

    ``T**2 * (alpha * KL(b_t || b) + beta * KL(r_t || r))``, where b is (p_y, 1 - p_y) of the target class y and r
    the other probabilities over their sum, all of them softened by T. With alpha 1 and, clip by clip, beta 1 - p_y
    of the teacher it is :func:`soft_distance`. A mixed target counts as its largest class. The authors take beta 8
    for 100 classes, less for weaker teachers. Reference: Zhao et al., Decoupled Knowledge Distillation, arXiv
    2203.08679, section 3.1 (parts) and 3.3 (weights).
    """
    target_part, others_part = _split(logits / temperature, target)
    teacher_target_part, teacher_others_part = _split(teacher_logits / temperature, target)
    return temperature**2 * (
        alpha * _divergence(target_part, teacher_target_part) + beta * _divergence(others_part, teacher_others_part)
    )


def _split(logits: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Log-probabilities of target against rest, and of the rest among themselves."""
    of_target = logits.gather(1, target.argmax(dim=1, keepdim=True))
    others = logits.gather(1, _other_classes(target))
    rest = others.logsumexp(dim=1, keepdim=True)
    binary = functional.log_softmax(torch.cat([of_target, rest], dim=1), dim=1)
    return binary, functional.log_softmax(others, dim=1)


def _other_classes(target: Tensor) -> Tensor:
    """Ascending numbers of all classes but the target's. Shape ``(n, n_classes - 1)``."""
    classes = torch.arange(target.shape[1] - 1, device=target.device)
    return classes + (classes >= target.argmax(dim=1, keepdim=True))


def standardised_distance(logits: Tensor, teacher_logits: Tensor, temperature: float) -> Tensor:
    """Return ``soft_distance((z - mean) / std, (z_t - mean) / std, T)``, in nats, at least 0.

    Mean and sample deviation are over a clip's classes. Reference: Sun et al., Logit Standardization in Knowledge
    Distillation, arXiv 2403.01878, algorithm 1; base temperature 2 and sample deviation from the authors' code.
    """
    return soft_distance(_standardise(logits), _standardise(teacher_logits), temperature)


def _standardise(logits: Tensor) -> Tensor:
    deviation, mean = torch.std_mean(logits, dim=1, keepdim=True)
    return (logits - mean) / (deviation + ZERO_DEVIATION)


def correlation_distance(
    logits: Tensor, teacher_logits: Tensor, temperature: float = 1.0, beta: float = 1.0, gamma: float = 1.0
) -> Tensor:
    """Return how little student and teacher answers correlate (DIST), from 0 to 2 * (beta + gamma), no unit.

    ``T**2 * (beta * (1 - mean rho(rows)) + gamma * (1 - mean rho(columns)))`` of the probabilities softened by T:
    rows compare one clip's classes, columns one class's clips. A constant row or column has the correlation 0.
    Reference: Huang et al., Knowledge Distillation from a Stronger Teacher, arXiv 2205.10536, section 3.
    """
    student = functional.softmax(logits / temperature, dim=1)
    teacher = functional.softmax(teacher_logits / temperature, dim=1)
    rows = 1 - _correlation(student, teacher, dim=1).mean()
    columns = 1 - _correlation(student, teacher, dim=0).mean()
    return temperature**2 * (beta * rows + gamma * columns)


def _correlation(first: Tensor, second: Tensor, dim: int) -> Tensor:
    first, second = (x - x.mean(dim=dim, keepdim=True) for x in (first, second))
    return functional.cosine_similarity(first, second, dim=dim, eps=ZERO_NORM)


def consistency(logits: Tensor, average_logits: Tensor) -> Tensor:
    """Return the mean squared difference of probabilities from the mean teacher's, from 0 to 2 / n_classes.

    ``average_logits`` are those of the running mean of the weights. Reference: Tarvainen & Valpola, Mean teachers
    are better role models, arXiv 1703.01780, section 2.
    """
    return functional.mse_loss(functional.softmax(logits, dim=1), functional.softmax(average_logits, dim=1))


def permute_others(teacher_logits: Tensor, target: Tensor, rng: np.random.Generator) -> Tensor:
    """Return the teacher's scores with those of the other classes shuffled, clip by clip (DKPP).

    Confidence in the target and the spread of the other scores stay; their relation to classes is removed.
    Reference: Furlanello et al., Born-Again Neural Networks, arXiv 1805.04770, section 3.2. There the teacher's
    largest score stays in place, here that of the label, so that chance never corrects a wrong teacher.
    """
    places = _other_classes(target)
    order = torch.from_numpy(rng.permuted(places.cpu().numpy(), axis=1)).to(places.device)
    return teacher_logits.scatter(1, places, teacher_logits.gather(1, order))


DISTANCE_WEIGHT = 25.0
ANGLE_WEIGHT = 50.0
SMALLEST = 1e-12
SHORTEST = 1e-4  # part of the mean distance; closer clips have no direction from one to the other


def relational_distance(embedding: Tensor, teacher_embedding: Tensor) -> Tensor:
    """Return how differently student and teacher arrange the clips of a batch (RKD), at least 0.

    ``25 * H(d, d_t) + 50 * H(a, a_t)``: H is Huber's loss with its corner at 1, averaged; d are the distances of
    all pairs over their mean, a the cosines of the angles of all triples. Pairs and triples with a repeated clip
    count with a loss of 0, as in the authors' code. Shape ``(n, width)`` and ``(n, teacher width)``; time and
    memory grow with n**3. Reference: Park et al., Relational Knowledge Distillation, arXiv 1904.05068, sections
    3.2.1 (distance), 3.2.2 (angle); weights from its experiments on classification.
    """
    distances, cosines = _relations(embedding)
    teacher_distances, teacher_cosines = _relations(teacher_embedding)
    return DISTANCE_WEIGHT * functional.smooth_l1_loss(
        distances, teacher_distances
    ) + ANGLE_WEIGHT * functional.smooth_l1_loss(cosines, teacher_cosines)


def _relations(embedding: Tensor) -> tuple[Tensor, Tensor]:
    """Distances over their mean, ``(n, n)``, and cosines of the angle at the first of three, ``(n, n, n)``."""
    n = len(embedding)
    steps = embedding[None, :, :] - embedding[:, None, :]
    lengths = torch.linalg.vector_norm(steps, dim=2)
    mean = (lengths.sum() / max(n * (n - 1), 1)).clamp_min(SMALLEST)
    # A step of length 0 has the direction 0; the bound limits the gradient of tiny steps.
    directions = steps / torch.maximum(lengths, SHORTEST * mean)[:, :, None]
    return lengths / mean, directions @ directions.transpose(1, 2)


def hint_distance(embedding: Tensor, teacher_embedding: Tensor) -> Tensor:
    """Return ``mean((e - e_t)**2) / mean((e_t - mean_n e_t)**2)`` of embeddings ``(n, width)``.

    0 for equal ones, 1 for a student that always outputs the batch's mean; the variance is at least 1e-12.

    Raises:
        ConfigError: The widths differ.

    Reference: Romero et al., FitNets, arXiv 1412.6550, equation 3, without its regressor: both networks have one
    architecture.
    """
    _require_equal_shapes(embedding, teacher_embedding, "embeddings", "take the rkd arm")
    variance = teacher_embedding.var(dim=0, correction=0).mean().clamp_min(SMALLEST)
    return functional.mse_loss(embedding, teacher_embedding) / variance


def attention_distance(maps: Sequence[Tensor], teacher_maps: Sequence[Tensor]) -> Tensor:
    """Return how differently student and teacher spread their activity over bands and frames, at least 0.

    ``sum over stages of mean((Q - Q_t)**2)``, where Q is the mean square over channels, scaled to length 1 per
    clip. The authors weigh it by 1000. Numbers of channels may differ.

    Raises:
        ConfigError: Stages or sizes differ, as between native layouts of two rates.

    Reference: Zagoruyko & Komodakis, Paying More Attention to Attention, arXiv 1612.03928, section 3.1; the mean
    over places from the authors' code.
    """
    if len(maps) != len(teacher_maps):
        raise ConfigError(
            f"attention maps: the student has {len(maps)} stages, the teacher {len(teacher_maps)}; "
            "use one kind of network for both"
        )
    return torch.stack([_stage_distance(*pair) for pair in zip(maps, teacher_maps, strict=True)]).sum()


def _stage_distance(maps: Tensor, teacher_maps: Tensor) -> Tensor:
    attention, teacher_attention = maps.square().mean(dim=1), teacher_maps.square().mean(dim=1)
    remedy = "use the shared grid, where every rate has the same layout, or the hint or rkd arm"
    _require_equal_shapes(attention, teacher_attention, "attention maps", remedy)
    return functional.mse_loss(_to_length_1(attention), _to_length_1(teacher_attention))


def _to_length_1(attention: Tensor) -> Tensor:
    return functional.normalize(attention.flatten(start_dim=1), dim=1)


def _require_equal_shapes(student: Tensor, teacher: Tensor, what: str, remedy: str) -> None:
    if student.shape != teacher.shape:
        raise ConfigError(
            f"{what}: the student's are {tuple(student.shape)}, the teacher's {tuple(teacher.shape)}; {remedy}"
        )
