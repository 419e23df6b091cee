"""Train one network, epoch by epoch, and let it answer.

Everything random comes from a generator that is handed in, never from the arm: arms differ by what they are taught
and nothing else. It is drawn on the CPU; networks train and answer on the device that they and their lesson lie on.
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
from lowsr_tradeoff.learning.lesson import Heard, Lesson, batch_loss
from lowsr_tradeoff.learning.networks.build import untrained
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.optimise import descend, no_moments
from lowsr_tradeoff.learning.recipe import Recipe
from lowsr_tradeoff.records.network import Network

AVERAGE_DECAY = 0.99
# As many as 1 GB holds of the largest network.
BATCH_TO_PREDICT = 32

Images = NDArray[np.float16]


@dataclass(frozen=True)
class Scale:
    """Level of the training images, removed from every image before the network."""

    mean: float
    std: float

    def standardise(self, images: Images) -> Tensor:
        """Return the images as the network takes them."""
        return (torch.from_numpy(images).float() - self.mean) / self.std


# The PANNs normalise their input themselves, band by band.
AS_IT_IS = Scale(0.0, 1.0)


def scale_of(images: Images) -> Scale:
    """Return mean and standard deviation over all values; silence everywhere has the deviation 1.

    >>> scale_of(np.array([1.0, 3.0], np.float16))
    Scale(mean=2.0, std=1.0)
    """
    std = float(images.std(dtype=np.float64))
    return Scale(float(images.mean(dtype=np.float64)), std or 1.0)


def seeded_network(
    network: Network, n_classes: int, seeds: tuple[int, ...], *, as_published: bool = False
) -> Recogniser:
    """Return the untrained network of some seeds; equal seeds give equal weights."""
    return untrained(network, n_classes, seeded_generator(seeds), as_published=as_published)


def seeded_generator(seeds: tuple[int, ...]) -> torch.Generator:
    """Return torch's generator of some seeds."""
    state = int(np.random.SeedSequence(seeds).generate_state(1, np.uint64)[0] >> np.uint64(1))
    return torch.Generator().manual_seed(state)


def fit(network: Recogniser, lesson: Lesson, recipe: Recipe, rng: np.random.Generator) -> float:
    """Train the network in place and return its mean loss over the last epoch, in nats.

    Args:
        network: Untrained, or the one to go on from.
        lesson: Images, labels, and what a teacher says.
        recipe: Number, size and length of the steps.
        rng: Source of batch order, variations and dropout.
    """
    *_, loss = epochs(network, lesson, recipe, rng)
    return loss


def epochs(network: Recogniser, lesson: Lesson, recipe: Recipe, rng: np.random.Generator) -> Iterator[float]:
    """Train the network in place and yield the mean loss after every epoch; see :func:`fit`."""
    n_clips, _, bands, frames = lesson.views[0].shape
    n_batches = max(1, n_clips // recipe.batch_size)
    n_steps = recipe.epochs * n_batches
    parameters = parameters_to_train(network)
    moments = no_moments(parameters)
    average = copy.deepcopy(network) if lesson.is_averaged else None
    for epoch in range(recipe.epochs):
        start_training(network)
        losses: list[Tensor] = []
        drawn = draw_epoch(n_clips, (bands, frames), recipe.mixup, rng, is_varied=recipe.is_varied)
        for draws in drawn.to(lesson.labels.device).batches(n_batches):
            step = epoch * n_batches + len(losses)
            loss = _loss(network, lesson, draws, recipe.dropout, step / n_steps, average, rng)
            loss.backward()  # type: ignore[no-untyped-call]
            descend(parameters, moments, recipe, step, n_steps)
            if average:
                _follow(average, network)
            losses.append(loss.detach())
        yield float(torch.stack(losses).mean())


def _loss(
    network: Recogniser,
    lesson: Lesson,
    draws: Draws,
    dropout: float,
    progress: float,
    average: Recogniser | None,
    rng: np.random.Generator,
) -> Tensor:
    view = lesson.views[rng.integers(len(lesson.views))] if len(lesson.views) > 1 else lesson.views[0]
    images = vary(view, draws, lesson.fill).contiguous(memory_format=network.memory_format)
    teaching = lesson.teaching.of(draws, lesson.fill) if lesson.teaching else None
    maps = network.maps(images)
    embedding = network.summarise(maps[-1])
    heard = Heard(network.head(_drop(embedding, dropout, rng)), embedding, maps)
    loss = batch_loss(heard, mix(lesson.labels[draws.order], draws.share), teaching, lesson.smoothing, progress)
    if average is None:
        return loss
    return loss + _ramp(progress) * consistency(heard.logits, _answers(average, images))


def _drop(embedding: Tensor, share: float, rng: np.random.Generator) -> Tensor:
    """Dropout from a generator of its own: torch's draws from the process's, which other steps have moved."""
    kept = rng.random(embedding.shape, np.float32) >= share
    return embedding * torch.from_numpy(kept / np.float32(1 - share)).to(embedding.device)


def _ramp(progress: float) -> float:
    """The weight of consistency over the training, Tarvainen & Valpola, arXiv 1703.01780, appendix B."""
    return math.exp(-5 * (1 - progress) ** 2)


@torch.no_grad()
def _follow(average: nn.Module, network: nn.Module) -> None:
    """Move the running mean of the weights towards them; what is counted or normalised is taken over."""
    for mean, weight in zip(average.parameters(), network.parameters(), strict=True):
        mean.lerp_(weight, 1 - AVERAGE_DECAY)
    for kept, buffer in zip(average.buffers(), network.buffers(), strict=True):
        kept.copy_(buffer)


@torch.no_grad()
def _answers(network: Recogniser, images: Tensor) -> Tensor:
    scores: Tensor = network.eval()(images)
    return scores


@dataclass(frozen=True)
class Said:
    """What a network says of clips: class scores ``(n, n_classes)`` and embeddings ``(n, d)``."""

    logits: NDArray[np.float32]
    embeddings: NDArray[np.float32]


@torch.inference_mode()
def predict(network: Recogniser, images: Tensor) -> Said:
    """Return what the network says of standardised images, without dropout and with the learnt normalisation.

    They need not lie on its device, whose memory holds a batch of them at a time.

    Shape:
        ``(n, 1, bands, frames)``.
    """
    network.eval()
    device = network.head.weight.device
    embeddings = torch.cat(
        [
            network.embed(batch.to(device).contiguous(memory_format=network.memory_format))
            for batch in torch.split(images, BATCH_TO_PREDICT)
        ]
    )
    return Said(network.head(embeddings).cpu().numpy(), embeddings.cpu().numpy())
