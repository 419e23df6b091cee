"""What a network learns from, and the loss of one batch.

A taught arm is the same network on the same clips in the same order as any other; only its loss differs. The
weights of the rival losses are those their papers give; alpha and T belong to the softened scores alone.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from lowsr_tradeoff.learning.augment import Draws, mix, vary
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
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.recipe import Cell
from lowsr_tradeoff.records.network import Arm

DKD_TEMPERATURE, DKD_WARM_UP = 4.0, 0.2
STANDARDISED_TEMPERATURE, STANDARDISED_LABELS, STANDARDISED_WEIGHT = 2.0, 0.1, 9.0
ATTENTION_WEIGHT = 1000.0


@dataclass(frozen=True)
class Watched:
    """A teacher at work: the network, and the images that it looks at while the student looks at its own."""

    network: Recogniser
    images: Tensor

    def to(self, device: torch.device) -> "Watched":
        """Return the same on a device; the network itself moves."""
        return Watched(self.network.to(device), self.images.to(device))


@dataclass(frozen=True)
class Teaching:
    """What teachers say of the training clips.

    Attributes:
        arm: Which loss.
        cell: Alpha and T; ``None`` for the losses that take neither.
        logits: One per teacher, shape ``(n, n_classes)``.
        embedding: The teacher's, shape ``(n, d)``.
        watched: For the loss that compares feature maps.
    """

    arm: Arm
    cell: Cell | None
    logits: tuple[Tensor, ...]
    embedding: Tensor
    watched: Watched | None = None

    def to(self, device: torch.device) -> "Teaching":
        """Return the same on a device."""
        return Teaching(
            self.arm,
            self.cell,
            tuple(logits.to(device) for logits in self.logits),
            self.embedding.to(device),
            self.watched.to(device) if self.watched else None,
        )

    def of(self, draws: Draws, fill: float) -> "Teaching":
        """Return what the teachers say of one batch, mixed as its images are."""
        return Teaching(
            self.arm,
            self.cell,
            tuple(mix(logits[draws.order], draws.share) for logits in self.logits),
            mix(self.embedding[draws.order], draws.share),
            Watched(self.watched.network, vary(self.watched.images, draws, fill)) if self.watched else None,
        )


@dataclass(frozen=True)
class Lesson:
    """What a network learns from.

    Attributes:
        views: The clips as one or several microphones hear them. Each of shape ``(n, 1, bands, frames)``.
        labels: Class probabilities. Shape ``(n, n_classes)``.
        smoothing: Share of every label that is spread over all classes.
        fill: What hides a span of bands or frames: the mean of the images.
        teaching: ``None`` for labels alone.
        is_averaged: Whether the network also follows the running mean of its own weights.
    """

    views: tuple[Tensor, ...]
    labels: Tensor
    smoothing: float = 0.0
    fill: float = 0.0
    teaching: Teaching | None = None
    is_averaged: bool = False

    def to(self, device: torch.device) -> "Lesson":
        """Return the same on a device."""
        return replace(
            self,
            views=tuple(view.to(device) for view in self.views),
            labels=self.labels.to(device),
            teaching=self.teaching.to(device) if self.teaching else None,
        )


@dataclass(frozen=True)
class Heard:
    """What a student makes of one batch."""

    logits: Tensor
    embedding: Tensor
    maps: tuple[Tensor, ...]


def batch_loss(
    heard: Heard, labels: Tensor, teaching: Teaching | None, smoothing: float, progress: float
) -> Tensor:
    """Return the loss of one batch, in nats.

    Args:
        heard: What the student makes of it.
        labels: Class probabilities, shape ``(n, n_classes)``.
        teaching: What the teachers say of the same clips, or ``None``.
        smoothing: Share of every label spread over all classes.
        progress: Share of the training that is over, 0…1.
    """
    own = label_loss(heard.logits, labels, smoothing)
    if teaching is None:
        return own
    if teaching.cell:
        soft = [soft_distance(heard.logits, logits, teaching.cell.temperature) for logits in teaching.logits]
        return teaching.cell.alpha * own + (1 - teaching.cell.alpha) * torch.stack(soft).mean()
    return _rival_loss(heard, labels, teaching, own, progress)


def _rival_loss(heard: Heard, labels: Tensor, teaching: Teaching, own: Tensor, progress: float) -> Tensor:
    (teacher,) = teaching.logits
    match teaching.arm:
        case "dkd":
            warmth = min(1.0, progress / DKD_WARM_UP)
            return own + warmth * decoupled_distance(heard.logits, teacher, labels, DKD_TEMPERATURE)
        case "standardised":
            distance = standardised_distance(heard.logits, teacher, STANDARDISED_TEMPERATURE)
            return STANDARDISED_LABELS * own + STANDARDISED_WEIGHT * distance
        case "dist":
            return own + correlation_distance(heard.logits, teacher)
        case "rkd":
            return own + relational_distance(heard.embedding, teaching.embedding)
        case "hint":
            return own + hint_distance(heard.embedding, teaching.embedding)
        case "attention" if teaching.watched:
            return own + ATTENTION_WEIGHT * attention_distance(heard.maps, _maps(teaching.watched))
        case arm:
            raise ValueError(f"{arm} has no loss of its own")


@torch.no_grad()
def _maps(watched: Watched) -> tuple[Tensor, ...]:
    return watched.network.eval().maps(watched.images)
