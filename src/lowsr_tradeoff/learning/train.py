"""Train one network, epoch by epoch, and compute its outputs.

All random numbers come from a given generator that does not depend on the arm, so arms differ only in their
teaching. They are drawn on the CPU; networks run on the device of their weights and data.
"""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from lowsr_tradeoff.learning.adapt import parameters_to_train, start_training
from lowsr_tradeoff.learning.augment import Draws, draw_epoch, mix, vary
from lowsr_tradeoff.learning.distances import consistency
from lowsr_tradeoff.learning.losses import Batch, batch_loss
from lowsr_tradeoff.learning.networks.build import untrained
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.optimise import descend, no_moments
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.learning.training_data import TrainingData
from lowsr_tradeoff.records.network import AnyNetwork

AVERAGE_DECAY = 0.99
# The batch that fits into 1 GB for the largest network.
BATCH_TO_PREDICT = 32

Images = NDArray[np.float16]


@dataclass(frozen=True)
class Scale:
    """Mean and deviation of the training images, removed from every image before the network."""

    mean: float
    std: float

    def standardise(self, images: Images) -> Tensor:
        """Return the images as the network takes them."""
        return (torch.from_numpy(images.astype(np.float32)) - self.mean) / self.std


# The PANNs normalise their input themselves, band by band.
AS_IT_IS = Scale(0.0, 1.0)


def scale_of(images: Images) -> Scale:
    """Return mean and standard deviation over all values; the deviation of constant images is 1.

    >>> scale_of(np.array([1.0, 3.0], np.float16))
    Scale(mean=2.0, std=1.0)
    """
    std = float(images.std(dtype=np.float64))
    return Scale(float(images.mean(dtype=np.float64)), std or 1.0)


def seeded_network(
    network: AnyNetwork, n_classes: int, seeds: tuple[int, ...], *, as_published: bool = False
) -> Recogniser:
    """Return the untrained network of some seeds; equal seeds give equal weights."""
    return untrained(network, n_classes, seeded_generator(seeds), as_published=as_published)


def seeded_generator(seeds: tuple[int, ...]) -> torch.Generator:
    """Return torch's generator of some seeds."""
    state = int(np.random.SeedSequence(seeds).generate_state(1, np.uint64)[0] >> np.uint64(1))
    return torch.Generator().manual_seed(state)


def fit(network: Recogniser, data: TrainingData, recipe: Recipe, rng: np.random.Generator) -> float:
    """Train in place; batch order and augmentation from ``rng``. Return the last epoch's mean loss, in nats."""
    *_, loss = epochs(network, data, recipe, rng)
    return loss


def epochs(network: Recogniser, data: TrainingData, recipe: Recipe, rng: np.random.Generator) -> Iterator[float]:
    """Train the network in place and yield the mean loss after every epoch; see :func:`fit`."""
    n_clips, _, bands, frames = data.views[0].shape
    n_batches = max(1, n_clips // recipe.batch_size)
    n_steps = recipe.epochs * n_batches
    parameters = parameters_to_train(network)
    moments = no_moments(parameters)
    average = copy.deepcopy(network) if recipe.is_averaged else None
    for epoch in range(recipe.epochs):
        start_training(network)
        losses: list[Tensor] = []
        drawn = draw_epoch(
            n_clips, (bands, frames), recipe.mixup, rng, crop=recipe.crop, is_varied=recipe.is_varied
        )
        for draws in drawn.to(data.labels.device).batches(n_batches):
            step = epoch * n_batches + len(losses)
            loss = _loss(network, data, draws, recipe, step / n_steps, average, rng)
            loss.backward()  # type: ignore[no-untyped-call]
            descend(parameters, moments, recipe, step, n_steps)
            if average:
                _follow(average, network)
            losses.append(loss.detach())
        yield float(torch.stack(losses).mean())


def _loss(
    network: Recogniser,
    data: TrainingData,
    draws: Draws,
    recipe: Recipe,
    progress: float,
    average: Recogniser | None,
    rng: np.random.Generator,
) -> Tensor:
    view = data.views[rng.integers(len(data.views))] if len(data.views) > 1 else data.views[0]
    images = vary(view, draws, data.fill).contiguous(memory_format=network.memory_format)
    teachers = data.teachers and data.teachers.of(draws, data.fill)
    maps = network.maps(images)
    embedding = network.summarise(maps[-1])
    logits = network.head(_drop(embedding, recipe.dropout, rng))
    labels = mix(data.labels[draws.order], draws.share)
    loss = batch_loss(Batch(logits, embedding, maps, labels, progress), teachers, recipe.smoothing)
    if average is None:
        return loss
    with torch.no_grad():
        averaged = average.eval()(images)
    # The weight of consistency over the training: Tarvainen & Valpola, arXiv 1703.01780, appendix B.
    return loss + math.exp(-5 * (1 - progress) ** 2) * consistency(logits, averaged)


def _drop(embedding: Tensor, share: float, rng: np.random.Generator) -> Tensor:
    """Dropout with a given generator: torch's uses the global one, which other steps have advanced."""
    kept = rng.random(embedding.shape, np.float32) >= share
    return embedding * torch.from_numpy(kept / np.float32(1 - share)).to(embedding.device)


@torch.no_grad()
def _follow(average: nn.Module, network: nn.Module) -> None:
    """Update the running mean of the weights; counters and normalisation statistics are copied."""
    for mean, weight in zip(average.parameters(), network.parameters(), strict=True):
        mean.lerp_(weight, 1 - AVERAGE_DECAY)
    for kept, buffer in zip(average.buffers(), network.buffers(), strict=True):
        kept.copy_(buffer)


@dataclass(frozen=True)
class Outputs:
    """Outputs of a network for clips: class scores ``(n, n_classes)`` and embeddings ``(n, d)``."""

    logits: NDArray[np.float32]
    embeddings: NDArray[np.float32]


@torch.inference_mode()
def predict(network: Recogniser, images: Tensor) -> Outputs:
    """Return the outputs for standardised images ``(n, 1, bands, frames)``, in evaluation mode.

    Images may lie on another device than the network; they are moved batch by batch.
    """
    network.eval()
    device = network.head.weight.device
    embeddings = torch.cat(
        [
            network.embed(batch.to(device).contiguous(memory_format=network.memory_format))
            for batch in torch.split(images, BATCH_TO_PREDICT)
        ]
    )
    return Outputs(network.head(embeddings).cpu().numpy(), embeddings.cpu().numpy())
