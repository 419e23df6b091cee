"""The attackers of a run beside those that its learning curves tell of: the same ones with more to learn from."""

from collections.abc import Iterator

from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.joint import draws_through
from lowsr_tradeoff.records import AttackResult, LearningCurve, Measurement, Tradeoff, missing


def with_more_data(tradeoff: Tradeoff, times: int) -> tuple[AttackResult, ...]:
    """Return the attacks of a run and, at every rate, all who have learning curves with so many times their data.

    Where a curve does not tell what its attacker would recover, or is missing at one rate, that attacker counts as
    one that is lost: it may be the strongest, so nothing passes there.

    Args:
        tradeoff: A finished run.
        times: As many times the data; 1 adds nobody.

    Raises:
        ConfigError: The run has no learning curves.
    """
    if times == 1:
        return tradeoff.attacks
    if not tradeoff.learning_curves:
        raise ConfigError(
            f"--attacker-data {times}x: the run has no learning curves; run it again with --attackers all"
        )
    return (*tradeoff.attacks, *_grown(tradeoff, times))


def _grown(tradeoff: Tradeoff, times: int) -> Iterator[AttackResult]:
    for name in dict.fromkeys(curve.attacker for curve in tradeoff.learning_curves):
        curves = {curve.rate_hz: curve for curve in tradeoff.learning_curves if curve.attacker == name}
        for rate_hz in sorted({*tradeoff.rates_hz, tradeoff.reference_rate_hz}):
            if rate_hz in curves:
                yield _extrapolated(tradeoff, curves[rate_hz], times)
            else:
                yield _untold(rate_hz, next(iter(curves.values())))


def as_in_the_run(tradeoff: Tradeoff, times: int) -> tuple[str, ...]:
    """Return which attackers on words are asked about with so many times their data and have no learning curve.

    They count with what they recovered in the run.
    """
    have_curves = {curve.attacker for curve in tradeoff.learning_curves}
    tested = (
        found.attacker
        for found in tradeoff.attacks
        if found.recovers == "words" and found.front_end == tradeoff.front_end and found.value.value is not None
    )
    others = (name for name in dict.fromkeys(tested) if times > 1 and name not in have_curves)
    return tuple(f"{name}, with {times} times its data: there is no learning curve of it" for name in others)


def _extrapolated(tradeoff: Tradeoff, curve: LearningCurve, times: int) -> AttackResult:
    figure = next(
        (more.value for more in curve.extrapolations if more.times == times),
        missing(f"the run has no extrapolation to {times} times the data", "words"),
    )
    today = next((found for found in tradeoff.attacks if _is_of(found, curve)), None)
    return _result(
        curve,
        curve.rate_hz,
        f"{curve.attacker}, extrapolated to {times} times its {curve.points[-1].amount:.3g} {curve.amount_of}",
        figure,
        today,
    )


def _untold(rate_hz: int, other: LearningCurve) -> AttackResult:
    return _result(
        other, rate_hz, f"{other.attacker}, extrapolated", missing("no learning curve here", "words"), None
    )


def _is_of(found: AttackResult, curve: LearningCurve) -> bool:
    same = (curve.rate_hz, curve.front_end, curve.attacker, curve.measure)
    return (found.rate_hz, found.front_end, found.attacker, found.measure) == same


def _result(
    curve: LearningCurve, rate_hz: int, attacker: str, figure: Measurement, today: AttackResult | None
) -> AttackResult:
    return AttackResult(
        rate_hz=rate_hz,
        front_end=curve.front_end,
        attacker=attacker,
        recovers="words",
        measure=curve.measure,
        value=figure,
        chance=today.chance if today else None,
        is_leak=True,
        setup=curve.setup,
        value_draws=draws_through(figure, today.value_draws) if today else (),
        is_lost=figure.value is None,
    )
