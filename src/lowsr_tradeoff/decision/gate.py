"""Whether a finished run meets rules, so that a release may go ahead, from its figures alone.

A rate passes if one of its operating points on the device meets every constraint on the pessimistic end of its
interval, and all at once with the required probability. What was not measured never passes.
"""

import math
from collections.abc import Iterator, Sequence

from lowsr_tradeoff.decision import frontier
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.decision import Decision, GateResult, OperatingPoint, RateVerdict, Shortfall
from lowsr_tradeoff.records.privacy import AttackResult, LearningCurve
from lowsr_tradeoff.records.run import Failure, Tradeoff
from lowsr_tradeoff.settings.groups import GateRules
from lowsr_tradeoff.statistics.joint_draws import draws_through


def gate(tradeoff: Tradeoff, rules: GateRules) -> GateResult:
    """Return whether any rate of a run passes, the best as :func:`frontier.decide` ranks, and why others fail.

    Raises:
        ConfigError: No constraint is given, or the run has no such device, or no learning curves where an attacker
            with more data is asked about.
    """
    if not rules.given():
        raise ConfigError(
            "there is nothing to decide by: give --min-accuracy, --max-word-recovery or --min-battery-hours, or a"
            " table [gate] in --config"
        )
    points = _points(tradeoff, rules)
    verdicts = tuple(
        _verdict([point for point in points if point.rate_hz == rate_hz], rules)
        or _unmeasured(rate_hz, tradeoff.failures)
        for rate_hz in _rates_hz(tradeoff)
    )
    passing = {verdict.point_id for verdict in verdicts if verdict.passes}
    best = _decide([point for point in points if point.point_id in passing], rules).recommended
    return GateResult(
        device=points[0].device,
        constraints=rules.given(),
        confidence=rules.confidence,
        attacker_data=rules.attacker_data,
        passes=best is not None,
        rate_hz=next((verdict.rate_hz for verdict in verdicts if best and verdict.point_id == best), None),
        point_id=best,
        rates=verdicts,
        not_tested=tuple(dict.fromkeys((*_not_tested(tradeoff), *_as_in_the_run(tradeoff, rules.times_the_data)))),
    )


def with_more_data(tradeoff: Tradeoff, times: int) -> tuple[AttackResult, ...]:
    """Return the attacks of a run plus, at every rate, those with learning curves at ``times`` their data.

    Where a curve gives no value or is missing at one rate, the attacker counts as failed, so that nothing passes
    there: it may be the strongest. ``times`` of 1 adds none.
    """
    if times == 1:
        return tradeoff.privacy.attacks
    if not tradeoff.privacy.learning_curves:
        raise ConfigError(
            f"--attacker-data {times}x: the run has no learning curves; run it again with --attackers all"
        )
    return (*tradeoff.privacy.attacks, *_extrapolated(tradeoff, times))


def _rates_hz(tradeoff: Tradeoff) -> list[int]:
    return sorted({*tradeoff.rates_hz, tradeoff.reference_rate_hz})


def _points(tradeoff: Tradeoff, rules: GateRules) -> list[OperatingPoint]:
    """The device's points, judged by these rules."""
    device = rules.device or tradeoff.decision.device
    attacks = with_more_data(tradeoff, rules.times_the_data)
    joined = frontier.join(tradeoff.recognition.results, attacks, tradeoff.power.results, rules, tradeoff.front_end)
    points = [point for point in joined if point.device == device]
    if not points:
        known = ", ".join(dict.fromkeys(point.device for point in joined))
        raise ConfigError(f"--device {device}: the run has no figures of it, only of {known}")
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
            for miss in frontier.misses(point, rules)
        )
    return RateVerdict(
        rate_hz=point.rate_hz,
        point_id=point.point_id,
        passes=not shortfalls,
        p_meets=point.p_meets,
        shortfalls=shortfalls,
    )


def _decide(points: Sequence[OperatingPoint], rules: GateRules) -> Decision:
    return frontier.decide(points, rules, points[0].device if points else "")


def _doubt(point: OperatingPoint, rules: GateRules) -> Shortfall:
    if point.p_meets is None:
        known = "how sure it is to meet all constraints at once is not known, because the run keeps no joint draws"
        return Shortfall(sentence=f"{known}; run the study again, or ask for --confidence 0", relative=None)
    return Shortfall(
        sentence=f"it meets all constraints at once with probability {point.p_meets:.3g}, asked for is"
        f" {rules.confidence:g}",
        relative=(rules.confidence - point.p_meets) / rules.confidence,
    )


def _unmeasured(rate_hz: int, failures: Sequence[Failure]) -> RateVerdict:
    why = [f"{failed.step} failed: {failed.reason}" for failed in failures if failed.rate_hz == rate_hz]
    sentence = "; ".join(["nothing was recognised at this rate", *why])
    shortfalls = (Shortfall(sentence=sentence, relative=None),)
    return RateVerdict(rate_hz=rate_hz, point_id=None, passes=False, p_meets=None, shortfalls=shortfalls)


def _on_words(tradeoff: Tradeoff, *, were_tested: bool) -> list[AttackResult]:
    """The attacks on words through the study's own front end that were tested, or those that were not."""
    return [
        found
        for found in tradeoff.privacy.attacks
        if found.recovers == "words"
        and found.front_end == tradeoff.front_end
        and (found.value.value is not None) == were_tested
    ]


def _not_tested(tradeoff: Tradeoff) -> list[str]:
    """Attackers on words that the run did not test: the word recovery does not include them."""
    return [f"{found.attacker}: {found.value.reason}" for found in _on_words(tradeoff, were_tested=False)]


def _as_in_the_run(tradeoff: Tradeoff, times: int) -> list[str]:
    """Attackers on words that are asked about with more data and have no curve: they count as they were."""
    if times == 1:
        return []
    have_curves = {curve.attacker for curve in tradeoff.privacy.learning_curves}
    tested = dict.fromkeys(found.attacker for found in _on_words(tradeoff, were_tested=True))
    return [
        f"{name}, with {times} times its data: there is no learning curve of it"
        for name in tested
        if name not in have_curves
    ]


def _extrapolated(tradeoff: Tradeoff, times: int) -> Iterator[AttackResult]:
    """Every attacker that has a learning curve, at every rate, with so many times its data."""
    all_curves = tradeoff.privacy.learning_curves
    for name in dict.fromkeys(curve.attacker for curve in all_curves):
        curves = {curve.rate_hz: curve for curve in all_curves if curve.attacker == name}
        for rate_hz in _rates_hz(tradeoff):
            if curve := curves.get(rate_hz):
                amount = curve.points[-1].amount
                held = f"{amount:.3g}" if amount < 1000 else f"{amount:.0f}"
                called = f"extrapolated to {times} times its {held} {curve.amount_of}"
                figure = next(
                    (more.value for more in curve.extrapolations if more.times == times),
                    missing(f"the run has no extrapolation to {times} times the data", "words"),
                )
                yield _attack(curve, rate_hz, called, figure, _today(tradeoff, curve))
            else:
                other = next(iter(curves.values()))
                yield _attack(other, rate_hz, "extrapolated", missing("no learning curve here", "words"), None)


def _today(tradeoff: Tradeoff, curve: LearningCurve) -> AttackResult | None:
    """What the attacker of a learning curve recovered in the run, without more data."""
    same = (curve.rate_hz, curve.front_end, curve.attacker, curve.measure)
    attacks = tradeoff.privacy.attacks
    return next((a for a in attacks if (a.rate_hz, a.front_end, a.attacker, a.measure) == same), None)


def _attack(
    curve: LearningCurve, rate_hz: int, called: str, figure: Measurement, today: AttackResult | None
) -> AttackResult:
    return AttackResult(
        rate_hz=rate_hz,
        front_end=curve.front_end,
        attacker=f"{curve.attacker}, {called}",
        recovers="words",
        measure=curve.measure,
        value=figure,
        chance=today.chance if today else None,
        is_leak=True,
        competes=True,
        setup=curve.setup,
        value_draws=draws_through(figure, today.value_draws) if today else (),
        is_lost=figure.value is None,
    )
