"""Commands on a study: run it, write its report again, check the machine."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from lowsr_tradeoff.cli import costs, values
from lowsr_tradeoff.cli.answer import answer
from lowsr_tradeoff.cli.app import COMPUTE, DATA, MEASURE, OUTPUT, Flag, Folder, Jobs, Json, Quiet, Share, app
from lowsr_tradeoff.cli.dry_run import dry_run_lines
from lowsr_tradeoff.cli.flags import Given, with_settings
from lowsr_tradeoff.cli.printing import tell, tell_json
from lowsr_tradeoff.cli.progress import step_progress
from lowsr_tradeoff.errors import ConfigError, MissingResourceError, PartialRunError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lowsr_tradeoff.records.run import Failure, Run
    from lowsr_tradeoff.runner.schedule import Resources
    from lowsr_tradeoff.settings.study import StudyConfig


@app.default
@app.command
@with_settings(
    rates="rates_hz",
    events="events.source",
    speech="speech.source",
    device="power.devices",
    arms="classify.arms",
    network="classify.network",
    checkpoint="classify.checkpoint",
    attackers="privacy.attackers",
    published_attackers="privacy.published_attackers",
    learning_curves="privacy.learning_curves",
    words="privacy.words_source",
    min_accuracy="constraints.min_accuracy",
    max_word_recovery="constraints.max_word_recovery",
    max_known_word_recovery="constraints.max_known_word_recovery",
    max_speaker_identification="constraints.max_speaker_identification",
    min_battery_hours="constraints.min_battery_hours",
    target="alarms.target",
    background="alarms.background",
    min_recall="constraints.min_recall",
    max_false_alarms_per_hour="constraints.max_false_alarms_per_hour",
    privacy_axis="privacy_axis",
    reference_rate="reference_rate_hz",
    seed="seed",
    quick="quick",
    device_type="device_type",
    skip_bad="skip_bad",
    include_audio="include_audio",
    include_transcripts="include_transcripts",
)
def run(
    given: Given,
    *,
    config: Annotated[Path | None, Parameter(metavar="FILE", group=DATA)] = None,
    front_ends: Annotated[str | None, Parameter(metavar="LIST", group=MEASURE)] = None,
    bits: Annotated[str | None, Parameter(metavar="LIST", group=MEASURE)] = None,
    out: Annotated[Folder, Parameter(group=OUTPUT)] = Path("lowsr-run"),
    jobs: Jobs = None,
    step_timeout: Annotated[float, Parameter(metavar="SECONDS", group=COMPUTE)] = 86400.0,
    cluster: Annotated[str | None, Parameter(metavar="ADDRESS", group=COMPUTE)] = None,
    gpu_share: Annotated[Share | None, Parameter(group=COMPUTE)] = None,
    shard: Annotated[str | None, Parameter(metavar="I/N", group=COMPUTE)] = None,
    dry_run: Annotated[Flag, Parameter(group=OUTPUT)] = False,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure everything and write the report. The default command.

    Examples:
        lowsr-tradeoff --rates 500,1k,2k,4k
        lowsr-tradeoff --rates 1k,2k --events my-sounds --speech my-speech --out my-run
        lowsr-tradeoff --quick --events my-sounds --speech my-speech --out first-look
        lowsr-tradeoff --min-accuracy 70% --max-word-recovery 10% --min-battery-hours 72 --dry-run

    Args:
        config: Settings in TOML, or the name of a preset: pretrained, paper-esc50, paper-tau2019. Flags override
            the file.
        front_ends: Front ends of the microphone, comma separated: device, ideal, none, fir64, butterworth4,
            sigma-delta. The first decides, the others are compared with it. When left out: device, the filter that
            the first device's profile names.
        bits: Bits of a sample, comma separated. The first decides, the others are compared with it.
        out: Folder of the run; run again with the same folder to go on or to reuse.
        step_timeout: Seconds for one step, a day when left out; one that takes longer is ended and has failed.
        cluster: Run the steps on a Ray cluster: auto, HOST:PORT, ray://HOST:PORT, or local:N for N processes here.
        gpu_share: Share of a GPU that a step takes which computes on one, with --device-type cuda; 1 when left out.
        shard: Run one part of the steps alone, for example 2/8, in a folder of its own; see lowsr-tradeoff merge.
        dry_run: Check everything and show what would run.
    """
    from lowsr_tradeoff.settings.front_end import named_front_end
    from lowsr_tradeoff.settings.toml import load_config

    if bits:
        decides_bits, *others_bits = values.integers("--bits", bits)
        given = {**given, "front_end": {"bits": decides_bits}, "compared_bits": others_bits}
    study = load_config(config, given)
    if front_ends:
        first, *others = front_ends.split(",")
        decides = named_front_end(first, study.front_end)
        study = study.model_copy(update={"front_end": decides, "front_ends": tuple(others)})
    resources = _resources(jobs, step_timeout, cluster, gpu_share, study.device_type)
    if dry_run:
        tell(*dry_run_lines(study, out, resources.jobs, is_run_here=cluster is None))
    elif shard:
        _run_shard(study, out, shard, resources, is_quiet=quiet)
    else:
        _run(study, out, resources, is_json=json_, is_quiet=quiet)


@app.command
def merge(*runs: Path, out: Folder) -> None:
    """Put the parts of a study that ran with --shard into one folder, every result checked.

    Examples:
        lowsr-tradeoff merge part-1 part-2 --out all

    Args:
        runs: The folders of the parts.
        out: The folder for all of them; then run --config OUT/config.toml --out OUT, which makes the report.
    """
    from lowsr_tradeoff.runner.shards import merge as put_together

    if not runs:
        raise ConfigError("merge: name the folders of the parts")
    n_results = put_together(runs, out)
    tell(f"{n_results} results in {out}; now: lowsr-tradeoff --config {out}/config.toml --out {out}")


@app.command
def report(folder: Path, /) -> None:
    """Write the report of a finished run again.

    Examples:
        lowsr-tradeoff report my-run

    Args:
        folder: The run's folder.
    """
    from lowsr_tradeoff.reports.exports.run_files import read_run, write_run

    tell(write_run(folder, *read_run(folder)))


@app.command
def doctor(*, out: Folder = Path("lowsr-run")) -> None:
    """Check that this machine has all that a run needs, and name the remedy for what is missing.

    Examples:
        lowsr-tradeoff doctor --out my-run

    Args:
        out: Folder that the run is to write.
    """
    from lowsr_tradeoff.study.doctor import examine

    checks = examine(out)
    for check in checks:
        word = "ok" if check.is_ok else "MISSING" if check.is_needed else "advice"
        tell(f"{word:7}  {check.what}: {check.detail}")
    if not all(check.is_ok for check in checks if check.is_needed):
        raise MissingResourceError("a run needs what is missing; each MISSING line above says what to do")


def _resources(
    jobs: int | None, step_timeout_s: float, cluster: str | None, gpu_share: float | None, device_type: str
) -> "Resources":
    from lowsr_tradeoff.runner.machine import n_cores
    from lowsr_tradeoff.runner.schedule import Resources

    if not step_timeout_s > 0:
        raise ConfigError(f"--step-timeout {step_timeout_s:g}: give a number of seconds above 0")
    if gpu_share is not None and device_type == "cpu":
        raise ConfigError(f"--gpu-share {gpu_share:g}: no step computes on a GPU; add --device-type cuda")
    if gpu_share is not None and not 0 < gpu_share <= 1:
        raise ConfigError(f"--gpu-share {gpu_share:g}: give a share of one GPU, above 0 and at most 1")
    return Resources(jobs or n_cores(), step_timeout_s, cluster, gpu_share or 1.0)


def _run_shard(config: "StudyConfig", out: Path, shard: str, resources: "Resources", *, is_quiet: bool) -> None:
    from lowsr_tradeoff.runner.shards import parse_shard
    from lowsr_tradeoff.study.run import run_shard

    part = parse_shard(shard)
    with step_progress(is_quiet=is_quiet) as show:
        outcome = run_shard(config, out, part, show, resources)
    tell(f"part {shard}: {outcome.n_run} steps run, {outcome.n_reused} were there, in {out}")


def _run(config: "StudyConfig", out: Path, resources: "Resources", *, is_json: bool, is_quiet: bool) -> None:
    from lowsr_tradeoff.records.run import TRADEOFF
    from lowsr_tradeoff.reports.exports.run_files import write_page, write_run
    from lowsr_tradeoff.reports.wording import class_counts
    from lowsr_tradeoff.runner import unfinished
    from lowsr_tradeoff.study.run import run_study

    def show_so_far(so_far: "Run") -> None:
        page = write_page(out, so_far)
        told = so_far.tradeoff.unfinished
        if told is not None and not is_quiet:
            tell(f"provisional, {told.n_done} of {told.n_steps} steps: {page}", to=sys.stderr)

    with step_progress(is_quiet=is_quiet) as show:
        finished = run_study(
            config,
            out,
            resources.jobs,
            show,
            show=show_so_far,
            step_timeout_s=resources.step_timeout_s,
            cluster=resources.cluster,
            gpu_share=resources.gpu_share,
        )
    for label in finished.damaged:
        tell(f"{label}: its result in {out} was damaged or of another version, and is computed anew", to=sys.stderr)
    tradeoff = finished.tradeoff
    if resources.cluster is None:
        costs.remember(show.took_s, {corpus.kind: corpus.n_clips for corpus in tradeoff.corpora})
    if not is_quiet:
        tell(f"classes: {class_counts(tradeoff.corpora[0])}", to=sys.stderr)
    page = write_run(out, tradeoff, finished.manifest, finished.listen)
    unfinished.end(out)
    if is_json:
        written = {"report": page, "tradeoff": out / TRADEOFF}
        tell_json({**written, "decision": tradeoff.decision, "failures": tradeoff.failures})
    else:
        tell(*answer(tradeoff), page)
    if tradeoff.failures:
        raise PartialRunError(_told(tradeoff.failures))


def _told(failures: "Sequence[Failure]") -> str:
    lines = [f"  {failure.step}: {failure.reason}" for failure in failures]
    return "\n".join([f"steps failed: {len(lines)}; the report says what is missing without them:", *lines])


@app.command
def init(to: Path = Path("study.toml"), /, *, force: Flag = False) -> None:
    """Write a settings file: every setting with its meaning, unit, allowed values and default.

    Examples:
        lowsr-tradeoff init study.toml

    Args:
        to: The file to write.
        force: Write over a file that is there.
    """
    from lowsr_tradeoff.files.writing import write_atomic
    from lowsr_tradeoff.settings.starter import starter_toml

    if to.exists() and not force:
        raise ConfigError(f"{to}: exists already; name another file, or write over it with --force")
    write_atomic(to, starter_toml().encode())
    tell(f"{to}\nChange what you need, then: lowsr-tradeoff --config {to}")
