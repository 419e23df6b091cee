"""What the delivered chain recognises of clips that its networks had not seen.

The network that is handed over learnt from all clips, so it has none left to be tested on. The study's tested
networks, trained anew and brought to int8, stand for it: fold by fold they hear their held-out clips through the
compiled front end.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import numpy as np

from lowsr_tradeoff.classify.scores import CLIPS, Answers, accuracy
from lowsr_tradeoff.classify.step_settings import FeatureSettings, TrainSettings
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus, class_numbers, clips_of
from lowsr_tradeoff.deploy.firmware.compiled import heard_in_c
from lowsr_tradeoff.deploy.firmware.record import Chain
from lowsr_tradeoff.deploy.firmware.vectors import clip_codes
from lowsr_tradeoff.deploy.model.onnx_export import open_session, scores
from lowsr_tradeoff.deploy.model.quantisation import Classes
from lowsr_tradeoff.learning.mel import Layout
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import Resamples, paired_difference, resample

POINT = 0.01


def chains(
    config: StudyConfig,
    corpus: EventCorpus,
    store: Store,
    in_int8: Sequence[Step],
    programs: Mapping[str, Path],
    layout: Layout,
) -> tuple[Chain, ...]:
    """Return what every chain recognised of the held-out clips, each minus the study's own networks.

    Args:
        config: Of the study.
        corpus: Its clips.
        store: Holds the steps.
        in_int8: From :func:`int8_step.int8_steps`.
        programs: ``log_mel`` by what it computes in.
        layout: How the networks hear.
    """
    clips = [clip for step in in_int8 for clip in _held_out(step, corpus)]
    truth = class_numbers(corpus, clips)
    draws = resample([clip.source for clip in clips], config.n_resamples, config.seed)
    study = np.concatenate([store.arrays(step.needs[0])["test_logits"].argmax(axis=1) for step in in_int8])
    said = {
        "the study: Python, float network": study,
        "Python, int8 network": np.concatenate([store.arrays(step)["int8"] for step in in_int8]),
    }
    for number, program in programs.items():
        each = [_said(step, corpus, store, program, layout) for step in in_int8]
        said[f"C in {number}, int8 network"] = np.concatenate(each)
    return tuple(_chain(name, answers, study, truth, draws) for name, answers in said.items())


def _chain(name: str, answers: Classes, study: Classes, truth: Classes, draws: Resamples) -> Chain:
    weights = draws.counts[:, draws.units]
    difference = paired_difference(answers == truth, study == truth, weights, CLIPS)
    return Chain(
        chain=name,
        accuracy=accuracy(Answers(answers[None], truth), draws),
        difference=difference,
        within_a_point=abs(difference.value or 0.0) <= POINT,
    )


def own_features(step: Step) -> list[Step]:
    """Return the feature steps whose images a training step's network hears, fold by fold."""
    settings = cast("TrainSettings", step.settings)
    features = [need for need in step.needs if need.stage == "features"]
    own = (settings.rate_hz, settings.grid)
    return [need for need in features if (_asked(need).rate_hz, _asked(need).grid) == own]


def _said(step: Step, corpus: EventCorpus, store: Store, program: Path, layout: Layout) -> Classes:
    """Class numbers that one fold's int8 network names through the compiled front end."""
    asked = _asked(own_features(step)[0])
    heard = heard_in_c(program, [clip_codes(clip, asked) for clip in _held_out(step, corpus)], layout.image)
    session = open_session(store.arrays(step)["network"].tobytes())
    named: Classes = scores(session, heard).argmax(axis=1)
    return named


def _held_out(step: Step, corpus: EventCorpus) -> list[EventClip]:
    return clips_of(corpus, *cast("TrainSettings", step.settings).held_out)


def _asked(step: Step) -> FeatureSettings:
    return cast("FeatureSettings", step.settings)
