"""Train one network on all folds but one, and let it answer on that one.

The schedule is fixed and the last epoch is used: no figure of the test fold decides anything. Everything random
comes from (seed, repetition, fold), never from the arm: arms differ by what they are taught and nothing else.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from lowsr_tradeoff.classify.augment import Draws, draw_epoch, mix, vary
from lowsr_tradeoff.classify.cost import model_cost
from lowsr_tradeoff.classify.features import lay_out
from lowsr_tradeoff.classify.models.small_vgg import SmallVgg, small_vgg
from lowsr_tradeoff.classify.optimise import descend, no_moments, one_cycle
from lowsr_tradeoff.classify.steps import FeatureSettings, Recipe, TrainSettings, Transfer, clips_of
from lowsr_tradeoff.classify.transfer import distillation_loss
from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.store import Arrays, Step, Store

DROPOUT = 0.2
BATCH_TO_PREDICT = 256
WEIGHTS = "model."

Images = NDArray[np.float16]


@dataclass(frozen=True)
class Teaching:
    """A teacher's scores of the training clips, shape ``(n, n_classes)``, and how much they count."""

    logits: Tensor
    transfer: Transfer


@dataclass(frozen=True)
class Lesson:
    """What a network learns from.

    Attributes:
        images: Standardised. Shape ``(n, 1, bands, frames)``.
        labels: Class probabilities. Shape ``(n, n_classes)``.
        teaching: ``None`` for labels alone.
    """

    images: Tensor
    labels: Tensor
    teaching: Teaching | None


@dataclass(frozen=True)
class Scale:
    """Level of the training images, removed from every image before the network."""

    mean: float
    std: float

    def standardise(self, images: Images) -> Tensor:
        """Return the images as the network takes them."""
        return (torch.from_numpy(images).float() - self.mean) / self.std


def scale_of(images: Images) -> Scale:
    """Return mean and standard deviation over all values; silence everywhere has the deviation 1.

    >>> scale_of(np.array([1.0, 3.0], np.float16))
    Scale(mean=2.0, std=1.0)
    """
    std = float(images.std(dtype=np.float64))
    return Scale(float(images.mean(dtype=np.float64)), std or 1.0)


def seeded_network(n_classes: int, seeds: tuple[int, ...]) -> SmallVgg:
    """Return the untrained network of some seeds; equal seeds give equal weights."""
    state = int(np.random.SeedSequence(seeds).generate_state(1, np.uint64)[0] >> np.uint64(1))
    return small_vgg(n_classes, torch.Generator().manual_seed(state))


def fit(network: SmallVgg, lesson: Lesson, recipe: Recipe, rng: np.random.Generator) -> float:
    """Train the network in place and return its mean loss over the last epoch, in nats.

    Args:
        network: Untrained.
        lesson: Images, labels, and what a teacher says.
        recipe: Number, size and length of the steps.
        rng: Source of batch order, variations and dropout.
    """
    n_clips, _, bands, frames = lesson.images.shape
    n_batches = max(1, n_clips // recipe.batch_size)
    n_steps = recipe.epochs * n_batches
    parameters = list(network.parameters())
    moments = no_moments(parameters)
    network.train()
    losses: list[Tensor] = []
    for _ in range(recipe.epochs):
        for draws in draw_epoch(n_clips, (bands, frames), recipe.mixup, rng).batches(n_batches):
            loss = _loss(network, lesson, draws, rng)
            loss.backward()  # type: ignore[no-untyped-call]
            learning_rate, momentum = one_cycle(len(losses), n_steps, recipe.learning_rate)
            descend(parameters, moments, learning_rate, momentum, recipe.weight_decay)
            losses.append(loss.detach())
    return float(torch.stack(losses[-n_batches:]).mean())


def _loss(network: SmallVgg, lesson: Lesson, draws: Draws, rng: np.random.Generator) -> Tensor:
    images = vary(lesson.images, draws).contiguous(memory_format=torch.channels_last)
    logits = network.head(_drop(network.embed(images), rng))
    labels = mix(lesson.labels[draws.order], draws.share)
    if lesson.teaching is None:
        return functional.cross_entropy(logits, labels)
    teacher_logits = mix(lesson.teaching.logits[draws.order], draws.share)
    transfer = lesson.teaching.transfer
    return distillation_loss(logits, labels, teacher_logits, transfer.alpha, transfer.temperature)


def _drop(embedding: Tensor, rng: np.random.Generator) -> Tensor:
    """Dropout from a generator of its own: torch's draws from the process's, which other steps have moved."""
    kept = rng.random(embedding.shape, np.float32) >= DROPOUT
    return embedding * torch.from_numpy(kept / np.float32(1 - DROPOUT))


@torch.inference_mode()
def predict(network: SmallVgg, images: Tensor) -> NDArray[np.float32]:
    """Return class scores of standardised images, without dropout and with the learnt normalisation.

    Shape:
        ``(n, 1, bands, frames)`` → ``(n, n_classes)``.
    """
    network.eval()
    scores = [
        network(batch.contiguous(memory_format=torch.channels_last))
        for batch in torch.split(images, BATCH_TO_PREDICT)
    ]
    logits: NDArray[np.float32] = torch.cat(scores).numpy()
    return logits


@dataclass(frozen=True)
class Ready:
    """A network ready to answer, and what its artefact keeps of its training."""

    network: SmallVgg
    scale: Scale
    learnt: Arrays
    final_loss: float | None


def run_training(step: Step, corpus: EventCorpus, store: Store) -> None:
    """Write the answers of one step's network on its test fold, ``test_logits``, and what it learnt.

    That is its weights, the ``scale`` of its input and the ``train_logits`` it teaches with. The arm that trains
    nothing answers with the reference network and learnt none of them. Rows are the clips of the test fold, or of
    the other folds in ascending order, as :func:`clips_of` orders them.
    """
    torch.set_num_threads(1)
    _keep_freed_memory()
    settings = cast("TrainSettings", step.settings)
    images = {_fold(need): store.arrays(need)["features"] for need in step.needs if need.stage == "features"}
    tested = images.pop(settings.fold)
    taught = next((store.arrays(need) for need in step.needs if need.stage == "train"), {})
    if settings.recipe is None:
        ready = _reuse(taught, corpus)
    else:
        ready = _learn(settings, settings.recipe, images, taught, corpus)
    layout = lay_out(settings.rate_hz, settings.grid, settings.clip_s)
    meta = {
        "clips": [clip.clip_id for clip in clips_of(corpus, settings.fold)],
        "cost": model_cost(ready.network, layout, settings.rate_hz, settings.grid).model_dump(),
        "final_loss": ready.final_loss,
    }
    test_logits = predict(ready.network, ready.scale.standardise(tested))
    store.write(step, meta, {"test_logits": test_logits, **ready.learnt})


def _keep_freed_memory() -> None:
    """Free one large block: from then on glibc keeps freed memory up to its size, see mallopt(3), M_MMAP_THRESHOLD.

    Every training step allocates its tensors anew. Given back to the system in between, they cost a tenth of the
    time in page faults.
    """
    torch.empty(31 << 20, dtype=torch.uint8)


def _fold(step: Step) -> int:
    return cast("FeatureSettings", step.settings).fold


def _learn(
    settings: TrainSettings, recipe: Recipe, images: Mapping[int, Images], taught: Arrays, corpus: EventCorpus
) -> Ready:
    seen = np.concatenate(list(images.values()))
    scale = scale_of(seen)
    standard = scale.standardise(seen)
    labels = functional.one_hot(_classes_of(corpus, images), len(corpus.summary.classes)).float()
    teaching = Teaching(torch.from_numpy(taught["train_logits"]), settings.transfer) if settings.transfer else None
    seeds = (settings.seed, settings.repetition, settings.fold)
    network = seeded_network(labels.shape[1], seeds)
    final_loss = fit(network, Lesson(standard, labels, teaching), recipe, np.random.default_rng(seeds))
    if not math.isfinite(final_loss):
        raise StageError(
            f"training diverged at a learning rate of {recipe.learning_rate}; lower classify.learning_rate"
        )
    learnt = {
        "train_logits": predict(network, standard),
        "scale": np.array([scale.mean, scale.std]),
        **{f"{WEIGHTS}{name}": weight.numpy() for name, weight in network.state_dict().items()},
    }
    return Ready(network, scale, learnt, final_loss)


def _reuse(taught: Arrays, corpus: EventCorpus) -> Ready:
    """The reference network as its artefact keeps it."""
    network = seeded_network(len(corpus.summary.classes), (0,))
    stored = {
        name: torch.from_numpy(taught[f"{WEIGHTS}{name}"]).view_as(now)
        for name, now in network.state_dict().items()
    }
    network.load_state_dict(stored)
    return Ready(network, Scale(*taught["scale"].tolist()), {}, None)


def _classes_of(corpus: EventCorpus, folds: Iterable[int]) -> Tensor:
    index = {label: number for number, label in enumerate(corpus.summary.classes)}
    return torch.tensor([index[clip.label] for fold in folds for clip in clips_of(corpus, fold)])
