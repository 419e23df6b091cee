"""The steps of a study's recognition, and those that tell most for their time."""

from collections.abc import Mapping
from dataclasses import dataclass

from lowsr_tradeoff.classify.alarms.plan import AlarmPlan
from lowsr_tradeoff.classify.arms import arm_of
from lowsr_tradeoff.classify.step_settings import ClassicalSettings, DiagnosisSettings, GivenSettings
from lowsr_tradeoff.classify.train_settings import TrainSettings
from lowsr_tradeoff.corpora.clips import EventCorpus
from lowsr_tradeoff.learning.recipe import Cell
from lowsr_tradeoff.records.network import Condition
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.settings.classify import is_class, is_file
from lowsr_tradeoff.settings.study import StudyConfig

Training = Step[TrainSettings]


@dataclass(frozen=True)
class ClassifyPlan:
    """The steps of a study's recognition.

    Attributes:
        trained: The networks compared, repetition by repetition, fold by fold; the reference last.
        given: The same of a network from a file, which nothing trains.
        controls: The same of what is no network.
        chosen_by: By pair of alpha and T, the networks whose answers to an inner fold choose.
        diagnosis: The diagnostics of why ways of training differ; ``None`` where nothing is trained.
        alarms: Scores of continuous sound, where one class raises alarms.
    """

    config: StudyConfig
    corpus: EventCorpus
    trained: Mapping[Condition, tuple[Training, ...]]
    given: Mapping[Condition, tuple[Step[GivenSettings], ...]]
    controls: Mapping[Condition, tuple[Step[ClassicalSettings], ...]]
    chosen_by: Mapping[Condition, Mapping[Cell, tuple[Training, ...]]]
    diagnosis: Step[DiagnosisSettings] | None
    alarms: AlarmPlan

    @property
    def tested(self) -> dict[Condition, tuple[Step, ...]]:
        """The steps of all that is compared, by ascending rate, the reference last."""
        return dict(
            sorted({**self.controls, **self.given, **self.trained}.items(), key=lambda item: item[0].rate_hz)
        )

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps that results are read from; what needs no network comes before them, beside other work."""
        chosen = [runs for by_cell in self.chosen_by.values() for runs in by_cell.values()]
        answering = (step for runs in (*self.tested.values(), *chosen) for step in runs)
        last = () if self.diagnosis is None else (self.diagnosis,)
        alone = (need for step in last for need in step.needs if need.stage == "spectrum")
        return (*alone, *answering, *self.alarms.steps, *last)

    @property
    def first(self) -> tuple[Step, ...]:
        """The steps of one way to recognise sounds at each rate, the one that tells most for its time.

        That is the control, whose power is that of the network that is trained next. It is a network, the
        fine-tuned one where there is one, where only a network raises alarms, and where the power of the user's own
        is not known before it has run.
        """
        network, target = self.config.classify.network, self.config.alarms.target
        by_network = target is not None or is_class(network) or is_file(network)
        asked = sorted(
            self.tested, key=lambda each: (arm_of(each.arm).is_network != by_network, each.arm != "finetuned")
        )
        by_rate: dict[int, Condition] = {}
        for condition in asked:
            by_rate.setdefault(condition.rate_hz, condition)
        return tuple(step for condition in by_rate.values() for step in self.tested[condition])
