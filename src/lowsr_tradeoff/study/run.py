"""A study: settings in, :class:`~lowsr_tradeoff.records.run.Tradeoff` out.

``open_study`` loads and checks the corpora, ``plan`` names every step, ``run_missing`` runs what the store lacks,
and ``assemble`` joins the artefacts. Nothing here computes a figure.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from lowsr_tradeoff.errors import PartialRunError, StageError
from lowsr_tradeoff.files.writing import write_atomic
from lowsr_tradeoff.privacy import stage as privacy
from lowsr_tradeoff.records.run import ListenPack, Run, Tradeoff, Unfinished
from lowsr_tradeoff.runner import unfinished
from lowsr_tradeoff.runner.executor import require_gpu, run_batch
from lowsr_tradeoff.runner.lock import locked
from lowsr_tradeoff.runner.schedule import Outcome, Progress, Resources, describe, missing_steps, run_missing
from lowsr_tradeoff.runner.shards import CONFIG, steps_of_shard
from lowsr_tradeoff.runner.step import Step
from lowsr_tradeoff.runner.store import Store
from lowsr_tradeoff.settings.study import StudyConfig
from lowsr_tradeoff.settings.toml import dump_toml
from lowsr_tradeoff.study.assemble import (
    assemble,
    earlier_manifest,
    gpus_of,
    manifest_of,
    provenance_of,
    without_missing,
)
from lowsr_tradeoff.study.clips import listen_pack
from lowsr_tradeoff.study.joined import kept, key_of
from lowsr_tradeoff.study.plan import Study, StudyPlan, check_out, open_study, plan
from lowsr_tradeoff.study.so_far import shown_early


def run_study(
    config: StudyConfig,
    out: Path,
    jobs: int,
    report: Callable[[Progress], None],
    *,
    show: Callable[[Run], None] | None = None,
    step_timeout_s: float | None = None,
    cluster: str | None = None,
    gpu_share: float = 1.0,
) -> Run:
    """Return the finished study, reusing every step that the run folder holds.

    Steps that failed are named in the trade-off, their figures are left out, and another run tries them again.

    Args:
        config: The settings.
        out: The run folder.
        jobs: Parallel processes; changes no figure.
        report: Called whenever steps finish.
        show: Called now and then in a long run, in a thread, with what is known so far.
        step_timeout_s: Time for one step; steps then run in processes of their own, however many ``jobs``.
        cluster: Address of a Ray cluster to run them on: ``auto``, ``HOST:PORT``, ``ray://HOST:PORT``, ``local:N``.
        gpu_share: Share of a GPU for each step that computes on one.

    Raises:
        ConfigError: The settings cannot be used, or another run uses the folder.
        DataError: The corpora have problems; nothing has run.
        MissingResourceError: There is no GPU, or the folder cannot be written; nothing has run.
        StageError: The disk is full, or no step that counts has finished; finished steps are kept.
    """
    check_out(config, out)
    start, store = time.monotonic(), Store(out)
    with locked(out):
        study = open_study(config, out, is_run_here=cluster is None)
        planned, run = plan(study), partial(run_batch, study.corpora, store)
        wanted = planned.steps
        write_atomic(out / CONFIG, dump_toml(config).encode())
        unfinished.begin(out, wanted)
        resources = Resources(jobs, step_timeout_s, cluster, gpu_share)
        early = partial(_so_far, planned, store, jobs, start)
        with shown_early(planned, store, early, show) as watch:
            outcome = run_missing(wanted, store, run, resources, _both(report, watch))
        if set(wanted) <= set(outcome.failures):
            raise StageError(describe(outcome, store))
        return _joined(planned, replace(store, failed=outcome.failures), outcome, jobs, start)


def _both(report: Callable[[Progress], None], watch: Callable[[Progress], None]) -> Callable[[Progress], None]:
    def tell(at: Progress) -> None:
        report(at)
        watch(at)

    return tell


def _so_far(planned: StudyPlan, store: Store, jobs: int, start_s: float) -> Run:
    """The study from the steps that have run, of which the others count as failed."""
    held, unfinished = without_missing(planned, store)
    return _joined(planned, held, Outcome(n_run=unfinished.n_done), jobs, start_s, unfinished)


def _joined(
    planned: StudyPlan,
    store: Store,
    outcome: Outcome,
    jobs: int,
    start_s: float,
    unfinished: Unfinished | None = None,
) -> Run:
    is_whole = unfinished is None and not store.failed
    key = key_of(planned, provenance_of(planned)) if is_whole else ""
    gpus, earlier = gpus_of(planned.steps, store), earlier_manifest(store.root)
    # Nothing was computed, so an earlier command may have joined the same.
    found = kept(store.root, key, earlier) if is_whole and not outcome.n_run else None
    tradeoff, listen = found or _join(planned, store, unfinished)
    wall_s = round(time.monotonic() - start_s, 1)
    return Run(
        tradeoff=tradeoff,
        manifest=manifest_of(wall_s, jobs, outcome, gpus, earlier, key),
        listen=listen,
        damaged=tuple(step.label for step in outcome.damaged),
    )


def _join(planned: StudyPlan, store: Store, unfinished: Unfinished | None) -> tuple[Tradeoff, ListenPack]:
    study = planned.through[0].study
    transcripts = privacy.transcripts(planned.through[0].privacy, store)
    # Sounds are encoded beside the figures: a second.
    with ThreadPoolExecutor(1) as beside:
        listen = beside.submit(listen_pack, study.config, study.events, study.speech, transcripts)
        tradeoff = assemble(planned, store, unfinished)
    return tradeoff, listen.result()


def run_shard(
    config: StudyConfig, out: Path, shard: tuple[int, int], report: Callable[[Progress], None], resources: Resources
) -> Outcome:
    """Run one part of a study and return its outcome; :func:`shards.merge` joins the parts.

    ``shard`` is the part, from 1, and of how many; ``out`` is its own folder.

    Raises:
        ConfigError: The settings cannot be used, or another run uses the folder.
        DataError: The corpora have problems; nothing has run.
        MissingResourceError: There is no GPU, or the folder cannot be written; nothing has run.
        PartialRunError: Some steps failed; the others are kept.
        StageError: All failed, or the disk is full.
    """
    check_out(config, out)
    store = Store(out)
    with locked(out):
        study = open_study(config, out, is_run_here=resources.cluster is None)
        wanted = steps_of_shard(plan(study).steps, *shard)
        write_atomic(out / CONFIG, dump_toml(config).encode())
        outcome = run_missing(wanted, store, partial(run_batch, study.corpora, store), resources, report)
        if outcome.failures:
            is_empty = set(wanted) <= set(outcome.failures)
            raise (StageError if is_empty else PartialRunError)(describe(outcome, store))
    return outcome


def steps_to_run(study: Study, store: Store, *, is_run_here: bool = True) -> tuple[list[Step], int]:
    """Return the steps that would run, and how many of the wanted ones are there already.

    Raises:
        MissingResourceError: They would run on this machine's GPU, and there is none.
    """
    wanted = plan(study).steps
    todo = missing_steps(wanted, store)
    if is_run_here:
        require_gpu(todo)
    return todo, len(set(wanted) - set(todo))
