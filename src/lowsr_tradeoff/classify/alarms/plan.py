"""The steps that score continuous sound: one for every tested network, those of one fold and rate in one call.

A clip or a second of background is scored only by networks of its own fold, which were not trained on that clip.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from lowsr_tradeoff.classify.step_settings import FeatureSettings, GivenSettings
from lowsr_tradeoff.classify.train_settings import TrainSettings
from lowsr_tradeoff.corpora.background import spans_by_fold
from lowsr_tradeoff.corpora.clips import EventCorpus, clips_of, folds_of
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.files.writing import digest_of
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.settings.classify import COMPACT
from lowsr_tradeoff.settings.groups import Settings
from lowsr_tradeoff.settings.study import StudyConfig

STAGE = "alarms"


class AlarmStepSettings(Settings):
    """What the scores of one network in continuous sound depend on besides its training.

    Attributes:
        features: Of the fold's own images.
        target: Class number.
        hop_s: From one window to the next.
        background: Hash of the recordings that this fold hears; of no recordings where there are none.
        clips: Hash of what the fold's clips are.
    """

    rate_hz: int
    features: FeatureSettings
    target: int
    hop_s: float
    background: str
    clips: str


@dataclass(frozen=True)
class AlarmPlan:
    """The steps of the alarms, fold by fold for every condition; none without a target."""

    steps_of: Mapping[Condition, tuple[Step[AlarmStepSettings], ...]]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps."""
        return tuple(step for steps in self.steps_of.values() for step in steps)


def plan_alarms(
    config: StudyConfig,
    corpus: EventCorpus,
    trained: Mapping[Condition, tuple[Step[TrainSettings], ...]],
    given: Mapping[Condition, tuple[Step[GivenSettings], ...]] = MappingProxyType({}),
) -> AlarmPlan:
    """Return the steps that score the first repetition's network of every condition and fold.

    Raises:
        ConfigError: The target is no class of the corpus, or the only one.
    """
    if config.alarms.target is None:
        return AlarmPlan({})
    target, folds = class_number(corpus, config.alarms.target), folds_of(corpus)
    spans = spans_by_fold(corpus.background, folds) if corpus.background else {}
    known = {
        fold: {
            "background": digest_of([(s.recording.digest, s.begin, s.end) for s in spans.get(fold, [])]),
            "clips": digest_of([(clip.label, clip.source) for clip in clips_of(corpus, fold)]),
        }
        for fold in folds
    }
    hop_s = hop_of(config, corpus)

    def asked(features: FeatureSettings) -> AlarmStepSettings:
        return AlarmStepSettings(
            rate_hz=features.rate_hz, features=features, target=target, hop_s=hop_s, **known[features.fold]
        )

    steps: dict[Condition, tuple[Step[AlarmStepSettings], ...]] = {
        condition: tuple(_of_trained(step, asked) for step in runs[: len(folds)])
        for condition, runs in trained.items()
    }
    of_files = {condition: tuple(_of_given(step, asked) for step in runs) for condition, runs in given.items()}
    return AlarmPlan(steps | of_files)


def _of_trained(
    training: Step[TrainSettings], asked: Callable[[FeatureSettings], AlarmStepSettings]
) -> Step[AlarmStepSettings]:
    settings, (fold,) = training.settings, training.settings.held_out
    images = [cast("FeatureSettings", need.settings) for need in training.needs if need.stage == "features"]
    # The network's own layout comes first.
    own = next(each for each in images if each.fold == fold)
    return Step(
        stage=STAGE,
        run="classify.alarms.score_step:run",
        corpus="events",
        settings=asked(own),
        label=f"alarms, {training.label}",
        needs=(training, *training.needs),
        # Large networks would not fit into memory together.
        together=f"alarms-{fold}-{settings.rate_hz}" if settings.network in COMPACT else None,
        is_on_gpu=training.is_on_gpu,
    )


def _of_given(
    answering: Step[GivenSettings], asked: Callable[[FeatureSettings], AlarmStepSettings]
) -> Step[AlarmStepSettings]:
    return Step(
        stage=STAGE,
        run="classify.alarms.given_score_step:run",
        corpus="events",
        settings=asked(answering.settings.clips),
        label=f"alarms, {answering.label}",
        needs=(answering,),
    )


def hop_of(config: StudyConfig, corpus: EventCorpus) -> float:
    """Return the seconds from one window to the next: those of the device."""
    return config.power.hop_s or corpus.clip_s


def hold_of(config: StudyConfig, corpus: EventCorpus) -> float:
    """Return the seconds after an alarm in which no second one is raised."""
    return config.alarms.hold_s or 2 * corpus.clip_s


def class_number(corpus: EventCorpus, target: str) -> int:
    """Return the number of the class to listen for."""
    classes = corpus.summary.classes
    if target not in classes:
        near = difflib.get_close_matches(target, classes, n=1)
        hint = f"did you mean {near[0]}?" if near else f"take one of {', '.join(classes)}"
        raise ConfigError(f"--target {target}: is no class of {corpus.summary.name}; {hint}")
    if len(classes) < 2:
        raise ConfigError(f"--target {target}: is the only class; give --events clips of other sounds too")
    return classes.index(target)
