"""Run one training step: gather what it learns from, train, and write what its network says.

No figure of a test fold decides anything, but under the paper's protocol, which says so.
"""

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lowsr_tradeoff.classify.inner_folds import chosen_cell
from lowsr_tradeoff.classify.material import (
    WEIGHTS,
    Material,
    gather,
    labels_of,
    reused,
    scale_at_start,
    start,
    teaching_of,
)
from lowsr_tradeoff.classify.step_settings import TrainSettings
from lowsr_tradeoff.corpora.clips import EventCorpus, clips_of
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.adapt import adapt, merge
from lowsr_tradeoff.learning.cost import model_cost
from lowsr_tradeoff.learning.gpu import gpu_named, repeatable
from lowsr_tradeoff.learning.lesson import Lesson
from lowsr_tradeoff.learning.mel import lay_out
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.recipe import Cell, Recipe
from lowsr_tradeoff.learning.train import AS_IT_IS, Said, Scale, epochs, fit, predict, scale_of, seeded_generator
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Arrays, Store


@dataclass(frozen=True)
class Ready:
    """A network ready to answer.

    Attributes:
        network: In evaluation.
        scale: Of its input.
        log: How its training went.
        last: What it said of the held-out clips after the last epoch, where an earlier one is kept.
    """

    network: Recogniser
    scale: Scale
    log: Mapping[str, object]
    last: Said | None = None


def run(steps: Sequence[Step[TrainSettings]], corpus: EventCorpus, store: Store) -> None:
    """Train, or ask, the network of each step and write what it says."""
    for step in steps:
        _train(step, corpus, store)


def _train(step: Step[TrainSettings], corpus: EventCorpus, store: Store) -> None:
    """Write what one step's network says of the clips it held out, ``test_logits`` and ``test_embeddings``.

    Beside it what it says of the others, ``train_logits`` and ``train_embeddings``, which it teaches with, and its
    weights and the ``scale`` of its input where another step may start from them. The arms that train nothing
    answer with another network and write neither. Rows are clips, fold by fold, as :func:`clips_of` orders them.
    """
    torch.set_num_threads(1)
    _keep_freed_memory()
    material = gather(step, corpus, store)
    settings = material.settings
    with repeatable(settings.device_type):
        ready, said = _heard(material, chosen_cell(step, corpus, material.networks))
    layout = lay_out(
        settings.rate_hz, settings.grid, settings.clip_s, settings.front, as_published=settings.as_published
    )
    meta = {
        "clips": [clip.clip_id for clip in clips_of(corpus, *settings.held_out)],
        "cost": model_cost(ready.network, layout, settings.rate_hz, settings.grid).model_dump(),
        **ready.log,
        **gpu_named(settings.device_type),
    }
    store.write(step, meta, said)


def _heard(material: Material, cell: Cell | None) -> tuple[Ready, Arrays]:
    """The network, and what it says and keeps."""
    settings = material.settings
    if settings.recipe is None:
        ready = Ready(*reused(material), {})
        learnt: Arrays = {}
    else:
        ready = learn(material, settings.recipe, cell)
        learnt = {**_answers(ready, material, material.seen, "train"), **_weights(ready, settings)}
    last = {"last_test_logits": ready.last.logits} if ready.last else {}
    return ready, {**_answers(ready, material, settings.held_out, "test"), **last, **learnt}


def learn(material: Material, recipe: Recipe, cell: Cell | None) -> Ready:
    """Return the trained network of a step, for one pair of alpha and T.

    Raises:
        StageError: The training diverged.
    """
    settings = material.settings
    lesson, scale = _lesson(material, recipe, cell)
    network = start(material)
    adaptation = adapt(network, settings.adapt, seeded_generator(material.seeds), settings.adapt_rank)
    rng = np.random.default_rng(material.seeds)
    if recipe.is_best_kept:
        tested = scale.standardise(material.images_of(settings.held_out))
        history, last, loss = _keep_best(network, lesson, recipe, tested, material.truth_of(settings.held_out), rng)
        log: dict[str, object] = {"accuracy_by_epoch": history}
    else:
        last, loss, log = None, fit(network, lesson, recipe, rng), {}
    if not math.isfinite(loss):
        raise StageError(
            f"training diverged at a learning rate of {recipe.learning_rate}; lower classify.learning_rate"
        )
    merge(network)
    log |= {
        "final_loss": loss,
        "cell": cell.model_dump() if cell else None,
        "not_adapted": list(adaptation.skipped),
    }
    return Ready(network, scale, log, last)


def _lesson(material: Material, recipe: Recipe, cell: Cell | None) -> tuple[Lesson, Scale]:
    """What it learns from, and the scale of its images."""
    settings = material.settings
    views = material.views()
    is_compact = settings.front == "compact"
    scale = scale_at_start(material) or (scale_of(np.stack(views)) if is_compact else AS_IT_IS)
    labels = labels_of(material)
    lesson = Lesson(
        views=tuple(scale.standardise(view) for view in views),
        labels=labels,
        smoothing=recipe.smoothing,
        fill=0.0 if is_compact else float(views[0].mean(dtype=np.float64)),
        teaching=teaching_of(material, cell, labels) if settings.transfer else None,
        is_averaged=settings.arm == "ema",
    )
    return lesson.to(material.device), scale


def _keep_best(
    network: Recogniser,
    lesson: Lesson,
    recipe: Recipe,
    tested: Tensor,
    truth: NDArray[np.intp],
    rng: np.random.Generator,
) -> tuple[list[float], Said, float]:
    """Keep the epoch that is best on the tested clips themselves, as the paper's scripts do: an optimistic choice.

    Returns the accuracy after every epoch, what the last one said, and its loss.
    """
    history: list[float] = []
    kept, at = network.state_dict(), -1
    for loss in epochs(network, lesson, recipe, rng):  # noqa: B007 - the last one is returned
        last = predict(network, tested)
        history.append(float((last.logits.argmax(axis=1) == truth).mean()))
        if history[-1] > max(history[:-1], default=-1.0):
            kept, at = copy.deepcopy(network.state_dict()), len(history)
        elif recipe.patience and len(history) - at >= recipe.patience:
            break
    network.load_state_dict(kept)
    return history, last, loss


def _answers(ready: Ready, material: Material, folds: Sequence[int], what: str) -> Arrays:
    """What a network says of some folds; nothing where there are none."""
    if not folds:
        return {}
    said = predict(ready.network, ready.scale.standardise(material.images_of(folds)))
    return {f"{what}_logits": said.logits, f"{what}_embeddings": said.embeddings}


def _weights(ready: Ready, settings: TrainSettings) -> Arrays:
    """The weights that another step starts from, or that are put to use; a student's are not kept."""
    if settings.held_out and settings.rate_hz != settings.reference_rate_hz:
        return {}
    weights = {f"{WEIGHTS}{name}": weight.cpu().numpy() for name, weight in ready.network.state_dict().items()}
    return {"scale": np.array([ready.scale.mean, ready.scale.std]), **weights}


def _keep_freed_memory() -> None:
    """Free one large block: from then on glibc keeps freed memory up to its size, see mallopt(3), M_MMAP_THRESHOLD.

    Every training step allocates its tensors anew. Given back to the system in between, they cost a tenth of the
    time in page faults.
    """
    torch.empty(31 << 20, dtype=torch.uint8)
