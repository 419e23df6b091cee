"""What int8 costs on test folds: of networks that saw the fold neither in training nor in setting their ranges.

A tested network's weights are not kept, so it is trained again; that costs a second cross-validation.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import torch

from lowsr_tradeoff.classify.inner_folds import chosen_cell
from lowsr_tradeoff.classify.step_inputs import gather
from lowsr_tradeoff.classify.step_settings import FeatureSettings
from lowsr_tradeoff.classify.train_settings import TrainSettings
from lowsr_tradeoff.classify.train_step import learn
from lowsr_tradeoff.corpora.clips import EventCorpus, class_numbers, clips_of
from lowsr_tradeoff.deploy.model.model_settings import Int8Loss
from lowsr_tradeoff.deploy.model.onnx_export import Images, NormalisedNetwork, class_scores, open_session, to_onnx
from lowsr_tradeoff.deploy.model.quantisation import int8_loss, quantise_on_sample
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.gpu import gpu_named, repeatable
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

STAGE = "int8"


def int8_steps(tests: Sequence[Step[TrainSettings]]) -> tuple[Step[TrainSettings], ...]:
    """Return the steps that repeat the first network of every test fold in int8."""
    return tuple(
        replace(
            test,
            stage=STAGE,
            run="deploy.model.int8_step:run",
            label=f"{test.label}, int8",
            needs=(test, *test.needs, *_embedded_images(test)),
        )
        for test in tests
        if test.settings.repetition == 0
    )


def own_features(step: Step[TrainSettings]) -> list[Step[FeatureSettings]]:
    """Return the feature steps of a training step's own rate and grid, fold by fold."""
    features = [cast("Step[FeatureSettings]", need) for need in step.needs if need.stage == "features"]
    own = (step.settings.rate_hz, step.settings.grid)
    return [need for need in features if (need.settings.rate_hz, need.settings.grid) == own]


def images_read(step: Step[TrainSettings], store: Store, folds: Collection[int]) -> Images:
    """Return the images of some folds that a step's network reads. Shape ``(n_clips, bands, frames)``."""
    found = [store.mapped(need, "features")[:, 0] for need in own_features(step) if need.settings.fold in folds]
    return np.concatenate(found).astype(np.float32)


def _embedded_images(test: Step[TrainSettings]) -> tuple[Step, ...]:
    """The images whose embeddings a head alone is trained on; the network that is put to use reads images."""
    return tuple(dict.fromkeys(of for need in test.needs if need.stage == "embeddings" for of in need.needs))


def run(steps: Sequence[Step[TrainSettings]], corpus: EventCorpus, store: Store) -> None:
    """Write what int8 costs on the test fold of each step."""
    for step in steps:
        _count_loss(step, corpus, store)


def _count_loss(step: Step[TrainSettings], corpus: EventCorpus, store: Store) -> None:
    """Write one test fold's predicted classes, ``float`` and ``int8``, and the ONNX bytes, ``network``."""
    torch.set_num_threads(1)
    test = cast("Step[TrainSettings]", step.needs[0])
    inputs = gather(test, corpus, store)
    settings = inputs.settings
    if settings.recipe is None:
        raise StageError(f"{step.label}: there is no training to repeat")
    with repeatable(settings.device_type):
        ready = learn(inputs, settings.recipe, chosen_cell(settings, corpus, inputs.networks))
    trained_on, tested_on = (images_read(step, store, folds) for folds in (inputs.seen, settings.held_out))
    network = NormalisedNetwork(ready.network.cpu(), ready.scale.mean, ready.scale.std).eval()
    in_float = to_onnx(network, trained_on, {})
    in_int8 = quantise_on_sample(in_float, trained_on, settings.seed)
    predicted = {
        name: class_scores(open_session(onnx_bytes), tested_on).argmax(axis=1)
        for name, onnx_bytes in (("float", in_float), ("int8", in_int8))
    }
    clips = [clip.clip_id for clip in clips_of(corpus, *settings.held_out)]
    store.write(
        step,
        {"clips": clips, **gpu_named(settings.device_type)},
        {**predicted, "network": np.frombuffer(in_int8, np.uint8)},
    )


def cross_validated_loss(
    steps: Sequence[Step[TrainSettings]], corpus: EventCorpus, store: Store, seed: int
) -> Int8Loss:
    """Return what int8 costs on clips that set neither weights nor ranges."""
    predicted = [store.arrays(step) for step in steps]
    clips = clips_of(corpus, *(fold for step in steps for fold in step.settings.held_out))
    return int8_loss(
        class_numbers(corpus, clips),
        np.concatenate([fold["float"] for fold in predicted]),
        np.concatenate([fold["int8"] for fold in predicted]),
        [clip.source for clip in clips],
        seed,
        is_trained_on=False,
    )
