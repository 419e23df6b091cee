"""The units of work of this room.

Features are made once per fold and layout. A network is trained once per rate, layout, arm, repetition and held-out
folds. Those of one repetition and fold share their seed, hence initialisation, batch order and variations.

Held out is usually one fold, to be tested on. A second one is held out to choose alpha and T, or to teach the clips
of a fold by a network that never saw them; none, to train the network that is put to use.
"""

from functools import cache
from typing import Literal, Protocol

from lowsr_tradeoff.classify.arms import (
    Listener,
    cells_of,
    chosen_with,
    listeners_of,
    origin_of,
    recipe_of,
    reference_of,
    teachers_of,
    transfer_of,
)
from lowsr_tradeoff.classify.inner_folds import Folds, inner_folds
from lowsr_tradeoff.classify.step_settings import Checkpoint, FeatureSettings, TrainSettings, checkpoint_of
from lowsr_tradeoff.corpora.clips import EventCorpus, clips_of, folds_of
from lowsr_tradeoff.files.writing import digest_of
from lowsr_tradeoff.learning.mel import front_of
from lowsr_tradeoff.learning.recipe import Cell
from lowsr_tradeoff.records.network import Grid
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.settings.study import StudyConfig


def train_steps(config: StudyConfig, corpus: EventCorpus) -> dict[Listener, tuple[Step, ...]]:
    """Return the training steps of every listener, repetition by repetition, fold by fold."""
    make = _maker(config, corpus)
    runs = [(repetition, fold) for repetition in range(config.classify.n_seeds) for fold in folds_of(corpus)]
    return {
        listener: tuple(make(listener, repetition, (fold,)) for repetition, fold in runs)
        for listener in listeners_of(config)
    }


def final_step(config: StudyConfig, corpus: EventCorpus, listener: Listener) -> Step:
    """Return the step that trains a listener on all clips, to be put to use."""
    return _maker(config, corpus)(listener, 0, ())


def choosing_steps(config: StudyConfig, corpus: EventCorpus, listener: Listener) -> dict[Cell, tuple[Step, ...]]:
    """Return, for every pair of alpha and T, the networks whose answers to an inner fold choose among the pairs."""
    cells, folds = cells_of(config, listener), folds_of(corpus)
    if len(cells) == 1 or config.classify.search_trials:
        return {}
    make = _maker(config, corpus)
    return {
        cell: tuple(make(listener, 0, inner, cell) for fold in folds for inner in inner_folds((fold,), folds))
        for cell in cells
    }


def feature_steps(
    config: StudyConfig, corpus: EventCorpus, rate_hz: int, grid: Grid
) -> tuple[Step[FeatureSettings], ...]:
    """Return the feature steps of one layout, fold by fold; those of one fold decode their clips together."""
    return tuple(
        Step(
            stage="features",
            run="classify.feature_step:run",
            corpus="events",
            settings=FeatureSettings(
                rate_hz=rate_hz,
                grid=grid,
                front=front_of(config.classify.network),
                as_published=config.classify.as_published,
                fold=fold,
                clips=digest_of([(clip.clip_id, clip.digest) for clip in clips_of(corpus, fold)]),
                clip_s=corpus.clip_s,
                front_end=config.front_end,
                seed=config.seed,
            ),
            label=f"features {rate_hz} Hz {grid}, fold {fold}",
            together=f"features-{fold}",
        )
        for fold in folds_of(corpus)
    )


class Make(Protocol):
    """What makes a step of a listener, a repetition and held-out folds, for one pair of alpha and T or a choice."""

    def __call__(
        self,
        listener: Listener,
        repetition: int,
        held_out: Folds,
        cell: Cell | None = None,
        stage: Literal["train", "search"] = "train",
    ) -> Step:
        """Return the step."""


def _maker(config: StudyConfig, corpus: EventCorpus) -> Make:
    """A teacher's step comes from the call that makes a listener's own, so the two are one."""
    labels = digest_of([corpus.summary.classes, [clip.label for clip in corpus.clips]])
    checkpoint = checkpoint_of(config.classify.checkpoint)

    @cache
    def features(rate_hz: int, grid: Grid) -> tuple[Step, ...]:
        return feature_steps(config, corpus, rate_hz, grid)

    def images(listener: Listener) -> tuple[Step, ...]:
        return tuple(step for layout in _layouts(config, listener) for step in features(*layout))

    @cache
    def settings(listener: Listener, cell: Cell | None, *, is_tested: bool) -> TrainSettings:
        held_out = (0,) if is_tested else ()
        return _settings(config, listener, 0, held_out, cell, labels, corpus.clip_s, checkpoint)

    @cache
    def make(
        listener: Listener,
        repetition: int,
        held_out: Folds,
        cell: Cell | None = None,
        stage: Literal["train", "search"] = "train",
    ) -> Step:
        is_chosen_here = cell is None and stage == "train"
        networks = (
            *_taught_by(config, corpus, listener, repetition, held_out, make),
            *(_chosen_by(config, corpus, listener, held_out, make) if is_chosen_here else ()),
        )
        return Step(
            stage=stage,
            run="classify.train_step:run" if stage == "train" else "classify.search:run",
            corpus="events",
            # Made and checked once a listener: a study has thousands of steps.
            settings=settings(listener, cell, is_tested=len(held_out) == 1).model_copy(
                update={"repetition": repetition, "held_out": held_out}
            ),
            label=_label(listener, repetition, held_out, cell, stage),
            needs=(*images(listener), *dict.fromkeys(networks)),
            is_on_gpu=config.device_type == "cuda",
        )

    return make


def _layouts(config: StudyConfig, listener: Listener) -> list[tuple[int, Grid]]:
    """The layouts whose images a network is trained on, its own first."""
    reference = reference_of(config)
    others: list[tuple[int, Grid]] = []
    if listener.arm == "attention":
        others = [(reference.rate_hz, reference.grid)]
    elif (listener.arm, listener.rate_hz) == ("mixed_rate", reference.rate_hz):
        others = [(rate_hz, "shared") for rate_hz in config.rates_hz if rate_hz != reference.rate_hz]
    return [(listener.rate_hz, listener.grid), *others]


def _taught_by(
    config: StudyConfig, corpus: EventCorpus, listener: Listener, repetition: int, held_out: Folds, make: Make
) -> list[Step]:
    """The networks that teach a listener, and the one whose weights it starts from."""
    reference = reference_of(config)
    teachers = teachers_of(listener, reference)
    if listener.arm == "out_of_fold":
        unseen = [tuple(sorted({*held_out, fold})) for fold in folds_of(corpus) if fold not in held_out]
        return [make(reference, repetition, folds) for folds in unseen]
    origin = _origin(config, listener)
    return [make(other, repetition, held_out) for other in (*teachers, *([origin] if origin else []))]


def _chosen_by(
    config: StudyConfig, corpus: EventCorpus, listener: Listener, held_out: Folds, make: Make
) -> list[Step]:
    """The networks whose answers to an inner fold choose alpha and T, or the search for them."""
    transfer = transfer_of(config, listener, None)
    if transfer is None or len(transfer.cells) < 2:
        return []
    rival, inner = chosen_with(listener), inner_folds(held_out, folds_of(corpus))
    if transfer.search_trials:
        return [make(rival, 0, folds, stage="search") for folds in inner]
    return [make(rival, 0, folds, cell) for cell in transfer.cells for folds in inner]


def _settings(
    config: StudyConfig,
    listener: Listener,
    repetition: int,
    held_out: Folds,
    cell: Cell | None,
    labels: str,
    clip_s: float,
    checkpoint: Checkpoint | None,
) -> TrainSettings:
    chosen, is_reference = config.classify, listener.rate_hz == config.reference_rate_hz
    recipe = recipe_of(config, listener, is_tested=len(held_out) == 1)
    is_whole = recipe is None or (is_reference and checkpoint is None)
    return TrainSettings(
        **chosen.model_dump(include={"network", "as_published", "adapt_rank"}),
        rate_hz=listener.rate_hz,
        reference_rate_hz=config.reference_rate_hz,
        grid=listener.grid,
        arm=listener.arm,
        held_out=held_out,
        repetition=repetition,
        seed=config.seed,
        labels=labels,
        clip_s=clip_s,
        adapt="full" if is_whole else chosen.adapt,
        checkpoint=checkpoint,
        teachers=teachers_of(listener, reference_of(config)),
        origin=_origin(config, listener),
        recipe=recipe,
        transfer=transfer_of(config, listener, cell),
        device_type=config.device_type,
    )


def _origin(config: StudyConfig, listener: Listener) -> Listener | None:
    is_adapted = config.classify.adapt != "full" and config.classify.checkpoint is None
    return origin_of(listener, reference_of(config), is_adapted=is_adapted)


def _label(listener: Listener, repetition: int, held_out: Folds, cell: Cell | None, stage: str) -> str:
    folds = f"fold {', '.join(map(str, held_out))}" if held_out else "all clips"
    pair = f", alpha {cell.alpha:g} T {cell.temperature:g}" if cell else ", search" if stage == "search" else ""
    return f"{listener.rate_hz} Hz {listener.grid} {listener.arm}, {folds}, repetition {repetition + 1}{pair}"
