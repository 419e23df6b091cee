"""The loss of one batch: the weighted sum of label and teacher losses.

A distilled network is trained on the same clips in the same order as any other; only its loss differs. Weights of
the alternative losses are those of their papers; alpha and T apply to softened scores only.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from lowsr_tradeoff.learning.distances import (
    attention_distance,
    correlation_distance,
    decoupled_distance,
    hint_distance,
    label_loss,
    relational_distance,
    soft_distance,
    standardised_distance,
)
from lowsr_tradeoff.learning.training_data import TeacherOutputs

DKD_TEMPERATURE, DKD_WARM_UP = 4.0, 0.2
STANDARDISED_TEMPERATURE, STANDARDISED_LABELS, STANDARDISED_WEIGHT = 2.0, 0.1, 9.0
ATTENTION_WEIGHT = 1000.0
# The only loss that runs the teacher during training.
FEATURE_MAPS = "feature maps"


@dataclass(frozen=True)
class Batch:
    """A student's outputs for one batch, and its labels.

    Attributes:
        logits: Shape ``(n, n_classes)``.
        embedding: Shape ``(n, d)``.
        maps: After each stage.
        labels: Class probabilities, shape ``(n, n_classes)``.
        progress: Share of the training that is done, 0…1.
    """

    logits: Tensor
    embedding: Tensor
    maps: tuple[Tensor, ...]
    labels: Tensor
    progress: float


def batch_loss(batch: Batch, teachers: TeacherOutputs | None, smoothing: float) -> Tensor:
    """Return the loss of one batch, in nats; ``smoothing`` is the share of labels spread over all classes."""
    own = label_loss(batch.logits, batch.labels, smoothing)
    if teachers is None:
        return own
    if teachers.loss in LOSSES:
        return LOSSES[teachers.loss](batch, teachers, own)
    if teachers.cell is None:
        raise ValueError(f"{teachers.loss}: there is no such loss without alpha and T")
    soft = [soft_distance(batch.logits, logits, teachers.cell.temperature) for logits in teachers.logits]
    return teachers.cell.alpha * own + (1 - teachers.cell.alpha) * torch.stack(soft).mean()


def _decoupled(batch: Batch, teachers: TeacherOutputs, own: Tensor) -> Tensor:
    warmth = min(1.0, batch.progress / DKD_WARM_UP)
    return own + warmth * decoupled_distance(batch.logits, teachers.logits[0], batch.labels, DKD_TEMPERATURE)


def _standardised(batch: Batch, teachers: TeacherOutputs, own: Tensor) -> Tensor:
    distance = standardised_distance(batch.logits, teachers.logits[0], STANDARDISED_TEMPERATURE)
    return STANDARDISED_LABELS * own + STANDARDISED_WEIGHT * distance


def _feature_maps(batch: Batch, teachers: TeacherOutputs, own: Tensor) -> Tensor:
    if teachers.running is None:
        raise ValueError("feature maps: there is no teacher at work to compare feature maps with")
    with torch.no_grad():
        maps = teachers.running.network.eval().maps(teachers.running.images)
    return own + ATTENTION_WEIGHT * attention_distance(batch.maps, maps)


# Each takes a batch, the outputs of teachers for it, and the loss against its labels.
LOSSES: dict[str, Callable[[Batch, TeacherOutputs, Tensor], Tensor]] = {
    "decoupled": _decoupled,
    "standardised scores": _standardised,
    "correlation": lambda batch, teachers, own: own + correlation_distance(batch.logits, teachers.logits[0]),
    "relational": lambda batch, teachers, own: own + relational_distance(batch.embedding, teachers.embedding),
    "embedding": lambda batch, teachers, own: own + hint_distance(batch.embedding, teachers.embedding),
    FEATURE_MAPS: _feature_maps,
}
