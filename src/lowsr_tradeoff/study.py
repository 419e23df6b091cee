"""A study: settings in, :class:`~lowsr_tradeoff.records.Tradeoff` out.

``open_study`` loads and checks the corpora, ``plan`` names every step, ``execute`` runs what the store lacks, and
``assemble`` joins the artefacts. Nothing here computes a figure.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from lowsr_tradeoff import frontier, manifest
from lowsr_tradeoff.audio.named import name_of, named_front_end
from lowsr_tradeoff.classify import protocol as classify
from lowsr_tradeoff.config import StudyConfig, dump_toml
from lowsr_tradeoff.corpora.clips import EventCorpus, SpeechCorpus
from lowsr_tradeoff.corpora.events import events_of
from lowsr_tradeoff.corpora.speech import speech_of
from lowsr_tradeoff.errors import DataError, PartialRunError, StageError
from lowsr_tradeoff.execute import Means, Outcome, Progress, describe, missing_steps, run_missing
from lowsr_tradeoff.listen import listen_pack
from lowsr_tradeoff.microphones import compare
from lowsr_tradeoff.power import protocol as power
from lowsr_tradeoff.power.devices import load_device, load_devices
from lowsr_tradeoff.power.validate import summary
from lowsr_tradeoff.privacy import protocol as privacy
from lowsr_tradeoff.records import Failure, Manifest, Run, Tradeoff
from lowsr_tradeoff.run_folder import locked
from lowsr_tradeoff.shards import CONFIG, steps_of_shard
from lowsr_tradeoff.store import Step, Store, of_finished, write_atomic
from lowsr_tradeoff.workers import require_gpu

INSPECTED = "inspected.json"

T = TypeVar("T")


@dataclass(frozen=True)
class Study:
    """Settings with the corpora they name, checked and ready."""

    config: StudyConfig
    events: EventCorpus
    speech: SpeechCorpus


def open_study(config: StudyConfig, out: Path, *, is_run_here: bool = True) -> Study:
    """Return the study with its corpora and devices loaded and every input checked.

    Args:
        config: The settings.
        out: The run folder; remembers which files were already inspected.
        is_run_here: Whether its steps are to run on this machine.

    Raises:
        ConfigError: A device or weight setting cannot be used.
        DataError: The corpora have problems; the message lists all of them, and that there is no GPU either.
    """
    load_devices(config.power.devices)
    events, no_events = _tried(partial(events_of, config, out / INSPECTED))
    speech, no_speech = _tried(partial(speech_of, config, out / INSPECTED))
    if events is None or speech is None:
        no_gpu = manifest.why_no_gpu() if is_run_here and config.device_type == "cuda" else None
        raise DataError("\n".join(filter(None, (no_events, no_speech, no_gpu))))
    return Study(config, events, speech)


def plan(study: Study) -> tuple[Step, ...]:
    """Return every step whose artefact the trade-off is made from; what they need comes along."""
    steps = (
        step
        for each in through_microphones(study)
        for step in (*privacy.plan(each.config, each.speech), *classify.plan(each.config, each.events))
    )
    return tuple(dict.fromkeys(steps))


def through_microphones(study: Study) -> tuple[Study, ...]:
    """Return the study through its own front end, which decides, and through every other one to compare.

    Learning curves are of the first alone: the comparison is of what attackers recover with the data of the run.

    Raises:
        ConfigError: There is no front end of a name.
    """
    own = study.config.front_end
    others = [named_front_end(name, own) for name in study.config.front_ends]
    privacy_alone = study.config.privacy.model_copy(update={"learning_curves": "none"})
    alone = study.config.model_copy(update={"front_ends": (), "privacy": privacy_alone})
    return (
        study,
        *(
            replace(study, config=alone.model_copy(update={"front_end": other}))
            for other in dict.fromkeys(others)
            if other != own
        ),
    )


def run_steps(study: Study, store: Store, steps: Sequence[Step]) -> None:
    """Run one batch of steps of one stage and write their artefacts."""
    match steps[0].stage:
        case "diagnose" | "features" | "search" | "spectrum" | "train":
            classify.run(steps, study.events, store)
        case _:
            privacy.run(steps, study.speech, store)


def run_study(
    config: StudyConfig,
    out: Path,
    jobs: int,
    report: Callable[[Progress], None],
    *,
    step_timeout_s: float | None = None,
    cluster: str | None = None,
    gpu_share: float = 1.0,
) -> Run:
    """Return the finished study, reusing every step that the run folder holds.

    What rests on a step that failed is not among the figures; the trade-off names each, and another run tries them
    again.

    Args:
        config: The settings.
        out: The run folder.
        jobs: Processes that work at once; changes no figure.
        report: Called whenever steps finish.
        step_timeout_s: Time for one step; steps then run in processes of their own, however many ``jobs``.
        cluster: Address of a Ray cluster to run them on: ``auto``, ``HOST:PORT``, ``ray://HOST:PORT``, ``local:N``.
        gpu_share: Share of a GPU that a step takes which computes on one.

    Raises:
        ConfigError: The settings cannot be used, or another run uses the folder.
        DataError: The corpora have problems; nothing has run.
        MissingResourceError: There is no GPU; nothing has run.
        StageError: The folder cannot be written, or no step that counts has finished; what has is kept.
    """
    start, store = time.monotonic(), Store(out)
    with locked(out):
        study = open_study(config, out, is_run_here=cluster is None)
        wanted, run = plan(study), partial(run_steps, study, store)
        outcome = run_missing(wanted, store, run, Means(jobs, step_timeout_s, cluster, gpu_share), report)
        if set(wanted) <= set(outcome.failures):
            raise StageError(describe(outcome, store))
        write_atomic(out / CONFIG, dump_toml(config).encode())
        finished = replace(store, failed=outcome.failures)
        tradeoff = assemble(study, finished)
        heard = privacy.heard(config, study.speech, finished)
        listen = listen_pack(config, study.events, study.speech, heard)
        wall_s = round(time.monotonic() - start, 1)
        manifest = _manifest(wall_s, jobs, outcome.n_run, outcome.n_reused, gpus_of(wanted, finished))
        damaged = (step.label for step in outcome.damaged)
        return Run(tradeoff=tradeoff, manifest=manifest, listen=listen, damaged=tuple(damaged))


def run_shard(
    config: StudyConfig, out: Path, shard: tuple[int, int], report: Callable[[Progress], None], means: Means
) -> Outcome:
    """Run one part of a study and return how it went; :func:`shards.merge` puts the parts together.

    Args:
        config: The settings.
        out: The part's own folder.
        shard: Which part of how many, from 1.
        report: Called whenever steps finish.
        means: What to run with.

    Raises:
        ConfigError: The settings cannot be used, or another run uses the folder.
        DataError: The corpora have problems; nothing has run.
        MissingResourceError: There is no GPU; nothing has run.
        PartialRunError: Some steps failed; the others are kept.
        StageError: All failed, or the folder cannot be written.
    """
    store = Store(out)
    with locked(out):
        study = open_study(config, out, is_run_here=means.cluster is None)
        wanted = steps_of_shard(plan(study), *shard)
        write_atomic(out / CONFIG, dump_toml(config).encode())
        outcome = run_missing(wanted, store, partial(run_steps, study, store), means, report)
        if outcome.failures:
            is_empty = set(wanted) <= set(outcome.failures)
            raise (StageError if is_empty else PartialRunError)(describe(outcome, store))
    return outcome


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


def assemble(study: Study, store: Store) -> Tradeoff:
    """Return everything the finished steps found, joined by rate, and which steps of this run failed."""
    config = study.config
    recognition = classify.results(config, study.events, store)
    privacy_found = privacy.results(config, study.speech, store)
    # Arms differ in what they were taught, not in what they compute.
    costs = {(result.rate_hz, result.grid): result.cost for result in recognition.results}
    drawn = power.evaluate(config, tuple(costs.values()))
    front_end = name_of(config.front_end)
    found = {front_end: (recognition.results, privacy_found.attacks)}
    for other in through_microphones(study)[1:]:
        heard = classify.results(other.config, other.events, store).results
        leaked = privacy.results(other.config, other.speech, store).attacks
        found[name_of(other.config.front_end)] = (heard, leaked)
    points = frontier.join(recognition.results, privacy_found.attacks, drawn, config.constraints, front_end)
    return Tradeoff(
        rates_hz=config.rates_hz,
        reference_rate_hz=config.reference_rate_hz,
        front_end=front_end,
        corpora=(study.events.summary, study.speech.summary),
        classify=recognition.results,
        contrasts=recognition.contrasts,
        sensitivity=recognition.sensitivity,
        optimism=recognition.optimism,
        published=recognition.published,
        diagnoses=recognition.diagnoses,
        humps=recognition.humps,
        privacy=privacy_found.heard,
        rate_differences=privacy_found.differences,
        intelligibility=privacy_found.intelligibility,
        attacks=privacy_found.attacks,
        learning_curves=privacy_found.curves,
        power=drawn,
        devices=power.sheets(config),
        power_errors=summary(),
        microphones=compare(found, config.rates_hz),
        points=points,
        decision=frontier.decide(points, config.constraints, load_device(config.power.devices[0]).name),
        failures=failures_of(store.failed),
        settings=config.model_dump(mode="json"),
        provenance=manifest.provenance(privacy.weights(config)),
    )


def count_steps(study: Study, store: Store, *, is_run_here: bool = True) -> tuple[dict[str, int], int]:
    """Return how many steps of each stage would run, and how many of the wanted ones are there already.

    Raises:
        MissingResourceError: They would run on this machine, on a GPU, and there is none.
    """
    wanted = plan(study)
    todo = missing_steps(wanted, store)
    if is_run_here:
        require_gpu(todo)
    stages = dict.fromkeys((step.stage for step in todo), 0)
    for step in todo:
        stages[step.stage] += 1
    return stages, len(set(wanted) - set(todo))


def _rate_hz(step: Step) -> int | None:
    """The microphone's rate, which some stages name among other things that a capture depends on."""
    rate_hz: int | None = getattr(getattr(step.settings, "captures", step.settings), "rate_hz", None)
    return rate_hz


def _tried(load: Callable[[], T]) -> tuple[T | None, str | None]:
    """What was loaded, or what is wrong with it: the user hears of both corpora at once."""
    try:
        return load(), None
    except DataError as error:
        return None, str(error)


def _manifest(wall_s: float, jobs: int, n_run: int, n_reused: int, gpus: tuple[str, ...]) -> Manifest:
    return Manifest(
        finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        wall_s=wall_s,
        jobs=jobs,
        cpu=manifest.cpu_name(),
        n_cores=manifest.n_cores(),
        gpus=gpus,
        memory_gb=manifest.memory_gb(),
        steps_run=n_run,
        steps_reused=n_reused,
    )
