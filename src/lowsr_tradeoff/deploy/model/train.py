"""Train one network to be put to use: test it by cross-validation, then train it on all clips."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

from lowsr_tradeoff.classify import stage as classify
from lowsr_tradeoff.classify.alarms.plan import AlarmPlan, hold_of, hop_of
from lowsr_tradeoff.classify.alarms.results import alarm_of
from lowsr_tradeoff.classify.arms import arm_of, reference_of
from lowsr_tradeoff.classify.plan import Training
from lowsr_tradeoff.classify.planner import final_step
from lowsr_tradeoff.classify.scores import accuracy, answers_of, class_recall, macro_f1
from lowsr_tradeoff.classify.step_inputs import WEIGHTS
from lowsr_tradeoff.corpora.clips import EventCorpus, clips_of, folds_of
from lowsr_tradeoff.corpora.events import events_of
from lowsr_tradeoff.deploy.model.int8_step import cross_validated_loss, int8_steps
from lowsr_tradeoff.deploy.model.model_settings import CrossValidated, ModelSettings
from lowsr_tradeoff.deploy.model.onnx_export import require_onnx
from lowsr_tradeoff.deploy.model.package import Package, write_package
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.power.profiles.front_ends import with_front_ends
from lowsr_tradeoff.records.alarms import AlarmRule
from lowsr_tradeoff.records.network import Condition, ModelCost
from lowsr_tradeoff.runner.executor import run_batch
from lowsr_tradeoff.runner.lock import locked
from lowsr_tradeoff.runner.schedule import Progress, execute
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import resample
from lowsr_tradeoff.study.plan import INSPECTED, check_out


@dataclass(frozen=True)
class ModelPlan:
    """The steps of one network to be put to use.

    Attributes:
        condition: Which network of the study.
        tests: Train and test networks by cross-validation.
        final: Trains the network on all clips.
        int8: Tests in int8; empty where what int8 costs is not counted.
        alarms: Score continuous sound by the tested networks; none where no class raises alarms.
    """

    config: StudyConfig
    corpus: EventCorpus
    condition: Condition
    tests: tuple[Training, ...]
    final: Training
    int8: tuple[Training, ...]
    alarms: AlarmPlan

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, in order."""
        return (*self.tests, self.final, *self.int8, *self.alarms.steps)


def train_model(
    config: StudyConfig,
    run: Path,
    to: Path,
    jobs: int,
    report: Callable[[Progress], None],
    *,
    data_licence: str | None = None,
    is_int8_counted: bool = False,
) -> Package:
    """Return a trained network, written to a model folder.

    The study has one rate, one grid and one arm. Steps that the run folder holds, of a larger study too, are not
    run again. ``is_int8_counted`` counts on the test folds what int8 costs, which trains every tested network
    twice.

    Raises:
        ConfigError: The settings cannot be used.
        DataError: The corpus has problems.
        MissingResourceError: There is no GPU, or an extra is missing.
        StageError: Steps failed; finished ones are kept.
    """
    if is_int8_counted:
        require_onnx()
    check_out(config, run)
    config = with_front_ends(config)
    condition, store = condition_of(config), Store(run)
    with locked(run):
        corpus = events_of(config, run / INSPECTED)
        plan = plan_model(config, corpus, condition, is_int8_counted=is_int8_counted)
        run_plan(plan, store, jobs, report)
        package = make_package(plan, store, data_licence)
    write_package(to, package)
    return package


def condition_of(config: StudyConfig) -> Condition:
    """Return the one condition of a study of one rate, one grid and one arm."""
    (rate_hz,), (grid,), (arm,) = config.rates_hz, config.classify.grids, config.classify.arms
    reference_hz = config.reference_rate_hz
    if not arm_of(arm).is_network:
        raise ConfigError(
            f"--arm {arm}: is no network but the control that networks must beat; take --arm finetuned"
        )
    if not arm_of(arm).is_trained:
        raise ConfigError(f"--arm {arm}: trains no network; take another, or --rate {reference_hz} --arm finetuned")
    condition = Condition(rate_hz, grid, arm)
    if rate_hz == reference_hz and condition != reference_of(config):
        raise ConfigError(f"--rate {rate_hz}: the reference rate has --arm finetuned --grid shared alone")
    return condition


def plan_model(
    config: StudyConfig, corpus: EventCorpus, condition: Condition, *, is_int8_counted: bool = False
) -> ModelPlan:
    """Return the steps of one network to be put to use."""
    planned = classify.plan(config, corpus)
    tests = planned.trained.get(condition)
    if tests is None:
        raise ConfigError(
            f"--arm {condition.arm}: there is none at {condition.rate_hz} Hz on --grid {condition.grid}"
        )
    int8 = int8_steps(tests) if is_int8_counted else ()
    alarms = AlarmPlan({of: steps for of, steps in planned.alarms.steps_of.items() if of == condition})
    return ModelPlan(config, corpus, condition, tests, final_step(config, corpus, condition), int8, alarms)


def run_plan(plan: ModelPlan, store: Store, jobs: int, report: Callable[[Progress], None]) -> None:
    """Run the steps that the store does not hold."""
    execute(plan.steps, store, partial(run_batch, {"events": plan.corpus}, store), jobs, report)


def make_package(plan: ModelPlan, store: Store, data_licence: str | None) -> Package:
    """Return the finished network with what was measured of it."""
    config, corpus, arrays = plan.config, plan.corpus, store.arrays(plan.final)
    mean, std = arrays["scale"].tolist()
    settings = ModelSettings(
        network=plan.final.settings.network,
        as_published=config.classify.as_published,
        classes=corpus.summary.classes,
        rate_hz=plan.condition.rate_hz,
        grid=plan.condition.grid,
        clip_s=corpus.clip_s,
        front_end=config.front_end,
        scale_mean=mean,
        scale_std=std,
        arm=plan.condition.arm,
        seed=config.seed,
        corpus=corpus.summary,
        data_licence=data_licence,
        tested=_cross_validated(plan, store),
        cost=ModelCost.model_validate(store.meta(plan.final)["cost"]),
        made_by=version("lowsr-tradeoff"),
        alarm=_alarm_rule(plan, store),
    )
    weights = {name.removeprefix(WEIGHTS): arrays[name] for name in arrays if name.startswith(WEIGHTS)}
    return Package(settings, weights)


def _alarm_rule(plan: ModelPlan, store: Store) -> AlarmRule | None:
    """The rule with the threshold that is chosen on all folds, and what thresholds of other folds did."""
    config, corpus, target = plan.config, plan.corpus, plan.config.alarms.target
    if target is None:
        return None
    tested = alarm_of(plan.alarms, plan.condition, config, corpus, store).operating
    if tested.threshold is None:
        return None
    hold_s, hop_s = hold_of(config, corpus), hop_of(config, corpus)
    return AlarmRule(target=target, threshold=tested.threshold, hold_s=hold_s, hop_s=hop_s, tested=tested)


def _cross_validated(plan: ModelPlan, store: Store) -> CrossValidated:
    config, corpus = plan.config, plan.corpus
    clips, classes = clips_of(corpus, *folds_of(corpus)), corpus.summary.classes
    answers = answers_of(plan.tests, corpus, store)
    draws = resample([clip.source for clip in clips], config.n_resamples, config.seed)
    return CrossValidated(
        accuracy=accuracy(answers, draws),
        macro_f1=macro_f1(answers, draws, len(classes)),
        class_recall=class_recall(answers, draws, classes),
        n_sources=len({clip.source for clip in clips}),
        n_folds=len(folds_of(corpus)),
        n_seeds=config.classify.n_seeds,
        protocol=config.classify.protocol,
        int8=cross_validated_loss(plan.int8, corpus, store, config.seed) if plan.int8 else None,
    )
