"""What ``--dry-run`` prints: the data, the steps that would run, and the time, memory and disk that they take."""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lowsr_tradeoff.cli import costs
from lowsr_tradeoff.cli.progress import duration

if TYPE_CHECKING:
    from lowsr_tradeoff.settings.study import StudyConfig


def dry_run_lines(config: "StudyConfig", out: Path, jobs: int, *, is_run_here: bool) -> Iterator[str]:
    """Yield the data, the steps that would run, and the time, memory and disk they take; nothing is written.

    Raises:
        ConfigError: The settings cannot be used.
        DataError: The corpora have problems; the message lists all of them.
        MissingResourceError: There is no GPU.
    """
    from lowsr_tradeoff.reports.wording import class_counts, count
    from lowsr_tradeoff.runner.store import Store
    from lowsr_tradeoff.study.plan import INSPECTED, check_out, open_study
    from lowsr_tradeoff.study.run import steps_to_run

    check_out(config, out)
    # What a run has found out of the files is used, and nothing is written there.
    with TemporaryDirectory() as folder:
        if (out / INSPECTED).is_file():
            shutil.copy(out / INSPECTED, folder)
        study = open_study(config, Path(folder), is_run_here=is_run_here)
    todo, n_held = steps_to_run(study, Store(out), is_run_here=is_run_here)
    for corpus in (study.events.summary, study.speech.summary):
        held = f"{count(corpus.n_clips, 'clip')} of {corpus.duration_s:.1f} s together, {corpus.n_skipped} skipped"
        yield f"{corpus.kind}: {corpus.name}, {held} ({corpus.note})"
    yield f"classes: {class_counts(study.events.summary)}"
    yield f"rates: {', '.join(map(str, config.all_rates_hz()))} Hz (the last is the reference)"
    for stage, n in Counter(step.stage for step in todo).items():
        yield f"to run: {n} x {stage}"
    yield f"already there: {n_held} steps in {out}"
    n_clips = {"events": study.events.summary.n_clips, "speech": study.speech.summary.n_clips}
    yield from _needs([(step.stage, step.corpus) for step in todo], n_clips, out, jobs)


def _needs(steps: Sequence[tuple[str, str]], n_clips: Mapping[str, int], out: Path, jobs: int) -> Iterator[str]:
    """What a run takes of time, memory and disk, and what there is."""
    from lowsr_tradeoff.runner.machine import available_gb
    from lowsr_tradeoff.study.doctor import MEMORY_GB_PER_JOB

    n_processes = min(jobs, len(steps))
    if not n_processes:
        yield "nothing is to run; the report is written again"
        return
    known_s, shipped = costs.seconds(), costs.shipped()
    unknown = sorted({kind for kind, _ in steps} - set(shipped))
    counted = [step for step in steps if step[0] in shipped]
    time_s = costs.of_run(counted, n_clips, lambda kind: known_s[kind]) / n_processes
    disk_gb = costs.of_run(counted, n_clips, lambda kind: shipped[kind]["kB"]) / 1e6
    there = next(folder for folder in (out.absolute(), *out.absolute().parents) if folder.exists())
    of = "as this machine took before" if costs.kept().is_file() else "a guess: this machine has run nothing yet"
    without = f", without {', '.join(unknown)}" if unknown else ""
    yield f"time: about {duration(time_s)} with {n_processes} at once ({of}){without}"
    yield f"memory: about {n_processes * MEMORY_GB_PER_JOB:.1f} GB ({available_gb():.1f} GB free)"
    yield f"disk: about {max(0.1, disk_gb):.1f} GB ({shutil.disk_usage(there).free / 1e9:.1f} GB free in {there})"
