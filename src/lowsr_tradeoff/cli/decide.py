"""Commands on finished runs: whether one passes, and what differs between several."""

from pathlib import Path
from typing import TYPE_CHECKING

from lowsr_tradeoff.cli.app import Json, app
from lowsr_tradeoff.cli.flags import Given, with_settings
from lowsr_tradeoff.cli.printing import tell, tell_json
from lowsr_tradeoff.errors import ConfigError, DataError, NotComparableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lowsr_tradeoff.records.decision import GateResult, RateVerdict
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
def gate(given: Given, run: Path, /, *, config: Path | None = None, json_: Json = False) -> int:
    """Decide whether a finished run meets rules, for a release to go ahead; nothing is run.

    A rate passes if one of its operating points meets every constraint on the pessimistic end of its interval, and
    all at once with the probability asked for. What was not measured never passes. Exit code 0 says that a rate
    passes, 6 that none does.

    Args:
        run: The run's folder, or its tradeoff.json.
        config: A file with a table [gate] of rules; flags go before it. The run's own when left out.
    """
    from lowsr_tradeoff.decision.gate import gate as decide

    tradeoff = _load(run)
    result = decide(tradeoff, _rules(tradeoff, config, given))
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
    from lowsr_tradeoff.reports.exports.run_files import TRADEOFF, load

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


def _lines(tradeoff: "Tradeoff", result: "GateResult") -> "Iterator[str]":
    from lowsr_tradeoff.reports.sections.decision.placing import find
    from lowsr_tradeoff.reports.sections.decision.verdict import warnings
    from lowsr_tradeoff.reports.wording import asked_for, hz, listed, point_name

    if result.point_id is None:
        yield f"FAIL: no rate passes on {result.device}."
    else:
        yield f"PASS: {point_name(find(tradeoff, result.point_id))} on {result.device}."
    sure = f", all at once with probability {result.confidence:g} or more" if result.confidence else ""
    yield f"Asked for at the pessimistic ends: {listed(asked_for(result.constraints))}{sure}."
    if result.attacker_data != "1x":
        yield f"Attackers that learn are taken with {result.attacker_data} their data, extrapolated."
    for verdict in result.rates:
        name = point_name(find(tradeoff, verdict.point_id)) if verdict.point_id else hz(verdict.rate_hz)
        yield from _rate_lines(verdict, name)
    yield from (f"Not tested: {attacker}." for attacker in result.not_tested)
    yield from warnings(tradeoff)


def _rate_lines(verdict: "RateVerdict", name: str) -> "Iterator[str]":
    from lowsr_tradeoff.reports.wording import share_of_draws

    sure = "" if verdict.p_meets is None else f", probability {share_of_draws(verdict.p_meets)}"
    yield f"{'passes' if verdict.passes else 'fails '}  {name}{sure}"
    for short in verdict.shortfalls:
        by = "" if short.relative is None else f" (short by {100 * short.relative:.3g} %)"
        yield f"        {short.sentence}{by}"
