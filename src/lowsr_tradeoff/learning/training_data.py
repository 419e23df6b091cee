"""Inputs of a training: images, labels, and the outputs of teachers for the same clips."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from lowsr_tradeoff.learning.augment import Draws, mix, vary
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.recipe import Cell


@dataclass(frozen=True)
class RunningTeacher:
    """A teacher's network, and its own images of the student's clips."""

    network: Recogniser
    images: Tensor


@dataclass(frozen=True)
class TeacherOutputs:
    """The outputs of teachers for clips.

    Attributes:
        loss: Its loss function, see ``losses.py``.
        cell: Alpha and T; ``None`` for the losses that take neither.
        logits: One per teacher, shape ``(n, n_classes)``.
        embedding: The first teacher's, shape ``(n, d)``.
        running: For the loss that compares feature maps.
    """

    loss: str
    cell: Cell | None
    logits: tuple[Tensor, ...]
    embedding: Tensor
    running: RunningTeacher | None = None

    def to(self, device: torch.device) -> "TeacherOutputs":
        """Return the same on a device; the network itself moves."""
        if self.running:
            self.running.network.to(device)
        return self._changed(lambda values: values.to(device), lambda images: images.to(device))

    def of(self, draws: Draws, fill: float) -> "TeacherOutputs":
        """Return the outputs for one batch, mixed as its images are."""
        return self._changed(
            lambda values: mix(values[draws.order], draws.share), lambda images: vary(images, draws, fill)
        )

    def _changed(self, values: Callable[[Tensor], Tensor], images: Callable[[Tensor], Tensor]) -> "TeacherOutputs":
        return replace(
            self,
            logits=tuple(values(logits) for logits in self.logits),
            embedding=values(self.embedding),
            running=self.running and replace(self.running, images=images(self.running.images)),
        )


@dataclass(frozen=True)
class TrainingData:
    """Inputs of a training.

    Attributes:
        views: The clips as one or several microphones record them. Each of shape ``(n, 1, bands, frames)``.
        labels: Class probabilities. Shape ``(n, n_classes)``.
        fill: Value of hidden bands and frames: the mean of the images.
        teachers: ``None`` for labels alone.
    """

    views: tuple[Tensor, ...]
    labels: Tensor
    fill: float = 0.0
    teachers: TeacherOutputs | None = None

    def to(self, device: torch.device) -> "TrainingData":
        """Return the same on a device."""
        return replace(
            self,
            views=tuple(view.to(device) for view in self.views),
            labels=self.labels.to(device),
            teachers=self.teachers and self.teachers.to(device),
        )
