"""Whether a finished run meets rules, so that a release may go ahead, from its figures alone.

A rate passes if one of its operating points on the device meets every constraint on the pessimistic end of its
interval, and all at once with the required probability. What was not measured never passes.
"""

import math
from collections.abc import Iterator, Sequence

from lowsr_tradeoff.decision import frontier
from lowsr_tradeoff.decision.answer import decide, misses
from lowsr_tradeoff.decision.leaks import leaks
from lowsr_tradeoff.decision.more_data import with_more_data
from lowsr_tradeoff.errors import ConfigError, DataError, did_you_mean
from lowsr_tradeoff.records.decision import (
    LEAK_FIELDS,
    Decision,
    GateResult,
    OperatingPoint,
    RateVerdict,
    Shortfall,
)
from lowsr_tradeoff.records.privacy import AttackResult, LeakKind
from lowsr_tradeoff.records.run import Failure, Tradeoff
from lowsr_tradeoff.settings.limits import GateRules


def gate(tradeoff: Tradeoff, rules: GateRules) -> GateResult:
    """Return whether any rate of a run passes, the best as :func:`answer.decide` ranks, and why others fail.

    Raises:
        ConfigError: No constraint is given, or the run has no such device, or no learning curves where an attacker
            with more data is asked about.
        DataError: The run was a quick look, or is not finished.
    """
    if tradeoff.is_quick or tradeoff.unfinished:
        what = "a quick look decides" if tradeoff.is_quick else "a study that is not finished decides"
        raise DataError(f"{what} no release; run the whole study, without --quick and to its end")
    if not rules.given():
        raise ConfigError(
            "no limit is set, so there is nothing to decide by: set --min-accuracy, --max-word-recovery,"
            " --max-known-word-recovery, --max-speaker-identification, --min-battery-hours, --min-recall or"
            " --max-false-alarms-per-hour, or a table [gate] in --config"
        )
    points = _points(tradeoff, rules)
    verdicts = tuple(
        _verdict([point for point in points if point.rate_hz == rate_hz], rules)
        or _unmeasured(rate_hz, tradeoff.failures)
        for rate_hz in tradeoff.all_rates_hz()
    )
    passing = {verdict.point_id for verdict in verdicts if verdict.passes}
    best = _decide([point for point in points if point.point_id in passing], rules).recommended
    return GateResult(
        device=points[0].device,
        constraints=rules.given(),
        confidence=rules.confidence,
        attacker_data=rules.attacker_data,
        has_published_attackers=rules.published_attackers,
        passes=best is not None,
        rate_hz=next((verdict.rate_hz for verdict in verdicts if best and verdict.point_id == best), None),
        point_id=best,
        rates=verdicts,
        not_tested=tuple(dict.fromkeys((*_not_tested(tradeoff, rules), *_as_in_the_run(tradeoff, rules)))),
    )


def refuse_demo(tradeoff: Tradeoff, rules: GateRules) -> None:
    """Raise :class:`DataError` where a limit would be decided by invented sounds or speech."""
    asked = {"speech"} if _kinds(rules) else set()
    asked |= {"events"} if rules.min_accuracy is not None else set()
    invented = [corpus for corpus in tradeoff.corpora if corpus.is_synthetic and corpus.kind in asked]
    if invented:
        named = ", ".join(f"{corpus.name} ({corpus.kind})" for corpus in invented)
        remedy = "measure your own with --events and --speech, or add --allow-demo to try the gate out"
        raise DataError(f"demo data decide no release: {named}; {remedy}")


def _points(tradeoff: Tradeoff, rules: GateRules) -> list[OperatingPoint]:
    """The device's points, judged by these rules."""
    device = rules.device or tradeoff.decision.device
    attacks = with_more_data(tradeoff, rules.times_the_data)
    counted = [a for a in attacks if rules.published_attackers or a.value.basis != "published"]
    leaked = leaks(counted, tradeoff.all_rates_hz(), tradeoff.reference_rate_hz, tradeoff.front_end)
    joined = frontier.join(
        tradeoff.recognition.results,
        leaked,
        tradeoff.power.results,
        rules,
        tradeoff.privacy_axis,
        tradeoff.other_front_ends,
    )
    points = [point for point in joined if point.device == device]
    if not points:
        known = dict.fromkeys(point.device for point in joined)
        raise ConfigError(f"--device {device}: the run has no figures of it; {did_you_mean(device, known)}")
    return points


def _verdict(points: Sequence[OperatingPoint], rules: GateRules) -> RateVerdict | None:
    """The best of a rate's points that pass, or what the nearest falls short of; ``None`` without a point."""
    if not points:
        return None
    qualifying = [point for point in points if not point.fails]
    sure = [p for p in qualifying if rules.confidence == 0 or (p.p_meets or 0.0) >= rules.confidence]
    shortfalls: tuple[Shortfall, ...] = ()
    if sure:
        best = _decide(sure, rules).recommended
        point = next(point for point in sure if point.point_id == best)
    elif qualifying:
        point = max(qualifying, key=lambda point: -1.0 if point.p_meets is None else point.p_meets)
        shortfalls = (_doubt(point, rules),)
    else:
        nearest = _decide(points, rules).nearest
        point = next(point for point in points if point.point_id == nearest)
        shortfalls = tuple(
            Shortfall(sentence=miss.sentence, relative=None if math.isinf(miss.relative) else miss.relative)
            for miss in misses(point, rules)
        )
    return RateVerdict(
        rate_hz=point.rate_hz,
        point_id=point.point_id,
        passes=not shortfalls,
        p_meets=point.p_meets,
        shortfalls=shortfalls,
        figures={name: getattr(point, name[len("min_") :]) for name in rules.given()},
    )


def _decide(points: Sequence[OperatingPoint], rules: GateRules) -> Decision:
    return decide(points, rules, points[0].device if points else "")


def _doubt(point: OperatingPoint, rules: GateRules) -> Shortfall:
    if point.p_meets is None:
        known = "the probability to meet all limits at once is not known, because the run keeps no joint draws"
        return Shortfall(sentence=f"{known}; run the study again, or set --confidence 0", relative=None)
    return Shortfall(
        sentence=f"probability to meet all limits at once {point.p_meets:.3g}; required {rules.confidence:g}",
        relative=(rules.confidence - point.p_meets) / rules.confidence,
    )


def _unmeasured(rate_hz: int, failures: Sequence[Failure]) -> RateVerdict:
    why = [f"{failed.step} failed: {failed.reason}" for failed in failures if failed.rate_hz == rate_hz]
    sentence = "; ".join(["nothing was recognised at this rate", *why])
    shortfalls = (Shortfall(sentence=sentence, relative=None),)
    return RateVerdict(rate_hz=rate_hz, point_id=None, passes=False, p_meets=None, shortfalls=shortfalls)


def _attacks(tradeoff: Tradeoff, rules: GateRules, *, were_tested: bool) -> list[AttackResult]:
    """The attacks of the kinds that have a limit, behind the study's front end, that were tested or were not."""
    return [
        found
        for found in tradeoff.privacy.attacks
        if found.recovers in _kinds(rules)
        and found.competes
        and found.front_end == tradeoff.front_end
        and (found.value.value is not None) == were_tested
    ]


def _kinds(rules: GateRules) -> set[LeakKind]:
    fields = {limit.field for limit in rules.limits()}
    return {kind for kind, field in LEAK_FIELDS.items() if field in fields}


def _not_tested(tradeoff: Tradeoff, rules: GateRules) -> Iterator[str]:
    """Attackers that the figures held against the limits do not include."""
    yield from (f"{found.attacker}: {found.value.reason}" for found in _attacks(tradeoff, rules, were_tested=False))
    if not rules.published_attackers and "words" in _kinds(rules):
        yield "published attackers on words: turned off with --no-published-attackers"


def _as_in_the_run(tradeoff: Tradeoff, rules: GateRules) -> list[str]:
    """Attackers that are asked about with more data and have no curve: they count as they were."""
    if rules.times_the_data == 1:
        return []
    have_curves = {curve.attacker for curve in tradeoff.privacy.learning_curves}
    tested = _attacks(tradeoff, rules, were_tested=True)
    return [
        f"{name}, with {rules.times_the_data} times its data: there is no learning curve of it"
        for name in dict.fromkeys(found.attacker for found in tested if found.value.basis != "published")
        if name not in have_curves
    ]
