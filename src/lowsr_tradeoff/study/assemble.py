"""Finished steps to a trade-off."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from lowsr_tradeoff.classify import stage as classify
from lowsr_tradeoff.decision import frontier
from lowsr_tradeoff.decision.answer import decide
from lowsr_tradeoff.decision.front_ends import compare
from lowsr_tradeoff.decision.leaks import leaks
from lowsr_tradeoff.files.reading import read_file
from lowsr_tradeoff.power import stage as power
from lowsr_tradeoff.power.model.network_costs import network_cost
from lowsr_tradeoff.power.profiles.devices import load_device
from lowsr_tradeoff.privacy import stage as privacy
from lowsr_tradeoff.privacy.stage import PrivacyPlan
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.classify import ClassifyResult, Recognition
from lowsr_tradeoff.records.network import Grid, ModelCost, Network
from lowsr_tradeoff.records.privacy import Privacy
from lowsr_tradeoff.records.run import MANIFEST, Failure, Manifest, Provenance, Tradeoff, Unfinished
from lowsr_tradeoff.runner import fingerprint, machine
from lowsr_tradeoff.runner.schedule import Outcome
from lowsr_tradeoff.runner.step import Step, with_needs
from lowsr_tradeoff.runner.store import Store, of_finished
from lowsr_tradeoff.settings.classify import is_class, is_file
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.study.plan import Study, StudyPlan

NOT_YET = "it has not run yet"


def gpus_of(wanted: Sequence[Step], store: Store) -> tuple[str, ...]:
    """Return the names of the GPUs that the results were computed on, in this run or before it, on any machine."""
    steps = {step for goal in wanted for step in (goal, *goal.needs) if step.is_on_gpu}
    return tuple(sorted(set(of_finished(lambda step: str(store.meta(step)["gpu"]), steps).values())))


def failures_of(failed: Mapping[Step, str]) -> tuple[Failure, ...]:
    """Return the steps that failed, those that failed themselves first."""
    found = [
        Failure(
            step=step.label,
            stage=step.stage,
            rate_hz=_rate_hz(step),
            reason=reason,
            is_cause=not any(need in failed for need in step.needs),
        )
        for step, reason in failed.items()
    ]
    return tuple(sorted(found, key=lambda failure: (not failure.is_cause, failure.rate_hz or 0, failure.step)))


def without_missing(plan: StudyPlan, store: Store) -> tuple[Store, Unfinished]:
    """Return the store with the steps that have no result yet as failed ones, and how many steps have run."""
    steps = with_needs(plan.steps)
    waiting = {step: NOT_YET for step in steps if not store.holds(step)}
    return replace(store, failed=waiting), Unfinished(n_done=len(steps) - len(waiting), n_steps=len(steps))


def assemble(plan: StudyPlan, store: Store, unfinished: Unfinished | None = None) -> Tradeoff:
    """Return everything the finished steps found, joined by rate, and which steps of this run failed.

    With ``unfinished`` the steps that failed have not run yet: their attackers count as not tested.
    """
    own, *others = plan.through
    study, config = own.study, own.study.config
    recognition = classify.results(own.classify, store)
    if config.quick or unfinished:
        recognition = _with_costs(recognition, own.study)
    recover = privacy.results if unfinished is None else _not_lost
    recovered = recover(own.privacy, store)
    # Arms differ in their training, not in what they compute at inference.
    costs = {(each.rate_hz, each.grid): each.cost for each in recognition.results if each.cost is not None}
    drawn = power.results(config, tuple(costs.values()), most_alarms(recognition.results))
    front_end, device = name_of(config.front_end), load_device(config.power.devices[0]).name
    found = {front_end: (recognition.results, recovered.attacks, drawn.results)}
    for other in others:
        recognised = classify.results(other.classify, store).results
        attacks = recover(other.privacy, store).attacks
        powers = power.evaluate(other.study.config, tuple(costs.values()))
        found[name_of(other.study.config.front_end)] = (recognised, attacks, powers)
    leaked = leaks(recovered.attacks, config.all_rates_hz(), config.reference_rate_hz, front_end)
    apart = study.other_front_ends
    points = frontier.join(recognition.results, leaked, drawn.results, config.constraints, config.axis, apart)
    return Tradeoff(
        rates_hz=config.rates_hz,
        reference_rate_hz=config.reference_rate_hz,
        front_end=front_end,
        other_front_ends=dict(apart),
        corpora=(study.events.summary, study.speech.summary),
        recognition=recognition,
        privacy=recovered,
        leaks=leaked,
        privacy_axis=config.axis,
        power=drawn,
        front_ends=compare(found, config.rates_hz, config.reference_rate_hz, device),
        points=points,
        decision=decide(points, config.constraints, device),
        failures=() if unfinished else failures_of(store.failed),
        unfinished=unfinished,
        settings=config.model_dump(mode="json"),
        provenance=provenance_of(plan),
    )


def provenance_of(plan: StudyPlan) -> Provenance:
    """Return the code, libraries and weights of a study's steps."""
    own = plan.through[0]
    functions = {step.run for goal in plan.steps for step in (goal, *goal.needs)}
    made = fingerprint.provenance(functions, privacy.weights(own.study.config) | classify.weights(own.classify))
    return made.model_copy(update={"libraries": made.libraries | classify.own_code(own.classify)})


def _not_lost(plan: PrivacyPlan, store: Store) -> Privacy:
    """What the attackers recover whose steps have run."""
    found = privacy.results(plan, store)
    attacks = (
        attack.model_copy(update={"is_lost": False, "value": missing(NOT_YET, attack.value.n_of)})
        if attack.is_lost
        else attack
        for attack in found.attacks
    )
    return found.model_copy(update={"attacks": tuple(attacks)})


def _with_costs(recognition: Recognition, study: Study) -> Recognition:
    """The controls at rates without a network with the cost of the one that the whole study trains in their place.

    At the full rate that network reads the shared grid, as :func:`reference_of` says. What a class of the user's
    costs is known once it is trained.
    """
    reference_hz = study.config.reference_rate_hz
    network, clip_s, n_classes = (
        study.config.classify.network,
        study.events.clip_s,
        len(study.events.summary.classes),
    )
    if is_file(network) or is_class(network):
        return recognition
    trained = {each.rate_hz for each in recognition.results if each.cost is not None}
    below: Grid = "native" if "native" in study.config.classify.grids else "shared"

    def cost(rate_hz: int) -> ModelCost:
        grid: Grid = "shared" if rate_hz == reference_hz else below
        found = network_cost(cast("Network", network), rate_hz, grid, clip_s, n_classes)
        return found.model_copy(update={"grid": "native"})

    results = (
        each if each.rate_hz in trained else each.model_copy(update={"cost": cost(each.rate_hz)})
        for each in recognition.results
    )
    return recognition.model_copy(update={"results": tuple(results)})


def most_alarms(results: Sequence[ClassifyResult]) -> dict[tuple[int, Grid], Measurement]:
    """Return the alarms per hour at each rate and layout, of the way of training that raises most."""
    found: dict[tuple[int, Grid], Measurement] = {}
    for result in results:
        here = (result.rate_hz, result.grid)
        if result.alarm and (
            here not in found or (found[here].value or 0) < (result.alarm.alarms_per_hour.value or 0)
        ):
            found[here] = result.alarm.alarms_per_hour
    return found


def _rate_hz(step: Step) -> int | None:
    """The microphone's rate; in some stages it is in the settings of the capture."""
    rate_hz: int | None = getattr(getattr(step.settings, "captures", step.settings), "rate_hz", None)
    return rate_hz


def earlier_manifest(out: Path) -> Manifest | None:
    """Return the manifest that an earlier command left in a run folder; ``None`` where none can be read."""
    try:
        return Manifest.model_validate_json(read_file(out / MANIFEST))
    except (OSError, ValueError):
        return None


def manifest_of(
    wall_s: float, jobs: int, outcome: Outcome, gpus: tuple[str, ...], earlier: Manifest | None, key: str
) -> Manifest:
    """Return how a study was computed by this command, which began ``wall_s`` ago, and by earlier ones."""
    before_s = (earlier.total_wall_s or earlier.wall_s) if earlier else 0.0
    return Manifest(
        finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        wall_s=wall_s,
        jobs=jobs,
        cpu=machine.cpu_name(),
        n_cores=machine.n_cores(),
        gpus=gpus,
        memory_gb=machine.memory_gb(),
        steps_run=outcome.n_run,
        steps_reused=outcome.n_reused,
        n_steps=outcome.n_run + outcome.n_reused,
        n_commands=1 + (earlier.n_commands if earlier else 0),
        total_wall_s=round(before_s + wall_s, 1),
        key=key,
    )
