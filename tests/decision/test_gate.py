"""A gate passes what meets every rule on its pessimistic end and with the probability asked for, and no more.

Where it asks for an attacker with more data, it passes no more than without, and nothing that is not told.
"""

from operator import attrgetter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.replaced import replaced
from tests.reports.conftest import PLAIN

from lowsr_tradeoff.decision.gate import gate
from lowsr_tradeoff.decision.leaks import at, leaks
from lowsr_tradeoff.decision.more_data import with_more_data
from lowsr_tradeoff.errors import ConfigError
from lowsr_tradeoff.privacy.attackers import published_figures
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult, Extrapolation, LearningCurve, LearningPoint
from lowsr_tradeoff.records.run import Failure, Tradeoff
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.limits import GateRules
from lowsr_tradeoff.settings.study import StudyConfig

EASY = {"min_accuracy": 0.5, "max_word_recovery": 0.9, "min_battery_hours": 10}

ATTACKER, ADAPTED = "recogniser trained at the rate", "whisper adapted"
NOW = {500: 0.2, 1000: 0.35, 2000: 0.5, 4000: 0.8, 16000: 0.95}
RULES = {"min_accuracy": 0.3, "max_word_recovery": 0.5, "min_battery_hours": 1, "confidence": 0.9}


def changed(lists):
    """The study with some results rewritten: ``{"recognition.results": lambda found: {...}}``."""
    return replaced(
        PLAIN,
        {
            name: tuple(found.model_copy(update=rewrite(found)) for found in attrgetter(name)(PLAIN))
            for name, rewrite in lists.items()
        },
    )


def passing_by_hand(rules):
    """Rates at which some training and layout meets the rules, straight from the stages' own results."""
    powers = {(p.rate_hz, p.grid): p for p in PLAIN.power.results if p.device == (rules.device or "stm32u575")}
    words = {a.rate_hz: a for a in PLAIN.privacy.attacks if a.recovers == "words" and a.value.value is not None}
    rates = set()
    for heard in PLAIN.recognition.results:
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
    result = gate(PLAIN, rules)
    assert {verdict.rate_hz for verdict in result.rates if verdict.passes} == passing_by_hand(rules)
    assert result.passes == bool(passing_by_hand(rules))
    assert all(verdict.passes != bool(verdict.shortfalls) for verdict in result.rates)


def test_the_best_of_what_passes_needs_least_power():
    result = gate(PLAIN, GateRules(**EASY))
    passing = [verdict for verdict in result.rates if verdict.passes]
    assert len(passing) > 1
    power = {point.point_id: point.power_mw.high for point in PLAIN.points}
    assert result.point_id == min((verdict.point_id for verdict in passing), key=power.get)
    assert result.rate_hz == int(result.point_id.split("-")[0])


def test_a_rate_tells_what_it_misses_and_by_how_much():
    result = gate(PLAIN, GateRules(min_accuracy=0.9, min_battery_hours=1))
    verdict = next(verdict for verdict in result.rates if verdict.rate_hz == 1000)
    low = max(found.accuracy.low for found in PLAIN.recognition.results if found.rate_hz == 1000)
    (short,) = verdict.shortfalls
    assert short.relative == pytest.approx((0.9 - low) / 0.9)
    assert short.sentence.startswith("sounds recognised ")
    assert f"could be {100 * low:.3g} %" in short.sentence


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
    lost = PLAIN.privacy.attacks[1].model_copy(
        update={"rate_hz": 1000, "value": missing("killed", "words"), "is_lost": True}
    )
    result = gate(
        replaced(PLAIN, {"privacy.attacks": (*PLAIN.privacy.attacks, lost)}), GateRules(**EASY, confidence=0)
    )
    passing = {verdict.rate_hz: verdict.passes for verdict in result.rates}
    assert not passing[1000]
    assert passing[500]


def test_a_rate_without_any_training_does_not_pass_and_says_why():
    failed = Failure(step="train 500 Hz", stage="train", rate_hz=500, reason="disk full", is_cause=True)
    fewer = tuple(found for found in PLAIN.recognition.results if found.rate_hz != 500)
    result = gate(replaced(PLAIN, {"recognition.results": fewer, "failures": (failed,)}), GateRules(**EASY))
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
    assert gate(PLAIN, GateRules(**EASY)).not_tested == (
        "Whisper adapted to the rate: not asked for; run with --attackers all",
    )


@pytest.mark.parametrize(
    ("rules", "told"),
    [({}, "nothing to decide by"), ({**EASY, "device": "toaster"}, "there are stm32u575, stm32u385, ")],
)
def test_rules_that_decide_nothing_are_refused(rules, told):
    with pytest.raises(ConfigError, match=told):
        gate(PLAIN, GateRules(**rules))


def words(value, reach=0.03):
    return Measurement(value=value, low=value - reach, high=min(1, value + reach), n=540, n_of="words")


def attack(rate_hz, attacker=ATTACKER):
    return AttackResult(
        rate_hz=rate_hz,
        front_end="ideal",
        attacker=attacker,
        recovers="words",
        measure="word recovery",
        value=words(NOW[rate_hz]),
        chance=None,
        is_leak=True,
        competes=True,
        setup="540 recordings",
        value_draws=tuple(np.random.default_rng(rate_hz).normal(NOW[rate_hz], 0.015, 500)),
    )


def curve(rate_hz, tenfold, attacker=ATTACKER):
    return LearningCurve(
        rate_hz=rate_hz,
        front_end="ideal",
        attacker=attacker,
        recovers="words",
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
    return replaced(PLAIN, {"privacy.attacks": attacks, "privacy.learning_curves": curves})


def passed_by(tradeoff, **rules):
    return {verdict.rate_hz for verdict in gate(tradeoff, GateRules(**rules)).rates if verdict.passes}


def passed(tradeoff, **rules):
    return passed_by(tradeoff, **{**RULES, **rules})


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


def test_an_amount_of_thousands_is_a_whole_number(grown):
    (first, *others) = grown.privacy.learning_curves
    (point,) = first.points
    many = first.model_copy(update={"points": (point.model_copy(update={"amount": 1166.4}),)})
    found = with_more_data(replaced(grown, {"privacy.learning_curves": (many, *others)}), 10)
    assert any("10 times its 1166 speakers" in one.attacker for one in found)


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
        leaked = leaks(with_more_data(tradeoff, 10), tradeoff.all_rates_hz(), 16000, "ideal")
        here = at(leaked, "words", 500)
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
        gate(PLAIN, GateRules(**RULES, attacker_data="10x"))


# On the run: what Whisper recovers of open vocabulary.
WHISPER = {500: 0.005, 1000: 0.137, 2000: 0.590, 4000: 0.911, 16000: 0.986}


def with_attacks(*attacks):
    return replaced(PLAIN, {"privacy.attacks": attacks})


def of_kind(kind, shares, attacker, chance):
    return tuple(
        attack(hz, attacker).model_copy(
            update={"recovers": kind, "value": words(share), "chance": words(chance, 0.0), "value_draws": ()}
        )
        for hz, share in shares.items()
    )


WORDS = of_kind("words", WHISPER, "whisper", 0.01)


def test_what_is_published_at_a_rate_that_2_khz_can_imitate_counts_unless_turned_off():
    tradeoff = with_attacks(*WORDS, *published_figures.plan(StudyConfig(front_end=FrontEnd()), None).results)
    rules = {"max_word_recovery": 0.83, "confidence": 0.95}
    result = gate(tradeoff, GateRules(**rules))
    assert {v.rate_hz for v in result.rates if v.passes} == {500, 1000}
    (short,) = next(v for v in result.rates if v.rate_hz == 2000).shortfalls
    assert "words recovered 91.1 % (published, n = " in short.sentence
    without = gate(tradeoff, GateRules(**rules, published_attackers=False))
    assert {v.rate_hz for v in without.rates if v.passes} == {500, 1000, 2000}
    assert not without.has_published_attackers
    assert "published attackers on words: turned off with --no-published-attackers" in without.not_tested


def test_every_kind_of_leak_has_its_own_limit_and_its_own_untested_attackers():
    who = of_kind("who", dict.fromkeys(WHISPER, 0.97), "voice", 0.05)
    lost = who[1].model_copy(update={"attacker": "other", "value": missing("no weights", "utterances")})
    tradeoff = with_attacks(*WORDS, *who, lost)
    assert passed_by(tradeoff, max_word_recovery=0.7) == {500, 1000, 2000}
    assert passed_by(tradeoff, max_word_recovery=0.7, max_speaker_identification=0.9) == set()
    result = gate(tradeoff, GateRules(max_speaker_identification=0.9))
    assert result.not_tested == ("other: no weights",)
    assert "speakers identified 97 %, could be 100 %" in result.rates[0].shortfalls[0].sentence
    assert gate(tradeoff, GateRules(max_word_recovery=0.7)).not_tested == ()


def test_a_two_word_list_does_not_hide_behind_the_words_of_running_speech():
    known = of_kind("known words", dict.fromkeys(WHISPER, 0.93), "two words", 0.5)
    tradeoff = with_attacks(*WORDS, *known)
    assert passed_by(tradeoff, max_word_recovery=0.7) == {500, 1000, 2000}
    assert passed_by(tradeoff, max_word_recovery=0.7, max_known_word_recovery=0.8) == set()
    assert passed_by(tradeoff, max_word_recovery=0.7, max_known_word_recovery=0.95) == {500, 1000, 2000}


def test_transcripts_of_other_files_pass_no_limit_on_words():
    german = of_kind("words", dict.fromkeys(WHISPER, 0.03), "whisper", 0.01)
    published = published_figures.plan(StudyConfig(front_end=FrontEnd()), None).results
    for tradeoff in (with_attacks(*german), with_attacks(*german, *published)):
        result = gate(tradeoff, GateRules(max_word_recovery=1.0, confidence=0))
        assert not result.passes
        assert "do not belong together" in result.rates[0].shortfalls[0].sentence
        assert gate(tradeoff, GateRules(min_accuracy=0.3)).passes


def test_known_words_grow_with_their_own_curve():
    known = of_kind("known words", dict.fromkeys(WHISPER, 0.5), ATTACKER, 0.1)
    curves = tuple(curve(hz, words(0.64)).model_copy(update={"recovers": "known words"}) for hz in WHISPER)
    tradeoff = replaced(with_attacks(*WORDS, *known), {"privacy.learning_curves": curves})
    more = {"attacker_data": "10x", "confidence": 0.9}
    # (.64 - .1) / .9 is .6.
    assert passed_by(tradeoff, max_known_word_recovery=0.5) == {*WHISPER}
    assert passed_by(tradeoff, max_known_word_recovery=0.5, **more) == set()
    assert passed_by(tradeoff, max_known_word_recovery=0.65, **more) == {*WHISPER}
    # Words have no curve: they count as in the run, which is told.
    assert passed_by(tradeoff, max_word_recovery=0.7, **more) == {500, 1000, 2000}
    told = gate(tradeoff, GateRules(max_word_recovery=0.7, **more)).not_tested
    assert told == ("whisper, with 10 times its data: there is no learning curve of it",)
