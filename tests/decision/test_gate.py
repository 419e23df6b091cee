"""A gate passes what meets every rule on its pessimistic end and with the probability asked for, and no more."""

from operator import attrgetter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.replaced import replaced
from tests.reports.conftest import build_tradeoff

from lowsr_tradeoff.decision.gate import gate
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.records.base import missing
from lowsr_tradeoff.records.run import Failure
from lowsr_tradeoff.settings.groups import GateRules

TRADEOFF = build_tradeoff()
EASY = {"min_accuracy": 0.5, "max_word_recovery": 0.9, "min_battery_hours": 10}


def changed(lists):
    """The study with some results rewritten: ``{"recognition.results": lambda found: {...}}``."""
    return replaced(
        TRADEOFF,
        {
            name: tuple(found.model_copy(update=rewrite(found)) for found in attrgetter(name)(TRADEOFF))
            for name, rewrite in lists.items()
        },
    )


def passing_by_hand(rules):
    """Rates at which some training and layout meets the rules, straight from the stages' own results."""
    powers = {(p.rate_hz, p.grid): p for p in TRADEOFF.power.results if p.device == (rules.device or "stm32u575")}
    words = {a.rate_hz: a for a in TRADEOFF.privacy.attacks if a.value.value is not None}
    rates = set()
    for heard in TRADEOFF.recognition.results:
        power, attack = powers[heard.rate_hz, heard.grid], words[heard.rate_hz]
        if power.infeasible:
            continue
        met = (
            (np.array(heard.accuracy_draws) >= (rules.min_accuracy or 0))
            & (np.array(attack.value_draws) <= (1 if rules.max_word_recovery is None else rules.max_word_recovery))
            & (np.array(power.battery_hours_draws) >= (rules.min_battery_hours or 0))
        )
        ends = (
            heard.accuracy.low >= (rules.min_accuracy or 0)
            and attack.value.high <= (1 if rules.max_word_recovery is None else rules.max_word_recovery)
            and power.battery_hours.low >= (rules.min_battery_hours or 0)
        )
        if ends and met.mean() >= rules.confidence:
            rates.add(heard.rate_hz)
    return rates


@settings(max_examples=25, deadline=None)
@given(
    accuracy=st.none() | st.floats(0.3, 1),
    words=st.none() | st.floats(0, 1),
    hours=st.floats(1, 5000),
    confidence=st.sampled_from([0.0, 0.5, 0.95, 0.99, 1.0]),
    device=st.sampled_from([None, "stm32u385", "phone_cpu"]),
)
def test_it_passes_the_rates_that_a_count_by_hand_passes(accuracy, words, hours, confidence, device):
    rules = GateRules(
        min_accuracy=accuracy,
        max_word_recovery=words,
        min_battery_hours=hours,
        confidence=confidence,
        device=device,
    )
    result = gate(TRADEOFF, rules)
    assert {verdict.rate_hz for verdict in result.rates if verdict.passes} == passing_by_hand(rules)
    assert result.passes == bool(passing_by_hand(rules))
    assert all(verdict.passes != bool(verdict.shortfalls) for verdict in result.rates)


def test_the_best_of_what_passes_needs_least_power():
    result = gate(TRADEOFF, GateRules(**EASY))
    passing = [verdict for verdict in result.rates if verdict.passes]
    assert len(passing) > 1
    power = {point.point_id: point.power_mw.high for point in TRADEOFF.points}
    assert result.point_id == min((verdict.point_id for verdict in passing), key=power.get)
    assert result.rate_hz == int(result.point_id.split("-")[0])


def test_a_rate_tells_what_it_misses_and_by_how_much():
    result = gate(TRADEOFF, GateRules(min_accuracy=0.9, min_battery_hours=1))
    verdict = next(verdict for verdict in result.rates if verdict.rate_hz == 1000)
    low = max(found.accuracy.low for found in TRADEOFF.recognition.results if found.rate_hz == 1000)
    (short,) = verdict.shortfalls
    assert short.relative == pytest.approx((0.9 - low) / 0.9)
    assert short.sentence.startswith(f"accuracy {low:.3g}")


@pytest.mark.parametrize(
    ("what", "rewrite", "told"),
    [
        ("recognition.results", lambda _: {"accuracy": missing("no fold was left", "clips")}, "no fold was left"),
        (
            "privacy.attacks",
            lambda _: {"value": missing("it was ended", "words"), "value_draws": ()},
            "it was ended",
        ),
        ("power.results", lambda _: {"infeasible": ("too much memory",)}, "too much memory"),
    ],
)
@pytest.mark.parametrize("confidence", [0, 0.95])
def test_what_was_not_measured_or_cannot_be_built_never_passes(what, rewrite, told, confidence):
    result = gate(changed({what: rewrite}), GateRules(**EASY, confidence=confidence))
    assert not result.passes
    assert result.point_id is None
    for verdict in result.rates:
        assert any(told in short.sentence and short.relative is None for short in verdict.shortfalls)


def test_an_attacker_that_was_lost_might_have_been_the_strongest():
    lost = TRADEOFF.privacy.attacks[1].model_copy(
        update={"rate_hz": 1000, "value": missing("killed", "words"), "is_lost": True}
    )
    result = gate(
        replaced(TRADEOFF, {"privacy.attacks": (*TRADEOFF.privacy.attacks, lost)}), GateRules(**EASY, confidence=0)
    )
    passing = {verdict.rate_hz: verdict.passes for verdict in result.rates}
    assert not passing[1000]
    assert passing[500]


def test_a_rate_without_any_training_does_not_pass_and_says_why():
    failed = Failure(step="train 500 Hz", stage="train", rate_hz=500, reason="disk full", is_cause=True)
    fewer = tuple(found for found in TRADEOFF.recognition.results if found.rate_hz != 500)
    result = gate(replaced(TRADEOFF, {"recognition.results": fewer, "failures": (failed,)}), GateRules(**EASY))
    first = result.rates[0]
    assert (first.rate_hz, first.passes, first.point_id) == (500, False, None)
    assert "train 500 Hz failed: disk full" in first.shortfalls[0].sentence


def test_a_run_without_draws_fails_and_says_so_unless_no_confidence_is_asked_for():
    bare = changed(
        {
            "recognition.results": lambda _: {"accuracy_draws": ()},
            "privacy.attacks": lambda _: {"value_draws": ()},
            "power.results": lambda _: {"battery_hours_draws": (), "power_mw_draws": ()},
        }
    )
    result = gate(bare, GateRules(**EASY))
    assert not result.passes
    assert any("no joint draws" in short.sentence for verdict in result.rates for short in verdict.shortfalls)
    assert gate(bare, GateRules(**EASY, confidence=0)).passes


def test_it_names_the_attackers_that_the_words_say_nothing_of():
    assert gate(TRADEOFF, GateRules(**EASY)).not_tested == (
        "Whisper adapted to the rate: not asked for; run with --attackers all",
    )


@pytest.mark.parametrize(
    ("rules", "told"), [({}, "nothing to decide by"), ({**EASY, "device": "toaster"}, "only of stm32u575, ")]
)
def test_rules_that_decide_nothing_are_refused(rules, told):
    with pytest.raises(ConfigError, match=told):
        gate(TRADEOFF, GateRules(**rules))
