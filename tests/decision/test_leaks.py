"""The strongest attacker of each kind, the uncertainty of the maximum, and what lower rates add."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.decision.leaks import AT_STAKE, at, largest, leaks, on_scale
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.statistics.joint_draws import N_JOINT

FULL_HZ = 16000
RATES = (500, 1000, 2000, FULL_HZ)


def measured(value, low=None, high=None, n_of="words"):
    return Measurement(
        value=value, low=value if low is None else low, high=value if high is None else high, n=500, n_of=n_of
    )


def attack(rate_hz, figure, attacker="recogniser", *, kind="words", chance=0.0, draws=(), **fields):
    value = missing("not asked for", "words") if figure is None else figure
    return AttackResult(
        rate_hz=rate_hz,
        front_end="ideal",
        attacker=attacker,
        recovers=kind,
        measure="recovery",
        value=value if isinstance(value, Measurement) else measured(value),
        chance=measured(chance),
        is_leak=True,
        competes=True,
        setup="made up",
        value_draws=draws,
    ).model_copy(update=fields)


def published(rate_hz, value):
    bare = Measurement(value=value, n=2620, n_of="utterances", basis="published")
    return attack(rate_hz, bare, "published")


def yardstick(kind="words"):
    return attack(FULL_HZ, 0.95, kind=kind, chance=0.01)


def found(attacks, kind="words", front_end="ideal", rates_hz=RATES):
    every = leaks(attacks, rates_hz, FULL_HZ, front_end)
    return {leak.rate_hz: leak for leak in every if leak.kind == kind}


def p_below(leak, bound):
    return np.mean(np.array(leak.draws) <= bound)


def test_there_is_one_record_of_each_kind_and_rate():
    every = leaks([yardstick()], RATES, FULL_HZ, "ideal")
    assert [(leak.kind, leak.rate_hz) for leak in every] == [(kind, hz) for kind in AT_STAKE for hz in RATES]
    assert at(every, "words", FULL_HZ).envelope.value == 0.95
    assert at(every, "words", 800) is None


def test_a_little_weaker_and_far_less_certain_attacker_raises_the_upper_end():
    sure = attack(1000, measured(0.30, 0.29, 0.31), "sure")
    vague = attack(1000, measured(0.29, 0.05, 0.60), "vague")
    leak = found([sure, vague, yardstick()])[1000]
    assert (leak.attacker, leak.strongest.value) == ("sure", 0.30)
    assert leak.strongest.high >= 0.60
    # The vague one is normal on either side of its value, so it exceeds the limit with probability .35.
    assert p_below(leak, 0.35) == pytest.approx(0.65, abs=0.05)


def test_joint_draws_of_two_attackers_are_compared_resample_by_resample():
    rng = np.random.default_rng(3)
    luck = rng.normal(0, 0.05, N_JOINT)
    first, second = 0.40 + luck, 0.39 + luck + rng.normal(0, 0.02, N_JOINT)
    attacks = [
        attack(1000, measured(0.40, *np.quantile(first, [0.025, 0.975])), "a", draws=tuple(first)),
        attack(1000, measured(0.39, *np.quantile(second, [0.025, 0.975])), "b", draws=tuple(second)),
    ]
    leak = found([*attacks, yardstick()])[1000]
    assert leak.draws == pytest.approx(tuple(np.maximum(first, second)), rel=1e-4)
    assert leak.strongest.low <= 0.40 <= leak.strongest.high


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.3), st.floats(0, 0.3)), min_size=1, max_size=4))
def test_one_more_attacker_never_lowers_a_leak(figures):
    attacks = [
        attack(1000, measured(value, max(0.0, value - down), min(1.0, value + up)), str(i))
        for i, (value, down, up) in enumerate(figures)
    ]
    before = found([*attacks[:-1], attack(1000, 0.0, "weak"), yardstick()])[1000]
    after = found([*attacks, attack(1000, 0.0, "weak"), yardstick()])[1000]
    assert after.envelope.value >= before.envelope.value
    assert after.envelope.high >= before.envelope.high
    assert p_below(after, 0.5) <= p_below(before, 0.5)
    assert after.envelope.low <= after.envelope.value <= after.envelope.high


def test_one_attacker_alone_keeps_its_interval_and_draws():
    draws = tuple(np.linspace(0.1, 0.3, N_JOINT))
    leak = found([attack(1000, measured(0.2, 0.1, 0.3), draws=draws), yardstick()])[1000]
    assert (leak.strongest, leak.draws) == (measured(0.2, 0.1, 0.3), draws)


def test_a_rate_leaks_at_least_what_a_lower_one_leaks():
    """Each attacker recovers more at 2 kHz, and the strongest of 1 kHz was not tried there."""
    attacks = [
        *(attack(hz, share, "recogniser") for hz, share in ((500, 0.1), (1000, 0.2), (2000, 0.4))),
        *(attack(hz, share, "adapted") for hz, share in ((500, 0.2), (1000, 0.6))),
        attack(2000, None, "adapted"),
        yardstick(),
    ]
    words = found(attacks)
    assert [words[hz].strongest.value for hz in (500, 1000, 2000)] == [0.2, 0.6, 0.4]
    assert [words[hz].envelope.value for hz in (500, 1000, 2000)] == [0.2, 0.6, 0.6]
    assert (words[2000].attacker, words[2000].envelope_rate_hz) == ("recogniser", 1000)
    assert p_below(words[2000], 0.5) == 0.0


@given(st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_the_envelope_rises_with_the_rate(shares):
    figures = [measured(share, share * 0.9, min(1.0, share * 1.1)) for share in shares]
    lower = [attack(hz, figure, "a") for hz, figure in zip((500, 1000, 2000), figures, strict=True)]
    by_rate = found([*lower, yardstick()])
    words = [by_rate[hz] for hz in RATES]
    for low, high in pairwise(words):
        assert low.envelope.value <= high.envelope.value
        assert low.envelope.high <= high.envelope.high
        assert all(np.array(low.draws) <= np.array(high.draws))


def test_without_a_filter_only_whole_ratios_are_imitated():
    attacks = [
        attack(hz, share).model_copy(update={"front_end": "none"}) for hz, share in ((800, 0.9), (2000, 0.3))
    ]
    full = yardstick().model_copy(update={"front_end": "none"})
    rates = (800, 2000, FULL_HZ)
    leaked = found([*attacks, full], front_end="none", rates_hz=rates)
    assert [leaked[hz].envelope.value for hz in rates] == [0.9, 0.3, 0.95]
    behind_a_filter = found([attack(800, 0.9), attack(2000, 0.3), yardstick()], rates_hz=rates)
    assert behind_a_filter[2000].envelope.value == 0.9


def test_kinds_and_front_ends_are_not_merged():
    attacks = [
        attack(1000, 0.2),
        attack(1000, 0.9, "voice", kind="who"),
        attack(1000, 0.8).model_copy(update={"front_end": "none"}),
        attack(1000, 0.7, "PIN", kind="words", competes=False),
        yardstick(),
    ]
    assert found(attacks)[1000].envelope.value == 0.2
    assert found(attacks, "who")[1000].envelope.value == 0.9


def test_known_words_are_on_a_scale_from_guessing_to_all():
    two_words = attack(1000, measured(0.93, 0.90, 0.96), "of two", kind="known words", chance=0.5)
    digits = attack(1000, measured(0.80, 0.78, 0.82), "of ten", kind="known words", chance=0.1)
    full = attack(FULL_HZ, measured(0.99, 0.98, 1.0), kind="known words", chance=0.1)
    leak = found([two_words, digits, full], "known words")[1000]
    assert (leak.attacker, leak.strongest.value, leak.chance.value) == ("of two", pytest.approx(0.86), 0.5)
    assert on_scale(digits).value.value == pytest.approx(0.7 / 0.9)
    assert on_scale(attack(1000, 0.4, kind="known words", chance=0.5)).value.value == 0.0
    assert on_scale(attack(1000, 1.0, kind="known words", chance=1.0)).value.reason


def test_digits_on_the_scale_do_not_hide_behind_the_pin():
    """95 % and 97 % of digits: more of them recovered is more leaked, whatever becomes of four in a row."""

    def leaked(share):
        digits = attack(1000, share, "digits", kind="known words", chance=0.1)
        pin = attack(1000, share**4, "digits", kind="known words", chance=1e-4, competes=False)
        full = attack(FULL_HZ, measured(0.99, 0.98, 1.0), kind="known words", chance=0.1)
        return found([digits, pin, full], "known words")[1000].envelope.value

    assert leaked(0.95) == pytest.approx((0.95 - 0.1) / 0.9)
    assert leaked(0.97) > leaked(0.95) > 0.93


def test_a_lost_attacker_makes_the_leak_unknown_and_an_untested_one_does_not():
    lost = attack(1000, missing("its step failed: killed", "words"), "adapted", is_lost=True)
    words = found([attack(1000, 0.2), attack(2000, 0.3), lost, yardstick()])
    assert words[1000].envelope.reason == "its step failed: killed"
    assert (words[1000].attacker, words[1000].draws) == ("adapted", ())
    assert words[2000].envelope.value == 0.3
    untested = found([attack(1000, 0.2), attack(1000, None, "adapted"), yardstick()])
    assert untested[1000].envelope.value == 0.2
    nobody = found([attack(1000, None, "adapted"), yardstick()])
    assert nobody[1000].envelope.reason == "no attacker on words was tested (not asked for)"


def test_a_published_figure_is_an_attacker_without_spread():
    ours = attack(1000, measured(0.2, 0.15, 0.25))
    leak = found([ours, published(1000, 0.78), yardstick()])[1000]
    assert (leak.attacker, leak.envelope.basis, leak.envelope.value) == ("published", "published", 0.78)
    assert (leak.envelope.low, leak.envelope.high, {*leak.draws}) == (0.78, 0.78, {0.78})


def test_a_measured_figure_without_an_interval_leaves_the_maximum_without_one():
    bare = attack(1000, Measurement(value=0.1, n=9, n_of="words"), "bare")
    leak = found([attack(1000, measured(0.2, 0.1, 0.3)), bare, yardstick()])[1000]
    assert (leak.envelope.value, leak.envelope.high, leak.draws) == (0.2, None, ())


def test_figures_without_joint_draws_are_independent_between_attackers_and_alike_at_all_rates():
    first, other, same = (on_scale(attack(1000, measured(0.3, 0.2, 0.4), name)).draws for name in ("a", "b", "a"))
    assert first == same
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.2
    assert np.quantile(first, [0.025, 0.5, 0.975]) == pytest.approx([0.2, 0.3, 0.4], abs=0.01)


def test_the_maximum_spans_its_value_and_every_upper_end():
    figures = [
        on_scale(attack(1000, measured(0.3, 0.1, 0.35), "a")),
        on_scale(attack(1000, measured(0.2, 0.1, 0.5), "b")),
    ]
    top = largest(figures)
    assert top.value.value == 0.3
    assert top.value.high >= 0.5
