"""A gate may ask for an attacker with more data: it passes no more than without, and nothing that is not told."""

import numpy as np
import pytest
from tests.replaced import replaced
from tests.reports.conftest import build_tradeoff

from lowsr_tradeoff.decision.frontier import strongest_at
from lowsr_tradeoff.decision.gate import gate, with_more_data
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult, Extrapolation, LearningCurve, LearningPoint
from lowsr_tradeoff.records.run import Tradeoff
from lowsr_tradeoff.settings.groups import GateRules

ATTACKER, ADAPTED, MEASURE = "closed vocabulary, trained at the rate", "whisper adapted", "word recovery"
NOW = {500: 0.2, 1000: 0.35, 2000: 0.5, 4000: 0.8, 16000: 0.95}
RULES = {"min_accuracy": 0.3, "max_word_recovery": 0.5, "min_battery_hours": 1, "confidence": 0.9}


def words(value, reach=0.03):
    return Measurement(value=value, low=value - reach, high=min(1, value + reach), n=540, n_of="words")


def attack(rate_hz, attacker=ATTACKER):
    return AttackResult(
        rate_hz=rate_hz,
        front_end="ideal",
        attacker=attacker,
        recovers="words",
        measure=MEASURE,
        value=words(NOW[rate_hz]),
        chance=None,
        is_leak=True,
        setup="540 recordings",
        value_draws=tuple(np.random.default_rng(rate_hz).normal(NOW[rate_hz], 0.015, 500)),
    )


def curve(rate_hz, tenfold, attacker=ATTACKER):
    return LearningCurve(
        rate_hz=rate_hz,
        front_end="ideal",
        attacker=attacker,
        measure=MEASURE,
        amount_of="speakers",
        points=(LearningPoint(amount=21.6, minutes=5, value=words(NOW[rate_hz])),),
        law=None,
        extrapolations=(Extrapolation(times=10, value=tenfold),),
        setup="540 recordings",
    )


@pytest.fixture(scope="module")
def grown() -> Tradeoff:
    """At 500 Hz ten times the data give 0.1 more, at 1 kHz nothing is told; elsewhere there is no curve."""
    curves = (curve(500, words(0.3, 0.05)), curve(1000, missing("the curve allows anything", "words")))
    attacks = tuple(attack(rate_hz) for rate_hz in NOW)
    return replaced(build_tradeoff(), {"privacy.attacks": attacks, "privacy.learning_curves": curves})


def passed(tradeoff, **rules):
    return {verdict.rate_hz for verdict in gate(tradeoff, GateRules(**{**RULES, **rules})).rates if verdict.passes}


def test_as_in_the_run_nothing_is_added(grown):
    assert with_more_data(grown, 1) == grown.privacy.attacks
    assert passed(grown) == {500, 1000}


def test_what_is_not_told_does_not_pass(grown):
    assert passed(grown, attacker_data="10x") == {500}
    assert passed(grown, attacker_data="10x", max_word_recovery=0.34) == set()
    # Nothing is told of 100 times the data.
    assert passed(grown, attacker_data="100x") == set()
    reasons = {
        verdict.rate_hz: str(verdict.shortfalls)
        for verdict in gate(grown, GateRules(**RULES, attacker_data="10x")).rates
    }
    assert "the curve allows anything" in reasons[1000]
    assert "no learning curve here" in reasons[2000]


def test_the_attacker_with_more_data_is_drawn_through_its_interval_in_the_order_of_today(grown):
    today, more = (
        next(found for found in with_more_data(grown, 10) if found.rate_hz == 500 and known in found.attacker)
        for known in ("trained", "10 times its 21.6 speakers")
    )
    assert np.quantile(more.value_draws, [0.025, 0.5, 0.975]) == pytest.approx([0.25, 0.3, 0.35], abs=0.01)
    for low, high in ((today.value_draws, more.value_draws), (more.value_draws, today.value_draws)):
        assert (np.diff(np.array(high)[np.argsort(low)]) >= -1e-5).all()


def with_adapted(tradeoff, *curves):
    attacks = (*tradeoff.privacy.attacks, *(attack(rate_hz, ADAPTED) for rate_hz in NOW))
    return replaced(
        tradeoff,
        {"privacy.attacks": attacks, "privacy.learning_curves": (*tradeoff.privacy.learning_curves, *curves)},
    )


def test_of_several_attackers_with_more_data_the_strongest_decides(grown):
    weaker, stronger = (
        with_adapted(grown, *(curve(hz, words(ten), ADAPTED) for hz in NOW)) for ten in (0.25, 0.45)
    )
    for tradeoff, strongest in ((weaker, ATTACKER), (stronger, ADAPTED)):
        here = strongest_at(with_more_data(tradeoff, 10), 500, "ideal")
        assert here.attacker == f"{strongest}, extrapolated to 10 times its 21.6 speakers"
    assert passed(weaker, attacker_data="10x", max_word_recovery=0.4) == {500}
    assert passed(stronger, attacker_data="10x", max_word_recovery=0.4) == set()


@pytest.mark.parametrize("curves", [(), (curve(500, missing("too few", "words"), ADAPTED),)])
def test_one_curve_that_does_not_tell_is_enough_to_fail(grown, curves):
    elsewhere = curve(16000, words(0.99, 0.01), ADAPTED)
    assert passed(grown, attacker_data="10x") == {500}
    assert passed(with_adapted(grown, elsewhere, *curves), attacker_data="10x") == set()


def test_attackers_without_a_curve_are_named(grown):
    rules = GateRules(**RULES, attacker_data="10x")
    assert not any("learning curve" in name for name in gate(grown, rules).not_tested)
    told = f"{ADAPTED}, with 10 times its data: there is no learning curve of it"
    assert told in gate(with_adapted(grown), rules).not_tested
    assert told not in gate(with_adapted(grown), GateRules(**RULES)).not_tested


def test_a_run_without_curves_says_how_to_get_them():
    with pytest.raises(ConfigError, match="--attacker-data 10x: the run has no learning curves; run it again with"):
        gate(build_tradeoff(), GateRules(**RULES, attacker_data="10x"))
