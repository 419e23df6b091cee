"""The recognition stage: its steps, and the records made of their outputs.

Neither loads torch, so results of a finished run are read quickly.
"""

from collections.abc import Mapping
from functools import partial
from itertools import product

from lowsr_tradeoff.classify.alarms.plan import plan_alarms
from lowsr_tradeoff.classify.alarms.results import alarm_of, setup_of
from lowsr_tradeoff.classify.arms import arm_of, reference_of
from lowsr_tradeoff.classify.contrasts import contrasts
from lowsr_tradeoff.classify.given_steps import check_given, given_steps
from lowsr_tradeoff.classify.plan import ClassifyPlan
from lowsr_tradeoff.classify.planner import Planner
from lowsr_tradeoff.classify.scores import (
    Answers,
    accuracy,
    accuracy_draws,
    answers_of,
    class_recall,
    confusion,
    fold_sd,
    macro_f1,
    seed_sd,
)
from lowsr_tradeoff.classify.sensitivity import optimism, published, sensitivity
from lowsr_tradeoff.corpora.clips import EventCorpus, clips_of, folds_of
from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.learning.mel import Layout, front_of, lay_out
from lowsr_tradeoff.records.alarms import AlarmResult
from lowsr_tradeoff.records.classify import ClassifyResult, Recognition
from lowsr_tradeoff.records.diagnosis import Diagnosis, HumpTest
from lowsr_tradeoff.records.network import Condition, ModelCost, OwnNetwork
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store, of_finished
from lowsr_tradeoff.settings.classify import LAST_BLOCKS, is_file
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.statistics.intervals import Resamples, resample


def plan(config: StudyConfig, corpus: EventCorpus) -> ClassifyPlan:
    """Return the steps of networks and controls to compare, those that choose alpha and T, and the diagnostics.

    Raises:
        ConfigError: The clips are too short for a rate, the class that raises alarms cannot, or what is said of a
            network from a file does not fit, or a class of the user's is not one that can be trained.
        DataError: A network from a file does not run, or weights are of another network.
        MissingResourceError: The published weights or the file cannot be read, or what runs it is not installed.
    """
    planner, chosen = Planner(config, corpus), config.classify
    trained, given = planner.trained(), given_steps(config, corpus)
    check_given(corpus, given)
    alarms = plan_alarms(config, corpus, trained, given)
    hears = partial(lay_out, window_s=corpus.clip_s, as_published=chosen.as_published)
    front = front_of(chosen.network)
    layouts = {condition: hears(condition.rate_hz, condition.grid, front=front) for condition in trained}
    if config.quick and not is_file(chosen.network):
        # It has the power of the networks that the whole study trains.
        for rate_hz, grid in product(config.rates_hz, chosen.grids):
            hears(rate_hz, grid, front=front)
    _check_own(planner, layouts)
    chosen_by = {condition: planner.chosen_by(condition) for condition in trained}
    diagnosis = planner.diagnosis(trained) if trained else None
    return ClassifyPlan(config, corpus, trained, given, planner.controls(), chosen_by, diagnosis, alarms)


def _check_own(planner: Planner, layouts: Mapping[Condition, Layout]) -> None:
    """Try a network that is a class of the user's, with its weights, before any work."""
    network, checkpoint = planner.kind, planner.checkpoint
    if not isinstance(network, OwnNetwork):
        return
    # Only here: they load torch.
    from lowsr_tradeoff.learning.networks.checkpoint import load_weights, start_from  # noqa: PLC0415
    from lowsr_tradeoff.learning.own_check import check_own  # noqa: PLC0415

    last = LAST_BLOCKS.fullmatch(planner.config.classify.adapt)
    losses = frozenset(arm_of(condition.arm).loss for condition in layouts)
    once = {(condition.rate_hz, condition.grid): condition for condition in layouts}
    made = check_own(
        network,
        len(planner.corpus.summary.classes),
        {condition: layouts[condition] for condition in once.values()},
        losses,
        int(last[1]) if last else 0,
    )
    if checkpoint is not None:
        try:
            start_from(made, load_weights(checkpoint.path, network, checkpoint.sha256))
        except DataError as error:
            raise DataError(f"{checkpoint.path}: {error}; give a state_dict of {network.name}") from error


def weights(plan: ClassifyPlan) -> dict[str, str]:
    """Return the SHA-256 of the files that networks came from, by name."""
    given = {step.settings.path.name: step.settings.sha256 for steps in plan.given.values() for step in steps}
    started = (step.settings.checkpoint for steps in plan.trained.values() for step in steps)
    return given | {each.path.name: each.sha256 for each in started if each}


def own_code(plan: ClassifyPlan) -> dict[str, str]:
    """Return the hash of the code of a class of the user's, by its name; empty where there is none."""
    networks = (step.settings.network for steps in plan.trained.values() for step in steps)
    return {network.name: network.code for network in networks if isinstance(network, OwnNetwork)}


def results(plan: ClassifyPlan, store: Store) -> Recognition:
    """Return what was recognised in every condition, how conditions differ, and the diagnostics.

    A condition whose training failed in this run is left out.

    Raises:
        StageError: A step has not run.
    """
    config, corpus = plan.config, plan.corpus
    clips = clips_of(corpus, *folds_of(corpus))
    sources, folds = [clip.source for clip in clips], [clip.fold for clip in clips]
    draws = resample(sources, config.n_resamples, config.seed)
    tested = plan.tested
    answers = of_finished(lambda condition: answers_of(tested[condition], corpus, store), tested)
    alarms = of_finished(
        lambda condition: alarm_of(plan.alarms, condition, config, corpus, store), plan.alarms.steps_of
    )
    found = tuple(
        _result(plan, condition, its, draws, store.meta(tested[condition][0]).get("cost"), alarms.get(condition))
        for condition, its in answers.items()
    )
    diagnoses, humps = _diagnosed(plan.diagnosis, store)
    return Recognition(
        results=found,
        contrasts=contrasts(answers, reference_of(config), sources, folds, config.seed),
        sensitivity=sensitivity(plan, store),
        optimism=optimism(plan, store),
        published=published(config, found),
        diagnoses=diagnoses,
        humps=humps,
        alarms=setup_of(config, corpus),
    )


def _result(
    plan: ClassifyPlan,
    condition: Condition,
    answers: Answers,
    draws: Resamples,
    cost: object,
    alarm: AlarmResult | None,
) -> ClassifyResult:
    corpus, classes = plan.corpus, plan.corpus.summary.classes
    return ClassifyResult(
        rate_hz=condition.rate_hz,
        grid=condition.grid,
        arm=condition.arm,
        accuracy=accuracy(answers, draws),
        fold_sd=fold_sd(answers, [clip.fold for clip in clips_of(corpus, *folds_of(corpus))]),
        seed_sd=seed_sd(answers),
        macro_f1=macro_f1(answers, draws, len(classes)),
        class_recall=class_recall(answers, draws, classes),
        confusion=confusion(answers, len(classes)),
        n_clips=len(corpus.clips),
        n_sources=len({clip.source for clip in corpus.clips}),
        n_folds=len(folds_of(corpus)),
        n_seeds=plan.config.classify.n_seeds,
        cost=None if cost is None else ModelCost.model_validate(cost),
        accuracy_draws=accuracy_draws(answers, draws),
        alarm=alarm,
    )


def _diagnosed(step: Step | None, store: Store) -> tuple[tuple[Diagnosis, ...], tuple[HumpTest, ...]]:
    """The output of the diagnostics; empty without any, or if they failed in this run."""
    if step is None or step in store.failed:
        return (), ()
    found = store.meta(step)
    return (
        tuple(Diagnosis.model_validate(one) for one in found["diagnoses"]),
        tuple(HumpTest.model_validate(one) for one in found["humps"]),
    )
