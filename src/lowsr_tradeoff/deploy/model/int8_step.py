"""What int8 costs on test folds: of networks that saw neither the fold in training nor in setting their ranges.

A tested network's weights are not kept, so it is trained again; that costs a second cross-validation.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np
import torch

from lowsr_tradeoff.classify.inner_folds import chosen_cell
from lowsr_tradeoff.classify.material import Material, gather
from lowsr_tradeoff.classify.step_settings import TrainSettings
from lowsr_tradeoff.classify.train_step import learn
from lowsr_tradeoff.corpora.clips import EventCorpus, class_numbers, clips_of
from lowsr_tradeoff.deploy.model.model_settings import Int8Loss
from lowsr_tradeoff.deploy.model.onnx_export import Body, Images, open_session, pack, quantise, scores
from lowsr_tradeoff.deploy.model.quantisation import drawn, int8_loss
from lowsr_tradeoff.errors import StageError
from lowsr_tradeoff.learning.gpu import gpu_named, repeatable
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store

STAGE = "int8"


def int8_steps(tests: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps that repeat the first network of every test fold in int8."""
    return tuple(
        replace(
            test,
            stage=STAGE,
            run="deploy.model.int8_step:run",
            label=f"{test.label}, int8",
            needs=(test, *test.needs),
        )
        for test in tests
        if cast("TrainSettings", test.settings).repetition == 0
    )


def run(steps: Sequence[Step[TrainSettings]], corpus: EventCorpus, store: Store) -> None:
    """Write what int8 costs on the test fold of each step."""
    for step in steps:
        _count_loss(step, corpus, store)


def _count_loss(step: Step[TrainSettings], corpus: EventCorpus, store: Store) -> None:
    """Write the answers of one test fold's network in float and in int8, ``float`` and ``int8``: class numbers.

    Beside them the int8 network itself, ``network``: the bytes of its ONNX file.

    Raises:
        StageError: The network trains nothing.
    """
    torch.set_num_threads(1)
    test = step.needs[0]
    material = gather(test, corpus, store)
    settings = material.settings
    if settings.recipe is None:
        raise StageError(f"{step.label}: there is no training to repeat")
    with repeatable(settings.device_type):
        ready = learn(material, settings.recipe, chosen_cell(test, corpus, material.networks))
    body = Body(ready.network.cpu(), ready.scale.mean, ready.scale.std).eval()
    seen, tested = _images(material, material.seen), _images(material, settings.held_out)
    in_float = pack(body, seen, {})
    in_int8 = quantise(in_float, seen[drawn(np.arange(len(seen)), settings.seed)])
    said = {
        name: scores(open_session(packed), tested).argmax(axis=1)
        for name, packed in (("float", in_float), ("int8", in_int8))
    }
    store.write(
        step,
        {
            "clips": [clip.clip_id for clip in clips_of(corpus, *settings.held_out)],
            **gpu_named(settings.device_type),
        },
        {**said, "network": np.frombuffer(in_int8, np.uint8)},
    )


def loss_in_int8(steps: Sequence[Step], corpus: EventCorpus, store: Store, seed: int) -> Int8Loss:
    """Return what int8 costs on clips that neither training nor ranges had seen.

    Raises:
        StageError: A step has not run.
    """
    said = [store.arrays(step) for step in steps]
    folds = [fold for step in steps for fold in cast("TrainSettings", step.settings).held_out]
    clips = clips_of(corpus, *folds)
    return int8_loss(
        class_numbers(corpus, clips),
        (np.concatenate([each["float"] for each in said]), np.concatenate([each["int8"] for each in said])),
        [clip.source for clip in clips],
        seed,
        is_trained_on=False,
    )


def _images(material: Material, folds: Sequence[int]) -> Images:
    images: Images = material.images_of(folds)[:, 0].astype(np.float32)
    return images
