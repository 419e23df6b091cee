"""Finished steps to a trade-off."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from lowsr_tradeoff.classify import stage as classify
from lowsr_tradeoff.decision import frontier
from lowsr_tradeoff.decision.answer import decide
from lowsr_tradeoff.decision.front_ends import compare
from lowsr_tradeoff.decision.leaks import leaks
from lowsr_tradeoff.files.reading import read_file
from lowsr_tradeoff.power import stage as power
from lowsr_tradeoff.power.profiles.devices import load_device
from lowsr_tradeoff.privacy import stage as privacy
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.records.classify import ClassifyResult
from lowsr_tradeoff.records.network import Grid
from lowsr_tradeoff.records.run import MANIFEST, Failure, Manifest, Tradeoff
from lowsr_tradeoff.runner import fingerprint, machine
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store, of_finished
from lowsr_tradeoff.settings.front_end import name_of
from lowsr_tradeoff.study.plan import StudyPlan


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


def assemble(plan: StudyPlan, store: Store) -> Tradeoff:
    """Return everything the finished steps found, joined by rate, and which steps of this run failed."""
    own, *others = plan.through
    study, config = own.study, own.study.config
    recognition = classify.results(own.classify, store)
    recovered = privacy.results(own.privacy, store)
    # Arms differ in their training, not in what they compute at inference.
    costs = {(each.rate_hz, each.grid): each.cost for each in recognition.results if each.cost is not None}
    drawn = power.results(config, tuple(costs.values()), most_alarms(recognition.results))
    front_end, device = name_of(config.front_end), load_device(config.power.devices[0]).name
    found = {front_end: (recognition.results, recovered.attacks, drawn.results)}
    for other in others:
        recognised = classify.results(other.classify, store).results
        attacks = privacy.results(other.privacy, store).attacks
        powers = power.evaluate(other.study.config, tuple(costs.values()))
        found[name_of(other.study.config.front_end)] = (recognised, attacks, powers)
    functions = {step.run for goal in plan.steps for step in (goal, *goal.needs)}
    made = fingerprint.provenance(functions, privacy.weights(config) | classify.weights(own.classify))
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
        failures=failures_of(store.failed),
        settings=config.model_dump(mode="json"),
        provenance=made.model_copy(update={"libraries": made.libraries | classify.own_code(own.classify)}),
    )


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


def _manifest(
    wall_s: float, jobs: int, n_run: int, n_reused: int, gpus: tuple[str, ...], earlier: Manifest | None
) -> Manifest:
    before_s = (earlier.total_wall_s or earlier.wall_s) if earlier else 0.0
    return Manifest(
        finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        wall_s=wall_s,
        jobs=jobs,
        cpu=machine.cpu_name(),
        n_cores=machine.n_cores(),
        gpus=gpus,
        memory_gb=machine.memory_gb(),
        steps_run=n_run,
        steps_reused=n_reused,
        n_steps=n_run + n_reused,
        n_commands=1 + (earlier.n_commands if earlier else 0),
        total_wall_s=round(before_s + wall_s, 1),
    )
