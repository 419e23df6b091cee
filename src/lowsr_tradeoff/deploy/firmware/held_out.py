"""The accuracy of the delivered chain on clips that its networks were not trained on.

The delivered network is trained on all clips. Therefore the study's tested networks, trained again and converted to
int8, classify their held-out clips instead, from images that the compiled front end makes.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from lowsr_tradeoff.classify.scores import Answers, accuracy
from lowsr_tradeoff.classify.train_settings import TrainSettings
from lowsr_tradeoff.corpora.clips import EventCorpus, class_numbers, clips_of
from lowsr_tradeoff.deploy.firmware.compile import images_in_c
from lowsr_tradeoff.deploy.firmware.record import ChainAccuracy
from lowsr_tradeoff.deploy.firmware.vectors import clip_codes
from lowsr_tradeoff.deploy.model.int8_step import own_features
from lowsr_tradeoff.deploy.model.onnx_export import class_scores, open_session
from lowsr_tradeoff.deploy.model.quantisation import ClassNumbers
from lowsr_tradeoff.deploy.model.train import ModelPlan
from lowsr_tradeoff.learning.mel import Layout
from lowsr_tradeoff.records.classify import CLIPS
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.statistics.intervals import Resamples, paired_difference, resample

POINT = 0.01


def chain_accuracies(
    plan: ModelPlan, store: Store, programs: Mapping[str, Path], layout: Layout
) -> tuple[ChainAccuracy, ...]:
    """Return what every chain recognised of the held-out clips, each minus the study's own networks.

    ``programs`` are the program ``log_mel`` by its arithmetic.
    """
    corpus, steps = plan.corpus, plan.int8
    clips = [clip for step in steps for clip in clips_of(corpus, *step.settings.held_out)]
    truth = class_numbers(corpus, clips)
    draws = resample([clip.source for clip in clips], plan.config.n_resamples, plan.config.seed)
    study = np.concatenate([store.arrays(step.needs[0])["test_logits"].argmax(axis=1) for step in steps])
    predicted = {
        "the study: Python, float network": study,
        "Python, int8 network": np.concatenate([store.arrays(step)["int8"] for step in steps]),
    }
    for number, program in programs.items():
        by_fold = [_predicted_through_c(step, corpus, store, program, layout) for step in steps]
        predicted[f"C in {number}, int8 network"] = np.concatenate(by_fold)
    return tuple(_accuracy(chain, classes, study, truth, draws) for chain, classes in predicted.items())


def _accuracy(
    chain: str, predicted: ClassNumbers, study: ClassNumbers, truth: ClassNumbers, draws: Resamples
) -> ChainAccuracy:
    weights = draws.counts[:, draws.units]
    difference = paired_difference(predicted == truth, study == truth, weights, CLIPS)
    return ChainAccuracy(
        chain=chain,
        accuracy=accuracy(Answers(predicted[None], truth), draws),
        difference=difference,
        within_a_point=abs(difference.value or 0.0) <= POINT,
    )


def _predicted_through_c(
    step: Step[TrainSettings], corpus: EventCorpus, store: Store, program: Path, layout: Layout
) -> ClassNumbers:
    """Return the class numbers that one fold's int8 network predicts from images of the compiled front end."""
    features = own_features(step)[0].settings
    windows = [clip_codes(clip, features) for clip in clips_of(corpus, *step.settings.held_out)]
    session = open_session(store.arrays(step)["network"].tobytes())
    predicted: ClassNumbers = class_scores(session, images_in_c(program, windows, layout.image)).argmax(axis=1)
    return predicted
