"""Attackers with more data than in the run, from their learning curves."""

from collections.abc import Iterator

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult, LearningCurve
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.statistics.joint_draws import draws_through


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


def _extrapolated(tradeoff: Tradeoff, times: int) -> Iterator[AttackResult]:
    """Every attacker that has a learning curve, at every rate, with so many times its data."""
    all_curves = tradeoff.privacy.learning_curves
    for name in dict.fromkeys(curve.attacker for curve in all_curves):
        curves = {curve.rate_hz: curve for curve in all_curves if curve.attacker == name}
        for rate_hz in tradeoff.all_rates_hz():
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
    same = (curve.rate_hz, curve.front_end, curve.attacker)
    competing = (attack for attack in tradeoff.privacy.attacks if attack.competes)
    return next((a for a in competing if (a.rate_hz, a.front_end, a.attacker) == same), None)


def _attack(
    curve: LearningCurve, rate_hz: int, called: str, figure: Measurement, today: AttackResult | None
) -> AttackResult:
    return AttackResult(
        rate_hz=rate_hz,
        front_end=curve.front_end,
        attacker=f"{curve.attacker}, {called}",
        recovers=curve.recovers,
        measure=f"{curve.recovers} recovered",
        value=figure,
        chance=today.chance if today else None,
        is_leak=True,
        competes=True,
        setup=curve.setup,
        value_draws=draws_through(figure, today.value_draws) if today else (),
        is_lost=figure.value is None,
    )
