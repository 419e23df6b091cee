"""Run one training step: gather its inputs, train, and write its outputs.

Test clips decide nothing, except under the paper's protocol, whose results are marked as such.
"""

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lowsr_tradeoff.classify.inner_folds import chosen_cell
from lowsr_tradeoff.classify.step_inputs import (
    WEIGHTS,
    StepInputs,
    answers,
    gather,
    reader,
    start,
    teacher_outputs,
    trained_network,
)
from lowsr_tradeoff.classify.train_settings import TrainSettings
from lowsr_tradeoff.corpora.clips import EventCorpus, clips_of
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.adapt import adapt, merge
from lowsr_tradeoff.learning.cost import model_cost
from lowsr_tradeoff.learning.gpu import gpu_named, repeatable
from lowsr_tradeoff.learning.mel import Front, lay_out
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.probe import HEAD_FIRST, fit_head
from lowsr_tradeoff.learning.recipe import Cell, Recipe
from lowsr_tradeoff.learning.train import (
    AS_IT_IS,
    Images,
    Outputs,
    Scale,
    epochs,
    fit,
    predict,
    scale_of,
    seeded_generator,
)
from lowsr_tradeoff.learning.training_data import TrainingData
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Arrays, Store

# A study tests hundreds of networks; larger ones are trained again where their weights are needed.
MOST_KEPT_BYTES = 4 << 20


@dataclass(frozen=True)
class Trained:
    """A trained network and its results.

    Attributes:
        network: In evaluation mode.
        scale: Of its input.
        log: How its training went.
        last: Its outputs for the held-out clips after the last epoch, if an earlier one is kept.
    """

    network: Recogniser
    scale: Scale
    log: Mapping[str, object]
    last: Outputs | None = None


def run(steps: Sequence[Step[TrainSettings]], corpus: EventCorpus, store: Store) -> None:
    """Write each network's ``test_*`` outputs of held-out clips and ``train_*`` of the others.

    They are ``*_logits`` and ``*_embeddings``, rows as :func:`clips_of`. Weights and input ``scale`` are added if
    another step may start from them. Arms that train nothing answer with another network and write neither.
    """
    for step in steps:
        _train(step, corpus, store)


def _train(step: Step[TrainSettings], corpus: EventCorpus, store: Store) -> None:
    torch.set_num_threads(1)
    keep_freed_memory()
    inputs, settings = gather(step, corpus, store), step.settings
    with repeatable(settings.device_type):
        trained, arrays = _outputs(inputs, chosen_cell(settings, corpus, inputs.networks))
    layout = lay_out(
        settings.rate_hz, settings.grid, settings.clip_s, settings.front, as_published=settings.as_published
    )
    meta = {
        "clips": [clip.clip_id for clip in clips_of(corpus, *settings.held_out)],
        "cost": model_cost(trained.network, layout, settings.rate_hz, settings.grid).model_dump(),
        **trained.log,
        **gpu_named(settings.device_type),
    }
    store.write(step, meta, arrays)


def _outputs(inputs: StepInputs, cell: Cell | None) -> tuple[Trained, Arrays]:
    """The network, and its outputs and weights."""
    settings = inputs.settings
    if settings.recipe is None:
        trained, learnt = Trained(*_reused(inputs), {}), {}
    else:
        trained = learn(inputs, settings.recipe, cell)
        learnt = {**_answers(trained, inputs, inputs.seen, "train"), **_weights(trained, settings)}
    last = {"last_test_logits": trained.last.logits} if trained.last else {}
    return trained, {**_answers(trained, inputs, settings.held_out, "test"), **last, **learnt}


def _reused(inputs: StepInputs) -> tuple[Recogniser, Scale]:
    """The network that answers for an arm that trains nothing, and the scale of its input."""
    origin = inputs.origin()
    if origin is None:
        raise StageError(f"{inputs.step.label}: no network was planned to answer with")
    return trained_network(inputs, origin)


def finished_network(step: Step[TrainSettings], corpus: EventCorpus, store: Store) -> tuple[Recogniser, Scale]:
    """Return the network that a finished step tested, and the scale of its input.

    Where its weights are not kept it is trained again, to the same weights.
    """
    inputs, settings = gather(step, corpus, store), step.settings
    if "scale" in (own := store.arrays(step)):
        return trained_network(inputs, own)
    if settings.recipe is None:
        return _reused(inputs)
    with repeatable(settings.device_type):
        trained = learn(inputs, settings.recipe, chosen_cell(settings, corpus, inputs.networks))
    return trained.network, trained.scale


def learn(inputs: StepInputs, recipe: Recipe, cell: Cell | None) -> Trained:
    """Return the trained network of a step, for one pair of alpha and T.

    Raises:
        StageError: The training diverged.
    """
    settings = inputs.settings
    data, scale = _training_data(inputs, cell)
    network = start(inputs)
    adaptation = adapt(network, settings.adapt, seeded_generator(inputs.seeds), settings.adapt_rank)
    rng = np.random.default_rng(inputs.seeds)
    tested = scale.standardise(inputs.images_of(settings.held_out)) if recipe.is_best_kept else None
    log: dict[str, object] = {}
    last = None
    if settings.adapt == "probe":
        loss = fit_head(reader(inputs, network), data, recipe, rng)
    else:
        if recipe.is_head_first and inputs.origin() is None:
            fit_head(network, replace(data, teachers=None), HEAD_FIRST, rng)
        if tested is None:
            loss = fit(network, data, recipe, rng)
        else:
            history, last, loss = _keep_best(network, data, recipe, tested, inputs.truth_of(settings.held_out), rng)
            log["accuracy_by_epoch"] = history
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
    return Trained(network, scale, log, last)


def _training_data(inputs: StepInputs, cell: Cell | None) -> tuple[TrainingData, Scale]:
    """Its training data, and the scale of its images; with another network's weights, that network's scale."""
    views, labels, origin = inputs.views(), inputs.labels(), inputs.origin()
    is_compact = inputs.settings.front == "compact"
    own_scale = scale_of(np.stack(views)) if is_compact and origin is None else AS_IT_IS
    scale = Scale(*origin["scale"].tolist()) if origin else own_scale
    data = TrainingData(
        views=tuple(scale.standardise(view) for view in views),
        labels=labels,
        fill=_fill(inputs.settings.front, views[0]),
        teachers=teacher_outputs(inputs, cell, labels),
    )
    return data.to(inputs.device), scale


def _fill(front: Front, images: Images) -> float:
    """What hidden bands and frames hold: the mean, or silence for YAMNet, which knows no clip without it."""
    if front == "compact":
        return 0.0
    return float(images.min() if front == "yamnet" else images.mean(dtype=np.float64))


def _keep_best(
    network: Recogniser,
    data: TrainingData,
    recipe: Recipe,
    tested: Tensor,
    truth: NDArray[np.intp],
    rng: np.random.Generator,
) -> tuple[list[float], Outputs, float]:
    """Keep the epoch that is best on the tested clips, as the paper's scripts do: an optimistic choice.

    Returns the accuracy after every epoch, the outputs of the last one, and its loss.
    """
    history: list[float] = []
    kept, at = network.state_dict(), -1
    for loss in epochs(network, data, recipe, rng):  # noqa: B007 - the last one is returned
        last = predict(network, tested)
        history.append(float((last.logits.argmax(axis=1) == truth).mean()))
        if history[-1] > max(history[:-1], default=-1.0):
            kept, at = copy.deepcopy(network.state_dict()), len(history)
        elif recipe.patience and len(history) - at >= recipe.patience:
            break
    network.load_state_dict(kept)
    return history, last, loss


def _answers(trained: Trained, inputs: StepInputs, folds: Sequence[int], part: str) -> Arrays:
    """The outputs of a network for some folds; empty without folds."""
    if not folds:
        return {}
    outputs = answers(inputs, trained.network, trained.scale, folds)
    return {f"{part}_logits": outputs.logits, f"{part}_embeddings": outputs.embeddings}


def _weights(trained: Trained, settings: TrainSettings) -> Arrays:
    """The weights if another step starts from them or they are deployed; else only small ones that are wanted."""
    weights = {f"{WEIGHTS}{name}": weight.cpu().numpy() for name, weight in trained.network.state_dict().items()}
    is_kept = settings.is_kept and sum(weight.nbytes for weight in weights.values()) <= MOST_KEPT_BYTES
    if settings.held_out and settings.rate_hz != settings.reference_rate_hz and not is_kept:
        return {}
    return {"scale": np.array([trained.scale.mean, trained.scale.std]), **weights}


def keep_freed_memory() -> None:
    """Make glibc keep freed memory: saves a tenth of the time in page faults; mallopt(3), M_MMAP_THRESHOLD."""
    torch.empty(31 << 20, dtype=torch.uint8)
