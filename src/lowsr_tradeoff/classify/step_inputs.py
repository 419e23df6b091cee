"""The inputs of one training: images, labels, its teachers' outputs, and initial weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from lowsr_tradeoff.classify.train_settings import TrainSettings
from lowsr_tradeoff.corpora.clips import EventCorpus, class_numbers, clips_of, folds_of
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.distances import permute_others
from lowsr_tradeoff.learning.losses import FEATURE_MAPS
from lowsr_tradeoff.learning.networks.build import without_weights
from lowsr_tradeoff.learning.networks.checkpoint import load_weights, start_from
from lowsr_tradeoff.learning.networks.recogniser import Recogniser
from lowsr_tradeoff.learning.probe import HeadAlone
from lowsr_tradeoff.learning.recipe import Cell
from lowsr_tradeoff.learning.train import Images, Outputs, Scale, predict, seeded_generator, seeded_network
from lowsr_tradeoff.learning.training_data import RunningTeacher, TeacherOutputs
from lowsr_tradeoff.records.network import Condition, Grid
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Arrays, Store

if TYPE_CHECKING:
    from lowsr_tradeoff.classify.step_settings import EmbeddingSettings, FeatureSettings

WEIGHTS = "model."
# The stages of what a network reads.
IMAGES = ("features", "embeddings")


@dataclass(frozen=True)
class StepInputs:
    """Everything that one network may learn from.

    Attributes:
        images: Every layout's images by fold, the step's own first.
        networks: The artefacts of the networks it needs.
    """

    step: Step[TrainSettings]
    corpus: EventCorpus
    images: Mapping[tuple[int, Grid], Mapping[int, Images]]
    networks: Mapping[Step[TrainSettings], Arrays]

    @property
    def settings(self) -> TrainSettings:
        """The step's settings."""
        return self.step.settings

    def images_of(self, folds: Sequence[int]) -> Images:
        """Return some folds' images as the network's own microphone records them."""
        own = self.images[self.settings.rate_hz, self.settings.grid]
        return np.concatenate([own[fold] for fold in folds])

    def views(self) -> list[Images]:
        """Return the images it is trained on: one microphone's, or those of every rate."""
        if not self.settings.is_mixed:
            return [self.images_of(self.seen)]
        return [np.concatenate([images[fold] for fold in self.seen]) for images in self.images.values()]

    def truth_of(self, folds: Sequence[int]) -> NDArray[np.intp]:
        """Return the class numbers of some folds' clips."""
        return class_numbers(self.corpus, clips_of(self.corpus, *folds))

    def labels(self) -> Tensor:
        """Return the classes of the clips it is trained on, as probabilities. Shape ``(n, n_classes)``."""
        return functional.one_hot(torch.from_numpy(self.truth_of(self.seen)), self.n_classes).float()

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.corpus.summary.classes)

    @property
    def seen(self) -> list[int]:
        """The folds it is trained on, ascending."""
        return [fold for fold in folds_of(self.corpus) if fold not in self.settings.held_out]

    @property
    def device(self) -> torch.device:
        """The device of its networks."""
        return torch.device(self.settings.device_type)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of all its random draws; they do not depend on the arm."""
        return (self.settings.seed, self.settings.repetition, *self.settings.held_out)

    def artefact(self, condition: Condition, held_out: tuple[int, ...]) -> Arrays:
        """Return what a needed network wrote, or raise ``StageError`` if no such network was planned."""
        for need, artefact in self.networks.items():
            if need.stage == "train" and (need.settings.condition, need.settings.held_out) == (condition, held_out):
                return artefact
        raise StageError(f"{self.step.label}: no step for {condition}, held out {held_out}, was planned")

    def origin(self) -> Arrays | None:
        """Return the output of the network whose weights this one starts from."""
        origin = self.settings.origin
        return None if origin is None else self.artefact(origin, self.settings.held_out)


def gather(step: Step[TrainSettings], corpus: EventCorpus, store: Store) -> StepInputs:
    """Return what a step needs, read from the store."""
    images: dict[tuple[int, Grid], dict[int, Images]] = {}
    for need in step.needs:
        if need.stage in IMAGES:
            asked = cast("FeatureSettings | EmbeddingSettings", need.settings)
            images.setdefault((asked.rate_hz, asked.grid), {})[asked.fold] = store.mapped(need, "features")
    networks = [cast("Step[TrainSettings]", need) for need in step.needs if need.stage not in IMAGES]
    return StepInputs(step, corpus, images, {need: store.arrays(need) for need in networks})


def start(inputs: StepInputs) -> Recogniser:
    """Return the untrained network on its device, with random, published or the reference's weights."""
    settings, origin = inputs.settings, inputs.origin()
    # Layers of a class of the user's may draw from torch's own generator: dropout for one.
    torch.manual_seed(seeded_generator(inputs.seeds).initial_seed())
    network = seeded_network(settings.network, inputs.n_classes, inputs.seeds, as_published=settings.as_published)
    if settings.checkpoint:
        start_from(network, load_weights(settings.checkpoint.path, settings.network, settings.checkpoint.sha256))
    return (network if origin is None else restore(network, origin)).to(inputs.device)


def restore(network: Recogniser, artefact: Arrays) -> Recogniser:
    """Return the network with the weights that a training's artefact keeps."""
    stored = {
        name: torch.from_numpy(artefact[f"{WEIGHTS}{name}"]).reshape(weight.shape)
        for name, weight in network.state_dict().items()
    }
    network.load_state_dict(stored, assign=True)
    return network.to(memory_format=network.memory_format)  # type: ignore[call-overload, no-any-return]


def trained_network(inputs: StepInputs, artefact: Arrays) -> tuple[Recogniser, Scale]:
    """Return the trained network that an artefact keeps, on its device, and the scale of its input."""
    settings = inputs.settings
    blank = without_weights(settings.network, inputs.n_classes, as_published=settings.as_published)
    return restore(blank, artefact).to(inputs.device), Scale(*artefact["scale"].tolist())


def reader(inputs: StepInputs, network: Recogniser) -> Recogniser:
    """Return what of a network reads the images of a step: its head alone where these are embeddings."""
    return HeadAlone(network.head) if inputs.settings.is_embedded else network


def answers(inputs: StepInputs, network: Recogniser, scale: Scale, folds: Sequence[int]) -> Outputs:
    """Return the outputs of a network for some folds of a step."""
    return predict(reader(inputs, network), scale.standardise(inputs.images_of(folds)))


def teacher_outputs(inputs: StepInputs, cell: Cell | None, labels: Tensor) -> TeacherOutputs | None:
    """Return the outputs of a step's teachers for the clips it is trained on; ``None`` without a teacher."""
    transfer, held_out = inputs.settings.transfer, inputs.settings.held_out
    if transfer is None:
        return None
    if transfer.scores == "of unseen clips":
        outputs = [_of_unseen_clips(inputs)]
    else:
        teachers = [inputs.artefact(teacher, held_out) for teacher in inputs.settings.teachers]
        outputs = [Outputs(teacher["train_logits"], teacher["train_embeddings"]) for teacher in teachers]
        if transfer.scores == "of low-rate clips":
            outputs = [_of_own_images(inputs, teacher) for teacher in teachers]
    logits = tuple(torch.from_numpy(each.logits) for each in outputs)
    if transfer.scores == "permuted":
        # A separate generator, so that the training draws the same numbers in every arm.
        rng = np.random.default_rng((*inputs.seeds, 1))
        logits = tuple(permute_others(scores, labels, rng) for scores in logits)
    running = _running_teacher(inputs) if transfer.loss == FEATURE_MAPS else None
    return TeacherOutputs(transfer.loss, cell, logits, torch.from_numpy(outputs[0].embeddings), running)


def _of_unseen_clips(inputs: StepInputs) -> Outputs:
    """The outputs of the teachers that had each fold held out too."""
    (teacher,), held_out = inputs.settings.teachers, inputs.settings.held_out
    logits, embeddings = [], []
    for fold in inputs.seen:
        folds = tuple(sorted({*held_out, fold}))
        rows = [clip.fold == fold for clip in clips_of(inputs.corpus, *folds)]
        artefact = inputs.artefact(teacher, folds)
        logits.append(artefact["test_logits"][rows])
        embeddings.append(artefact["test_embeddings"][rows])
    return Outputs(np.concatenate(logits), np.concatenate(embeddings))


def _of_own_images(inputs: StepInputs, teacher: Arrays) -> Outputs:
    """A teacher's outputs for the clips as the student's microphone records them."""
    network, scale = trained_network(inputs, teacher)
    return answers(inputs, network, scale, inputs.seen)


def _running_teacher(inputs: StepInputs) -> RunningTeacher:
    (teacher,) = inputs.settings.teachers
    network, scale = trained_network(inputs, inputs.artefact(teacher, inputs.settings.held_out))
    images = inputs.images[teacher.rate_hz, teacher.grid]
    return RunningTeacher(network, scale.standardise(np.concatenate([images[fold] for fold in inputs.seen])))
