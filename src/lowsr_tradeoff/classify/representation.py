"""How far a student's inner representation is from its teacher's.

Embeddings are what the head reads, shape ``(n, width)``; maps are what a stage of convolutions puts out, shape
``(n, channels, bands, frames)``. Every distance is a mean, has no unit, and is weighed by the caller.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from lowsr_tradeoff.errors import ConfigError

DISTANCE_WEIGHT = 25.0
ANGLE_WEIGHT = 50.0
SMALLEST = 1e-12
SHORTEST = 1e-4  # part of the mean distance; closer clips have no direction from one to the other


def relational_distance(embedding: Tensor, teacher_embedding: Tensor) -> Tensor:
    """Return how differently student and teacher arrange the clips of a batch (RKD), at least 0.

    ``25 * H(d, d_t) + 50 * H(a, a_t)``: H is Huber's loss with its corner at 1, averaged; d are the distances of
    all pairs over their mean, a the cosines of the angles of all triples. Pairs and triples that name a clip twice
    count with a loss of 0, as in the authors' code. The widths may differ. Time and memory grow with n**3.

    Shape:
        ``(n, width)`` and ``(n, teacher width)``.

    Reference:
        Park et al., Relational Knowledge Distillation, arXiv 1904.05068, sections 3.2.1 (distance), 3.2.2 (angle);
        weights from its experiments on classification.
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
    # The direction of a step of length 0 is 0, and a tiny one cannot pull with a huge gradient.
    directions = steps / torch.maximum(lengths, SHORTEST * mean)[:, :, None]
    return lengths / mean, directions @ directions.transpose(1, 2)


def hint_distance(embedding: Tensor, teacher_embedding: Tensor) -> Tensor:
    """Return the part of the teacher's embedding that the student's leaves unexplained, 0 for equal ones.

    ``mean((e - e_t)**2) / mean((e_t - mean_n e_t)**2)``: 1 for a student that always answers the batch's mean. A
    batch of equal embeddings has the variance 1e-12.

    Shape:
        ``(n, width)`` for both.

    Raises:
        ConfigError: The widths differ.

    Reference:
        Romero et al., FitNets, arXiv 1412.6550, equation 3, without its regressor: both networks are of one kind.
    """
    _require_equal_shapes(embedding, teacher_embedding, "embeddings", "take the rkd arm")
    variance = teacher_embedding.var(dim=0, correction=0).mean().clamp_min(SMALLEST)
    return functional.mse_loss(embedding, teacher_embedding) / variance


def attention_distance(maps: Sequence[Tensor], teacher_maps: Sequence[Tensor]) -> Tensor:
    """Return how differently student and teacher spread their activity over bands and frames, at least 0.

    ``sum over stages of mean((Q - Q_t)**2)``, where Q is the mean square over channels, scaled to length 1 per
    clip. The authors weigh it by 1000.

    Args:
        maps: Of the student's stages.
        teacher_maps: Of the teacher's; numbers of channels may differ.

    Raises:
        ConfigError: Stages or sizes differ, as between native layouts of two rates.

    Reference:
        Zagoruyko & Komodakis, Paying More Attention to Attention, arXiv 1612.03928, section 3.1; the mean over
        places from the authors' code.
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
