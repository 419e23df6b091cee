"""The units of work of this room, and everything each one depends on.

Features are made once per fold and layout. A network is trained once per rate, layout, arm, fold and repetition.
The arms of one fold and repetition share their seed, hence initialisation, batch order and variations.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from lowsr_tradeoff.config import StudyConfig
from lowsr_tradeoff.corpora.clips import EventClip, EventCorpus
from lowsr_tradeoff.manifest import fingerprint
from lowsr_tradeoff.records import Arm, Grid
from lowsr_tradeoff.settings import ClassifySettings, FrontEnd, Settings
from lowsr_tradeoff.store import Step, canonical_json

CLIPS = ("corpora/clips.py", "corpora/demo_events.py", "corpora/demo_sounds.py")
FEATURES = ("audio", "classify/features.py", *CLIPS)
NETWORKS = (
    *("classify/augment.py", "classify/cost.py", "classify/features.py", "classify/models", "classify/optimise.py"),
    *("classify/train.py", "classify/transfer.py"),
    *("records/base.py", "records/classify.py"),
)


@dataclass(frozen=True)
class Listener:
    """One way of recognising: a rate, a layout of features, an arm."""

    rate_hz: int
    grid: Grid
    arm: Arm


class FeatureSettings(Settings):
    """What the feature images of one fold depend on.

    Attributes:
        clips: Hash of the fold's clips, names and contents, in order.
        seed: Base of the microphone's noise.
    """

    rate_hz: int
    grid: Grid
    fold: int
    clips: str
    clip_s: float
    front_end: FrontEnd
    seed: int


class Recipe(Settings):
    """How a network is trained, whatever it is trained for; the meanings are those of ``ClassifySettings``."""

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    mixup: float


class Transfer(Settings):
    """How much a student listens to its teacher; the meanings are those of ``ClassifySettings``."""

    alpha: float
    temperature: float


class TrainSettings(Settings):
    """What one network depends on besides its features and teacher.

    Attributes:
        fold: The fold it is tested on and never sees.
        repetition: Counts the seeds, from 0.
        seed: Base of initialisation and batch order.
        labels: Hash of the clips' classes, in order.
        recipe: ``None`` for the arm that trains nothing.
        transfer: ``None`` for the arms without a teacher.
    """

    rate_hz: int
    grid: Grid
    arm: Arm
    fold: int
    repetition: int
    seed: int
    labels: str
    clip_s: float
    recipe: Recipe | None
    transfer: Transfer | None


def reference_of(config: StudyConfig) -> Listener:
    """Return the network that everything is compared with, and that teaches CSSD."""
    return Listener(config.reference_rate_hz, "shared", "finetuned")


def listeners_of(config: StudyConfig) -> tuple[Listener, ...]:
    """Return what a study compares, by ascending rate, the reference last.

    Raw is the reference network at another rate, so it exists on the reference's layout alone.
    """
    return (
        *(
            Listener(rate_hz, grid, arm)
            for rate_hz in config.rates_hz
            for grid in config.classify.grids
            for arm in config.classify.arms
            if rate_hz != config.reference_rate_hz and (arm, grid) != ("raw", "native")
        ),
        reference_of(config),
    )


def teacher_of(listener: Listener, reference: Listener) -> Listener | None:
    """Return the network that an arm needs: BASD's and CSSD's teacher, and the one that raw hears with.

    >>> teacher_of(Listener(1000, "native", "basd"), Listener(16000, "shared", "finetuned"))
    Listener(rate_hz=1000, grid='native', arm='finetuned')
    """
    if listener.arm == "finetuned":
        return None
    return replace(listener, arm="finetuned") if listener.arm == "basd" else reference


def folds_of(corpus: EventCorpus) -> list[int]:
    """Return the folds, ascending."""
    return sorted({clip.fold for clip in corpus.clips})


def clips_of(corpus: EventCorpus, fold: int) -> list[EventClip]:
    """Return one fold's clips in the order of every array made from them."""
    return [clip for clip in corpus.clips if clip.fold == fold]


def train_steps(config: StudyConfig, corpus: EventCorpus) -> dict[Listener, tuple[Step, ...]]:
    """Return the training steps of every listener, repetition by repetition, fold by fold."""
    make = _maker(config, corpus)
    runs = [(repetition, fold) for repetition in range(config.classify.n_seeds) for fold in folds_of(corpus)]
    return {listener: tuple(make(listener, *run) for run in runs) for listener in listeners_of(config)}


def feature_steps(config: StudyConfig, corpus: EventCorpus, rate_hz: int, grid: Grid) -> tuple[Step, ...]:
    """Return the feature steps of one layout, fold by fold; those of one fold decode their clips together."""
    return tuple(
        Step(
            stage="features",
            settings=FeatureSettings(
                rate_hz=rate_hz,
                grid=grid,
                fold=fold,
                clips=_digest([(clip.clip_id, clip.digest) for clip in clips_of(corpus, fold)]),
                clip_s=corpus.clip_s,
                front_end=config.front_end,
                seed=config.seed,
            ),
            code=fingerprint(FEATURES, ("numpy", "scipy", "soundfile", "soxr", "torchaudio")),
            label=f"features {rate_hz} Hz {grid}, fold {fold}",
            together=f"features-{fold}",
        )
        for fold in folds_of(corpus)
    )


def _maker(config: StudyConfig, corpus: EventCorpus) -> Callable[[Listener, int, int], Step]:
    """A teacher's step comes from the call that makes a listener's own, so the two are one."""
    labels = _digest([corpus.summary.classes, [clip.label for clip in corpus.clips]])
    code = fingerprint(NETWORKS, ("numpy", "torch", "torchaudio"))

    @cache
    def features(rate_hz: int, grid: Grid) -> tuple[Step, ...]:
        return feature_steps(config, corpus, rate_hz, grid)

    @cache
    def make(listener: Listener, repetition: int, fold: int) -> Step:
        teacher = teacher_of(listener, reference_of(config))
        return Step(
            stage="train",
            settings=_train_settings(config, corpus, listener, repetition, fold, labels),
            code=code,
            label=f"{listener.rate_hz} Hz {listener.grid} {listener.arm}, fold {fold}, repetition {repetition + 1}",
            needs=(
                *features(listener.rate_hz, listener.grid),
                *((make(teacher, repetition, fold),) if teacher else ()),
            ),
        )

    return make


def _train_settings(
    config: StudyConfig, corpus: EventCorpus, listener: Listener, repetition: int, fold: int, labels: str
) -> TrainSettings:
    return TrainSettings(
        rate_hz=listener.rate_hz,
        grid=listener.grid,
        arm=listener.arm,
        fold=fold,
        repetition=repetition,
        seed=config.seed,
        labels=labels,
        clip_s=corpus.clip_s,
        recipe=_recipe(config.classify, listener.arm),
        transfer=_transfer(config.classify, listener.arm),
    )


def _recipe(chosen: ClassifySettings, arm: Arm) -> Recipe | None:
    return None if arm == "raw" else Recipe(**chosen.model_dump(include=set(Recipe.model_fields)))


def _transfer(chosen: ClassifySettings, arm: Arm) -> Transfer | None:
    is_taught = arm in {"basd", "cssd"}
    return Transfer(alpha=chosen.alpha, temperature=chosen.temperature) if is_taught else None


def _digest(value: object) -> str:
    return hashlib.blake2b(canonical_json(value), digest_size=16).hexdigest()
