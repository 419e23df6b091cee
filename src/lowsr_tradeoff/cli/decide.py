"""Commands on finished runs: whether one passes, and what differs between several."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from lowsr_tradeoff.cli.app import DECIDE, OUTPUT, Flag, Json, app
from lowsr_tradeoff.cli.flags import Given, with_settings
from lowsr_tradeoff.cli.printing import Line, Marked, tell, tell_json
from lowsr_tradeoff.errors import ConfigError, DataError, NotComparableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lowsr_tradeoff.records.decision import GateResult
    from lowsr_tradeoff.records.run import Tradeoff
    from lowsr_tradeoff.settings.limits import GateRules

# The exit code of a gate that no rate passes.
NOT_PASSED = 6


@app.command
@with_settings(
    min_accuracy="gate.min_accuracy",
    max_word_recovery="gate.max_word_recovery",
    max_known_word_recovery="gate.max_known_word_recovery",
    max_speaker_identification="gate.max_speaker_identification",
    min_battery_hours="gate.min_battery_hours",
    min_recall="gate.min_recall",
    max_false_alarms_per_hour="gate.max_false_alarms_per_hour",
    confidence="gate.confidence",
    device="gate.device",
    published_attackers="gate.published_attackers",
    attacker_data="gate.attacker_data",
)
def gate(
    given: Given,
    run: Path,
    /,
    *,
    config: Annotated[Path | None, Parameter(metavar="FILE", group=DECIDE)] = None,
    allow_demo: Annotated[Flag, Parameter(group=DECIDE)] = False,
    summary: Annotated[Path | None, Parameter(metavar="FILE", group=OUTPUT)] = None,
    junit: Annotated[Path | None, Parameter(metavar="FILE", group=OUTPUT)] = None,
    json_: Json = False,
) -> int:
    """Decide whether a finished run meets limits, for a release to go ahead; nothing is run.

    A rate passes if one network there meets every limit with the worse end of its interval, and all at once with
    the probability asked for. What was not measured never passes. Exit code 0: a rate passes; 6: none does.

    Examples:
        lowsr-tradeoff gate my-run --min-accuracy 70% --max-word-recovery 10%
        lowsr-tradeoff gate my-run --config rules.toml --junit gate.xml --summary gate.md

    Args:
        run: The run's folder, or its tradeoff.json.
        config: A file with a table [gate] of limits; flags override it. The run's own when left out.
        allow_demo: Decide by the embedded, synthetic sounds or speech too, to try the gate out.
        summary: Write the decision into this file as Markdown.
        junit: Write it as JUnit XML, for a CI server: one test for the whole and one a rate.
    """
    from lowsr_tradeoff.decision.gate import gate as decide
    from lowsr_tradeoff.decision.gate import refuse_demo
    from lowsr_tradeoff.files.writing import write_atomic
    from lowsr_tradeoff.reports.exports import gate_files

    tradeoff = _load(run)
    rules = _rules(tradeoff, config, given)
    result = decide(tradeoff, rules)
    if not allow_demo:
        refuse_demo(tradeoff, rules)
    if summary:
        write_atomic(summary, gate_files.summary(tradeoff, result).encode())
    if junit:
        write_atomic(junit, gate_files.junit(tradeoff, result))
    if json_:
        tell_json(result)
    else:
        tell(*_lines(tradeoff, result))
    return 0 if result.passes else NOT_PASSED


@app.command
def compare(*runs: Path, html: Path | None = None, json_: Json = False) -> None:
    """Tell what differs between finished runs: settings, data, weights, versions, answers and figures.

    Differences of figures come with intervals. Runs on other events or classes, or without a common rate, are
    refused with exit code 7.

    Examples:
        lowsr-tradeoff compare run-a run-b --html comparison.html

    Args:
        runs: Folders of runs, or their tradeoff.json; the others are compared with the first.
        html: Write the comparison into this file as a page.
    """
    from lowsr_tradeoff.decision.compare_runs import compare as differ
    from lowsr_tradeoff.files.writing import write_atomic
    from lowsr_tradeoff.reports.page.comparison import lines, page

    if len(runs) < 2:
        raise ConfigError("compare needs two runs or more: lowsr-tradeoff compare RUN_A RUN_B")
    comparison = differ([(str(run), _comparable(run)) for run in runs])
    if html:
        write_atomic(html, page(comparison).encode())
    if json_:
        tell_json(comparison)
    else:
        tell(*lines(comparison))


def _load(run: Path) -> "Tradeoff":
    from lowsr_tradeoff.records.run import TRADEOFF
    from lowsr_tradeoff.reports.exports.run_files import load
    from lowsr_tradeoff.runner.unfinished import done_of

    if left := done_of(run):
        again = f"lowsr-tradeoff --config {run}/config.toml --out {run}"
        raise DataError(f"{run}: this run is not finished: {left[0]} of {left[1]} steps; go on with: {again}")
    return load(run if run.suffix == ".json" else run / TRADEOFF)


def _comparable(run: Path) -> "Tradeoff":
    """A run to compare. A file that is there and cannot be read is of another version, or of another program."""
    try:
        return _load(run)
    except DataError as error:
        if run.exists():
            raise NotComparableError(str(error)) from error
        raise


def _rules(tradeoff: "Tradeoff", config: Path | None, given: Given) -> "GateRules":
    from lowsr_tradeoff.settings.toml import load_config

    if config is not None:
        return load_config(config, given).gate
    own = tradeoff.settings.get("gate")
    of_run = own if isinstance(own, dict) else {}
    return load_config(None, {"gate": {**of_run, **given.get("gate", {})}}).gate


def _lines(tradeoff: "Tradeoff", result: "GateResult") -> "Iterator[Line]":
    from lowsr_tradeoff.reports.exports.gate_files import all_at_once, headline, met, name_of, remarks, required

    yield (Marked("PASS" if result.passes else "FAIL", result.passes), f": {headline(tradeoff, result)}")
    yield from required(result)
    for verdict in result.rates:
        yield (Marked("passes" if verdict.passes else "fails ", verdict.passes), f"  {name_of(tradeoff, verdict)}")
        yield from ((Marked("  misses  ", is_good=False), short.sentence) for short in verdict.shortfalls)
        yield from (f"  meets   {sentence}" for sentence in met(verdict, result))
        yield f"  {all_at_once(verdict)}"
    yield from remarks(tradeoff, result)
