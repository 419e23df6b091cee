"""What one network may learn from: images, labels, what its teachers say, and where it starts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from lowsr_tradeoff.classify.arms import Listener
from lowsr_tradeoff.classify.step_settings import FeatureSettings, TrainSettings
from lowsr_tradeoff.corpora.clips import EventCorpus, class_numbers, clips_of, folds_of
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.distances import permute_others
from lowsr_tradeoff.learning.lesson import Teaching, Watched
from lowsr_tradeoff.learning.networks.build import without_weights
from lowsr_tradeoff.learning.networks.checkpoint import load_panns, start_from
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.recipe import Cell
from lowsr_tradeoff.learning.train import Images, Scale, predict, seeded_network
from lowsr_tradeoff.records.network import Grid
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Arrays, Store

WEIGHTS = "model."

ByFold = Mapping[int, Images]


@dataclass(frozen=True)
class Material:
    """Everything that one network may learn from.

    Attributes:
        step: The step itself.
        images: Every layout's images by fold, the step's own first.
        networks: The artefacts of the networks it needs.
    """

    step: Step
    corpus: EventCorpus
    images: Mapping[tuple[int, Grid], ByFold]
    networks: Mapping[Step, Arrays]

    @property
    def settings(self) -> TrainSettings:
        """The step's settings."""
        return cast("TrainSettings", self.step.settings)

    def images_of(self, folds: Sequence[int]) -> Images:
        """Return some folds' images as the network's own microphone hears them."""
        own = self.images[self.settings.rate_hz, self.settings.grid]
        return np.concatenate([own[fold] for fold in folds])

    def views(self) -> list[Images]:
        """Return the images it is trained on: one microphone's, or of every rate for the mixed arm."""
        if self.settings.arm != "mixed_rate":
            return [self.images_of(self.seen)]
        return [np.concatenate([images[fold] for fold in self.seen]) for images in self.images.values()]

    def truth_of(self, folds: Sequence[int]) -> NDArray[np.intp]:
        """Return the class numbers of some folds' clips."""
        return class_numbers(self.corpus, clips_of(self.corpus, *folds))

    @property
    def seen(self) -> list[int]:
        """The folds it is trained on, ascending."""
        return [fold for fold in folds_of(self.corpus) if fold not in self.settings.held_out]

    @property
    def device(self) -> torch.device:
        """Where its networks compute."""
        return torch.device(self.settings.device_type)

    @property
    def seeds(self) -> tuple[int, ...]:
        """What all its random draws come from; never the arm."""
        return (self.settings.seed, self.settings.repetition, *self.settings.held_out)


def gather(step: Step, corpus: EventCorpus, store: Store) -> Material:
    """Return what a step needs, read from the store."""
    images: dict[tuple[int, Grid], dict[int, Images]] = {}
    for need in step.needs:
        if need.stage == "features":
            asked = cast("FeatureSettings", need.settings)
            images.setdefault((asked.rate_hz, asked.grid), {})[asked.fold] = store.mapped(need, "features")
    networks = {need: store.arrays(need) for need in step.needs if need.stage != "features"}
    return Material(step, corpus, images, networks)


def labels_of(material: Material) -> Tensor:
    """Return the classes of the clips it is trained on, as probabilities. Shape ``(n, n_classes)``."""
    numbers = torch.from_numpy(material.truth_of(material.seen))
    return functional.one_hot(numbers, len(material.corpus.summary.classes)).float()


def start(material: Material) -> Recogniser:
    """Return the network before its training, on its device.

    Its weights are random, published, or those of the reference.
    """
    settings = material.settings
    n_classes = len(material.corpus.summary.classes)
    network = seeded_network(settings.network, n_classes, material.seeds, as_published=settings.as_published)
    if settings.checkpoint:
        start_from(network, load_panns(settings.checkpoint.path, settings.network, settings.checkpoint.sha256))
    origin = _origin(material)
    return (network if origin is None else restore(network, origin)).to(material.device)


def scale_at_start(material: Material) -> Scale | None:
    """Return the input scale of the network that it starts from, which belongs to those weights."""
    origin = _origin(material)
    return Scale(*origin["scale"].tolist()) if origin else None


def restore(network: Recogniser, artefact: Arrays) -> Recogniser:
    """Return the network with the weights that a training's artefact keeps."""
    stored = {
        name: torch.from_numpy(artefact[f"{WEIGHTS}{name}"]).reshape(weight.shape)
        for name, weight in network.state_dict().items()
    }
    network.load_state_dict(stored, assign=True)
    return network.to(memory_format=network.memory_format)  # type: ignore[call-overload, no-any-return]


def reused(material: Material) -> tuple[Recogniser, Scale]:
    """Return the network, and the scale of its input, that answers for an arm that trains nothing.

    Raises:
        StageError: No network was planned to hear with.
    """
    origin = _origin(material)
    if origin is None:
        raise StageError(f"{material.step.label}: no network was planned to hear with")
    return _network_of(material, origin)


def teaching_of(material: Material, cell: Cell | None, labels: Tensor) -> Teaching:
    """Return what a step's teachers say of the clips it is trained on.

    Args:
        material: Of the step.
        cell: Alpha and T, where the loss takes them.
        labels: From :func:`labels_of`.
    """
    arm = material.settings.arm
    if arm == "out_of_fold":
        said = [_unseen(material, "logits")], _unseen(material, "embeddings")
    elif arm == "cssd_low":
        (teacher,) = _teachers(material)
        said = _heard_low(material, teacher)
    else:
        teachers = _teachers(material)
        said = [teacher["train_logits"] for teacher in teachers], teachers[0]["train_embeddings"]
    logits = tuple(torch.from_numpy(scores) for scores in said[0])
    if arm == "cssd_permuted":
        # A generator of its own: the training's draws stay those of every other arm.
        rng = np.random.default_rng((*material.seeds, 1))
        logits = tuple(permute_others(scores, labels, rng) for scores in logits)
    watched = _watched(material) if arm == "attention" else None
    return Teaching(arm, cell, logits, torch.from_numpy(said[1]), watched)


def _teachers(material: Material) -> list[Arrays]:
    return [_artefact(material, teacher, material.settings.held_out) for teacher in material.settings.teachers]


def _origin(material: Material) -> Arrays | None:
    origin = material.settings.origin
    return None if origin is None else _artefact(material, origin, material.settings.held_out)


def _artefact(material: Material, listener: Listener, held_out: tuple[int, ...]) -> Arrays:
    """What one of the needed networks wrote."""
    for step, artefact in material.networks.items():
        settings = cast("TrainSettings", step.settings)
        if step.stage == "train" and (settings.listener, settings.held_out) == (listener, held_out):
            return artefact
    raise StageError(f"{material.step.label}: no step for {listener}, held out {held_out}, was planned")


def _unseen(material: Material, what: str) -> NDArray[np.float32]:
    """What networks say of every fold that they, too, had held out."""
    (teacher,), held_out = material.settings.teachers, material.settings.held_out
    rows = []
    for fold in material.seen:
        folds = tuple(sorted({*held_out, fold}))
        clips = clips_of(material.corpus, *folds)
        said = _artefact(material, teacher, folds)[f"test_{what}"]
        rows.append(said[[clip.fold == fold for clip in clips]])
    return np.concatenate(rows)


def _heard_low(material: Material, teacher: Arrays) -> tuple[list[NDArray[np.float32]], NDArray[np.float32]]:
    """What the teacher says of the clips as the student's microphone hears them."""
    network, scale = _network_of(material, teacher)
    heard = predict(network, scale.standardise(material.images_of(material.seen)))
    return [heard.logits], heard.embeddings


def _watched(material: Material) -> Watched:
    (teacher,), (listener,) = _teachers(material), material.settings.teachers
    network, scale = _network_of(material, teacher)
    images = material.images[listener.rate_hz, listener.grid]
    return Watched(network, scale.standardise(np.concatenate([images[fold] for fold in material.seen])))


def _network_of(material: Material, artefact: Arrays) -> tuple[Recogniser, Scale]:
    """The trained network that an artefact keeps, on its device, and the scale of its input."""
    network = restore(_blank(material), artefact).to(material.device)
    return network, Scale(*artefact["scale"].tolist())


def _blank(material: Material) -> Recogniser:
    """A network to put stored weights into."""
    settings = material.settings
    n_classes = len(material.corpus.summary.classes)
    return without_weights(settings.network, n_classes, as_published=settings.as_published)
