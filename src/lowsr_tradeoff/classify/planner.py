"""Makes the steps of recognition, each once.

Features are made once per fold and layout; a network once per rate, layout, arm, repetition and held-out folds.
Networks of one repetition and fold share their seed, hence initialisation, batch order and augmentation. One fold
is held out to test on. A second one is held out to choose alpha and T, or so that a teacher never saw the clips it
teaches; none for the network that is deployed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import cast

from lowsr_tradeoff.classify.arms import (
    arm_of,
    conditions_of,
    controls_of,
    origin_of,
    recipe_of,
    reference_of,
    teachers_of,
    transfer_of,
)
from lowsr_tradeoff.classify.image_steps import feature_steps, spectrum_step
from lowsr_tradeoff.classify.inner_folds import Folds, inner_folds
from lowsr_tradeoff.classify.plan import Training
from lowsr_tradeoff.classify.step_settings import (
    ClassicalSettings,
    DiagnosisSettings,
    EmbeddingSettings,
    FeatureSettings,
)
from lowsr_tradeoff.classify.train_settings import Checkpoint, TrainSettings, checkpoint_of
from lowsr_tradeoff.corpora.clips import EventCorpus, folds_of
from lowsr_tradeoff.files.writing import digest_of
from lowsr_tradeoff.learning.mel import front_of
from lowsr_tradeoff.learning.recipe import Cell
from lowsr_tradeoff.records.network import AnyNetwork, Condition, Grid, Network
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.settings.classify import is_class, is_file
from lowsr_tradeoff.settings.study import StudyConfig


def final_step(config: StudyConfig, corpus: EventCorpus, condition: Condition) -> Training:
    """Return the step that trains a network on all clips, for deployment."""
    return Planner(config, corpus).network(condition, 0, ())


@dataclass(frozen=True, eq=False)
class Planner:
    """Makes the training steps of one study, each once: a teacher is the same step that is reported.

    Attributes:
        features: Feature steps made so far, by layout.
        statistics: Those of the control's statistics, by rate.
        embeddings: Those of a published network, by the step of the images.
        checked: Validated settings, by condition, pair and whether there is a test fold; thousands of steps share
            them.
        made: Training steps made so far.
    """

    config: StudyConfig
    corpus: EventCorpus
    features: dict[tuple[int, Grid], tuple[Step[FeatureSettings], ...]] = field(default_factory=dict)
    statistics: dict[int, tuple[Step[FeatureSettings], ...]] = field(default_factory=dict)
    embeddings: dict[Step[FeatureSettings], Step[EmbeddingSettings]] = field(default_factory=dict)
    checked: dict[tuple[object, ...], TrainSettings] = field(default_factory=dict)
    made: dict[tuple[object, ...], Training] = field(default_factory=dict)

    @cached_property
    def reference(self) -> Condition:
        """The full-rate network."""
        return reference_of(self.config)

    @cached_property
    def labels(self) -> str:
        """Hash of the clips' classes, in order."""
        return digest_of([self.corpus.summary.classes, [clip.label for clip in self.corpus.clips]])

    @cached_property
    def checkpoint(self) -> Checkpoint | None:
        """The published weights that every network starts from."""
        return checkpoint_of(self.config.classify.checkpoint)

    @cached_property
    def kind(self) -> AnyNetwork:
        """The network by its name here, or the user's own class with the hash of its code."""
        name = self.config.classify.network
        if not is_class(name):
            return cast("Network", name)
        # Only here: it loads torch.
        from lowsr_tradeoff.learning.networks.own import own_network  # noqa: PLC0415

        return own_network(name)

    @cached_property
    def is_embedded(self) -> bool:
        """Whether tested networks are heads on embeddings that are computed once.

        A network for deployment and one that hears continuous sound read images.
        """
        is_probe = self.config.classify.adapt == "probe" and self.checkpoint is not None
        return is_probe and self.config.alarms.target is None and front_of(self.kind) != "compact"

    @cached_property
    def tests(self) -> list[tuple[int, int]]:
        """Every repetition with every test fold."""
        return list(product(range(self.config.classify.n_seeds), folds_of(self.corpus)))

    def trained(self) -> dict[Condition, tuple[Training, ...]]:
        """Return the training steps of every condition, repetition by repetition, fold by fold."""
        if is_file(self.config.classify.network):
            return {}
        return {
            condition: tuple(self.network(condition, repetition, (fold,)) for repetition, fold in self.tests)
            for condition in conditions_of(self.config)
        }

    def controls(self) -> dict[Condition, tuple[Step[ClassicalSettings], ...]]:
        """Return the steps of what is no network, repetition by repetition, fold by fold."""
        return {
            condition: tuple(self._control(condition, repetition, fold) for repetition, fold in self.tests)
            for condition in controls_of(self.config)
        }

    def chosen_by(self, condition: Condition) -> dict[Cell, tuple[Training, ...]]:
        """Return, for every pair of alpha and T, the networks whose answers to an inner fold choose among them."""
        transfer, folds = transfer_of(self.config, condition, None), folds_of(self.corpus)
        if transfer is None or transfer.search_trials or arm_of(condition.arm).tuned_as != condition.arm:
            return {}
        return {
            cell: tuple(
                self.network(condition, 0, inner, cell) for fold in folds for inner in inner_folds((fold,), folds)
            )
            for cell in (transfer.cells if len(transfer.cells) > 1 else ())
        }

    def diagnosis(self, trained: Mapping[Condition, tuple[Training, ...]]) -> Step[DiagnosisSettings]:
        """Return the step that diagnoses a study from its trained networks."""
        return Step(
            stage="diagnose",
            run="classify.diagnosis.diagnose:run",
            corpus="events",
            settings=DiagnosisSettings(
                reference=self.reference, seed=self.config.seed, n_resamples=self.config.n_resamples
            ),
            label="diagnostics of distillation",
            needs=(
                spectrum_step(self.config, self.corpus),
                *dict.fromkeys(step for runs in trained.values() for step in runs),
            ),
        )

    def network(
        self,
        condition: Condition,
        repetition: int,
        held_out: Folds,
        cell: Cell | None = None,
        *,
        is_search: bool = False,
    ) -> Training:
        """Return the step that trains a network, with one pair of alpha and T, a choice of pairs, or a search."""
        asked = (condition, repetition, held_out, cell, is_search)
        if asked not in self.made:
            self.made[asked] = self._network(condition, repetition, held_out, cell, is_search=is_search)
        return self.made[asked]

    def _network(
        self, condition: Condition, repetition: int, held_out: Folds, cell: Cell | None, *, is_search: bool
    ) -> Training:
        settings = self._settings(condition, cell, is_tested=len(held_out) == 1).model_copy(
            update={
                "repetition": repetition,
                "held_out": held_out,
                "is_embedded": bool(held_out) and self.is_embedded,
            }
        )
        networks = self._taught_by(settings)
        if cell is None and not is_search:
            networks += self._chosen_by(settings)
        return Step(
            stage="search" if is_search else "train",
            run="classify.search:run" if is_search else "classify.train_step:run",
            corpus="events",
            settings=settings,
            label=_label(settings, cell, is_search=is_search),
            needs=(*self._images(condition, is_embedded=settings.is_embedded), *dict.fromkeys(networks)),
            is_on_gpu=self.config.device_type == "cuda",
        )

    def _control(self, condition: Condition, repetition: int, fold: int) -> Step[ClassicalSettings]:
        config, rate_hz = self.config, condition.rate_hz
        if rate_hz not in self.statistics:
            self.statistics[rate_hz] = feature_steps(config, self.corpus, rate_hz, condition.grid, "statistics")
        return Step(
            stage="control",
            run="classify.classical_step:run",
            corpus="events",
            settings=ClassicalSettings(
                rate_hz=rate_hz, held_out=fold, repetition=repetition, seed=config.seed, labels=self.labels
            ),
            label=f"{rate_hz} Hz {condition.arm}, fold {fold}, repetition {repetition + 1}",
            needs=self.statistics[rate_hz],
        )

    def _images(self, condition: Condition, *, is_embedded: bool) -> list[Step]:
        """The images of the network or its teacher, its own first, or their embeddings."""
        reference, kind = self.reference, arm_of(condition.arm).images
        layouts: list[tuple[int, Grid]] = [(condition.rate_hz, condition.grid)]
        if kind == "both":
            layouts.append((reference.rate_hz, reference.grid))
        elif kind == "all rates" and condition.rate_hz == reference.rate_hz:
            layouts += [(rate_hz, "shared") for rate_hz in self.config.rates_hz if rate_hz != reference.rate_hz]
        for layout in layouts:
            if layout not in self.features:
                self.features[layout] = feature_steps(self.config, self.corpus, *layout)
        images = [step for layout in layouts for step in self.features[layout]]
        return [self._embedded(step) for step in images] if is_embedded else [*images]

    def _embedded(self, images: Step[FeatureSettings]) -> Step[EmbeddingSettings]:
        if images not in self.embeddings:
            asked = images.settings
            settings = EmbeddingSettings(
                **asked.model_dump(include={"rate_hz", "grid", "fold", "as_published"}),
                network=self.kind,
                checkpoint=self.checkpoint,
            )
            label = f"embeddings {asked.rate_hz} Hz {asked.grid}, fold {asked.fold}"
            run, together = "classify.embedding_step:run", f"embeddings-{asked.fold}"
            self.embeddings[images] = Step("embeddings", run, settings, label, "events", (images,), together)
        return self.embeddings[images]

    def _taught_by(self, settings: TrainSettings) -> list[Training]:
        """Its teachers, and the network whose weights it starts from."""
        held_out, repetition = settings.held_out, settings.repetition
        if settings.transfer and settings.transfer.scores == "of unseen clips":
            unseen = [tuple(sorted({*held_out, fold})) for fold in folds_of(self.corpus) if fold not in held_out]
        else:
            unseen = [held_out]
        origin = [settings.origin] if settings.origin else []
        return [
            *(self.network(teacher, repetition, folds) for teacher in settings.teachers for folds in unseen),
            *(self.network(other, repetition, held_out) for other in origin),
        ]

    def _chosen_by(self, settings: TrainSettings) -> list[Training]:
        """The networks whose answers to an inner fold choose alpha and T, or the search for them."""
        transfer, rival = settings.transfer, settings.tuned_as
        if transfer is None or len(transfer.cells) < 2:
            return []
        inner = inner_folds(settings.held_out, folds_of(self.corpus))
        if transfer.search_trials:
            return [self.network(rival, 0, folds, is_search=True) for folds in inner]
        return [self.network(rival, 0, folds, cell) for cell in transfer.cells for folds in inner]

    def _settings(self, condition: Condition, cell: Cell | None, *, is_tested: bool) -> TrainSettings:
        asked = (condition, cell, is_tested)
        if asked not in self.checked:
            self.checked[asked] = self._checked(condition, cell, is_tested=is_tested)
        return self.checked[asked]

    def _checked(self, condition: Condition, cell: Cell | None, *, is_tested: bool) -> TrainSettings:
        config, reference, arm = self.config, self.reference, arm_of(condition.arm)
        recipe, chosen = recipe_of(config, condition, is_tested=is_tested), config.classify
        is_reference = condition.rate_hz == reference.rate_hz
        is_whole = recipe is None or (is_reference and self.checkpoint is None)
        is_adapted = chosen.adapt != "full" and self.checkpoint is None
        return TrainSettings(
            network=self.kind,
            **chosen.model_dump(include={"as_published", "adapt_rank"}),
            rate_hz=condition.rate_hz,
            reference_rate_hz=reference.rate_hz,
            grid=condition.grid,
            arm=condition.arm,
            is_mixed=is_reference and arm.images == "all rates",
            held_out=(),
            repetition=0,
            seed=config.seed,
            labels=self.labels,
            clip_s=self.corpus.clip_s,
            adapt="full" if is_whole else chosen.adapt,
            checkpoint=self.checkpoint,
            teachers=teachers_of(condition, reference),
            origin=origin_of(condition, reference, is_adapted=is_adapted),
            recipe=recipe,
            transfer=transfer_of(config, condition, cell),
            tuned_as=replace(condition, arm=arm.tuned_as),
            device_type=config.device_type,
            is_kept=is_tested and config.alarms.target is not None,
        )


def _label(settings: TrainSettings, cell: Cell | None, *, is_search: bool) -> str:
    folds = f"fold {', '.join(map(str, settings.held_out))}" if settings.held_out else "all clips"
    pair = f", alpha {cell.alpha:g} T {cell.temperature:g}" if cell else ", search" if is_search else ""
    return (
        f"{settings.rate_hz} Hz {settings.grid} {settings.arm}, {folds}, repetition {settings.repetition + 1}{pair}"
    )
