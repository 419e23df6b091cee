import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.decision.frontier import clearly_dominates, decide, dominates, join, misses, strongest_at
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.classify import ClassifyResult
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.network import ModelCost
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.privacy import AttackResult
from lowsr_tradeoff.settings.groups import Constraints


def measured(value, half=0.0, n=400, n_of="clips", unit="1"):
    return Measurement(value=value, low=value - half, high=value + half, n=n, n_of=n_of, unit=unit)


def point(accuracy=0.8, words=0.2, mw=2.0, hours=100.0, *, name="p", device="d", infeasible=(), half=0.0):
    def m(value, **kinds):
        return missing("none here", "things") if value is None else measured(value, half, **kinds)

    return OperatingPoint(
        point_id=name,
        rate_hz=1000,
        grid="shared",
        arm="cssd",
        device=device,
        attacker="whisper",
        accuracy=m(accuracy),
        word_recovery=m(words, n_of="words"),
        power_mw=m(mw, n_of="draws", unit="mW"),
        power_saved=missing("no reference", "draws"),
        battery_hours=m(hours, n_of="draws", unit="h"),
        infeasible=infeasible,
        dominated_by=(),
        is_dominance_clear=False,
        fails=(),
    )


# Few distinct values, so that ties are common; multiples of a power of two, so that scaling is exact.
LEVELS = st.integers(0, 4).map(lambda i: i / 4)
POINTS = st.lists(
    st.builds(
        point,
        accuracy=st.none() | LEVELS,
        words=LEVELS,
        mw=LEVELS,
        infeasible=st.sampled_from([(), (), (), ("too big",)]),
        half=st.sampled_from([0.0, 0.1, 0.2]),
    ),
    max_size=9,
)


def dominates_by_hand(a, b):
    if a.infeasible or b.infeasible or a.accuracy.value is None or b.accuracy.value is None:
        return False
    pairs = [
        (a.accuracy.value, b.accuracy.value),
        (b.word_recovery.value, a.word_recovery.value),
        (b.power_mw.value, a.power_mw.value),
    ]
    return all(x >= y for x, y in pairs) and any(x > y for x, y in pairs)


def clearly_by_hand(a, b):
    if not dominates_by_hand(a, b):
        return False
    gaps = [
        (a.accuracy == b.accuracy, a.accuracy.low > b.accuracy.high),
        (a.word_recovery == b.word_recovery, a.word_recovery.high < b.word_recovery.low),
        (a.power_mw == b.power_mw, a.power_mw.high < b.power_mw.low),
    ]
    return all(same or apart for same, apart in gaps) and any(apart for _, apart in gaps)


@given(POINTS)
def test_dominance_is_what_the_definition_says(points):
    by_hand = [[dominates_by_hand(a, b) for b in points] for a in points]
    assert dominates(points).tolist() == by_hand
    by_hand = [[clearly_by_hand(a, b) for b in points] for a in points]
    assert clearly_dominates(points).tolist() == by_hand


@given(POINTS)
def test_dominance_is_a_strict_partial_order(points):
    for relation in (dominates(points), clearly_dominates(points)):
        assert not relation.diagonal().any()
        assert not (relation & relation.T).any()
        two_steps = (relation.astype(int) @ relation.astype(int)) > 0
        assert not (two_steps & ~relation).any()


@given(POINTS)
def test_every_dominated_point_has_a_dominator_on_the_frontier(points):
    relation = dominates(points)
    on_frontier = ~relation.any(axis=0)
    assert relation[on_frontier].any(axis=0).tolist() == relation.any(axis=0).tolist()


@given(POINTS, st.integers(-6, 6))
def test_the_unit_of_power_changes_nothing(points, exponent):
    scale = 2.0**exponent

    def scaled(p):
        m = p.power_mw
        changed = m.model_copy(update={"value": m.value * scale, "low": m.low * scale, "high": m.high * scale})
        return p.model_copy(update={"power_mw": changed})

    others = [scaled(p) for p in points]
    assert np.array_equal(dominates(points), dominates(others))
    assert np.array_equal(clearly_dominates(points), clearly_dominates(others))


def test_a_difference_within_the_intervals_dominates_but_not_clearly():
    better, worse = point(accuracy=0.80, half=0.05), point(accuracy=0.75, half=0.05)
    assert dominates([better, worse])[0, 1]
    assert not clearly_dominates([better, worse])[0, 1]
    apart = point(accuracy=0.60, half=0.05)
    assert clearly_dominates([better, apart])[0, 1]


# Joining.

COST = {
    "model_rate_hz": 16000,
    "window_s": 2.0,
    "parameters": 1,
    "macs": {"conv": 1},
    "fft_size": 512,
    "frames": 1,
    "mel_bands": 1,
    "mel_nonzeros": 1,
    "weight_bytes": 1,
    "activation_bytes": 1,
}


def recognised(rate_hz, grid, arm, accuracy):
    return ClassifyResult(
        rate_hz=rate_hz,
        grid=grid,
        arm=arm,
        accuracy=measured(accuracy, 0.01),
        macro_f1=measured(accuracy),
        fold_sd=missing("not needed here", "folds"),
        seed_sd=missing("not needed here", "seeds"),
        class_recall=(),
        n_clips=400,
        n_sources=40,
        n_folds=5,
        n_seeds=1,
        cost=ModelCost(rate_hz=rate_hz, grid=grid, **COST),
    )


def overheard(rate_hz, attacker, recovery, *, chance=None, recovers="words", measure="word recovery"):
    m = missing("the attacker failed", "words") if recovery is None else measured(recovery, 0.01, n_of="words")
    return AttackResult(
        rate_hz=rate_hz,
        front_end="ideal",
        attacker=attacker,
        recovers=recovers,
        measure=measure,
        value=m,
        chance=None if chance is None else measured(chance),
        is_leak=True,
        setup="nothing was trained",
    )


def drawn(rate_hz, grid, device, mw, infeasible=()):
    reason = "; ".join(infeasible)
    return PowerResult(
        rate_hz=rate_hz,
        grid=grid,
        device=device,
        bits=16,
        adc_rate_hz=rate_hz,
        spread=None,
        is_decimated=False,
        microphone_mode=None,
        components=(),
        peak_mw=missing("not needed here", "draws", "mW"),
        listening_share=1.0,
        dominant=(),
        clocks=(),
        power_mw=missing(reason, "draws", "mW") if infeasible else measured(mw, 0.01, n_of="draws", unit="mW"),
        power_saved=missing("no reference", "draws"),
        battery_hours=missing(reason, "draws", "h") if infeasible else measured(100 / mw, n_of="draws", unit="h"),
        real_time_factor=measured(0.1),
        infeasible=infeasible,
    )


CLASSIFY = [
    recognised(500, "shared", "raw", 0.3),
    recognised(500, "shared", "cssd", 0.6),
    recognised(1000, "shared", "cssd", 0.8),
    recognised(1000, "native", "cssd", 0.7),
]
ATTACKS = [overheard(500, "whisper", 0.1), overheard(500, "adapted", 0.3), overheard(1000, "whisper", 0.5)]
POWER = [
    drawn(500, "shared", "u385", 2.0),
    drawn(1000, "shared", "u385", 2.0),
    drawn(1000, "native", "u385", 1.0),
    drawn(500, "shared", "u575", 5.0),
    drawn(1000, "shared", "u575", 5.0),
    drawn(1000, "native", "u575", None, ("too big",)),
]


def joined(classify=CLASSIFY, attacks=ATTACKS, power=POWER, constraints=None):
    points = join(classify, attacks, power, constraints or Constraints(), "ideal")
    return {p.point_id: p for p in points}


def test_one_point_per_result_and_device_with_its_own_figures():
    points = joined()
    assert list(points) == [
        f"{result.rate_hz}-{result.grid}-{result.arm}-{device}"
        for device in ("u385", "u575")
        for result in CLASSIFY
    ]
    p = points["1000-native-cssd-u385"]
    assert (p.accuracy, p.word_recovery, p.power_mw) == (
        CLASSIFY[3].accuracy,
        ATTACKS[2].value,
        POWER[2].power_mw,
    )
    assert p.battery_hours == POWER[2].battery_hours


def test_the_attacker_who_recovers_most_counts():
    points = joined()
    assert points["500-shared-raw-u385"].attacker == "adapted"
    assert points["500-shared-raw-u385"].word_recovery.value == 0.3
    failed = joined(attacks=[overheard(500, "adapted", None), *ATTACKS])
    assert failed["500-shared-raw-u385"].attacker == "adapted"
    only = joined(attacks=[overheard(500, "strange", None), ATTACKS[0]])
    assert only["500-shared-raw-u385"].attacker == "whisper"


def test_points_are_compared_within_their_device():
    points = joined()
    # Same power and words, lower accuracy.
    raw = points["500-shared-raw-u385"]
    assert raw.dominated_by == ("500-shared-cssd-u385",)
    assert raw.is_dominance_clear
    assert points["500-shared-cssd-u575"].dominated_by == ()
    assert not points["500-shared-cssd-u575"].is_dominance_clear
    assert points["1000-native-cssd-u575"].dominated_by == ()


def test_points_join_the_draws_of_their_stages():
    """Two rates at one power; the higher is better in all draws of accuracy and worse in half of those of words."""
    low = [CLASSIFY[1].model_copy(update={"accuracy_draws": (0.6, 0.6, 0.7, 0.7)})]
    high = [CLASSIFY[2].model_copy(update={"accuracy_draws": (0.7, 0.7, 0.7, 0.7)})]
    heard = [
        attack.model_copy(update={"value_draws": draws})
        for attack, draws in zip(ATTACKS[1:], ((0.1, 0.3, 0.1, 0.3), (0.2, 0.2, 0.2, 0.2)), strict=True)
    ]
    powered = [result.model_copy(update={"power_mw_draws": (2.0,) * 4}) for result in POWER[:2]]
    points = joined(low + high, heard, powered, Constraints(min_accuracy=0.7, max_word_recovery=0.2))
    chances = {name: (p.p_frontier, p.p_meets) for name, p in points.items()}
    assert chances == {"500-shared-cssd-u385": (0.5, 0.25), "1000-shared-cssd-u385": (0.75, 1.0)}


def test_what_is_infeasible_or_was_not_drawn_has_no_place():
    points = joined(constraints=Constraints(min_accuracy=0.7)).values()
    assert {p.p_frontier for p in points} == {None}
    assert {(bool(p.infeasible), p.p_meets) for p in points} == {(False, None), (True, 0.0)}


def test_missing_figures_keep_their_reasons():
    points = joined(attacks=ATTACKS[:2], power=[POWER[0]])
    p = points["1000-native-cssd-u385"]
    assert p.word_recovery.reason == "no attacker was run at 1000 Hz"
    assert p.power_mw.reason == "no power was estimated for u385 at 1000 Hz on the native grid"
    assert (p.attacker, p.power_mw.unit, p.battery_hours.unit) == ("none", "mW", "h")
    failed = joined(attacks=[overheard(500, "whisper", None), ATTACKS[2]])["500-shared-raw-u385"]
    assert failed.word_recovery.reason == "the attacker failed"
    assert joined()["1000-native-cssd-u575"].power_mw.reason == "too big"


def test_without_power_there_is_no_device_to_decide_for():
    assert join(CLASSIFY, ATTACKS, [], Constraints(), "ideal") == ()


# Constraints.


def sentences(p, **constraints):
    return [miss.sentence for miss in misses(p, Constraints(**constraints))]


def test_the_low_end_of_accuracy_must_reach_its_bound():
    p = point(accuracy=0.62, half=0.04)
    assert sentences(p, min_accuracy=0.7) == [
        "accuracy 0.58 (low end of 0.58…0.66, n = 400 clips) is below 0.7",
    ]
    assert sentences(p, min_accuracy=0.6) != [], "the value would do, its low end does not"
    assert sentences(p, min_accuracy=0.58) == []


def test_the_high_end_of_word_recovery_must_stay_below_its_bound():
    p = point(words=0.25, half=0.0625)
    assert sentences(p, max_word_recovery=0.25) == [
        "word recovery 0.312 (high end of 0.188…0.312, n = 400 words) is above 0.25",
    ]
    assert sentences(p, max_word_recovery=0.3125) == []


def test_the_low_end_of_battery_life_must_reach_its_bound():
    p = point(hours=100.0, half=20.0, mw=30.0)
    assert sentences(p, min_battery_hours=90) == [
        "battery life 80 h (low end of 80…120 h, n = 400 draws) is below 90 h",
    ]
    assert sentences(p, min_battery_hours=80) == []


def test_a_miss_by_little_still_reads_as_a_miss():
    (sentence,) = sentences(point(accuracy=0.6999), min_accuracy=0.7)
    assert sentence.startswith("accuracy 0.6999 (low end of")


def test_a_missing_measurement_fails_with_its_reason():
    assert sentences(point(accuracy=None), min_accuracy=0.1) == ["accuracy is not known: none here"]
    bare = point().model_copy(update={"accuracy": Measurement(value=0.9, n=1, n_of="clips")})
    assert sentences(bare, min_accuracy=0.1) == ["accuracy is not known: it has no interval"]


def test_infeasible_fails_once_whatever_the_constraint():
    p = point(hours=None, mw=None, infeasible=("too big",))
    assert sentences(p, min_battery_hours=1) == ["infeasible on d: too big"]
    assert sentences(p, min_accuracy=0.1) == ["infeasible on d: too big"]


def test_no_constraint_no_miss():
    assert sentences(point(accuracy=None, infeasible=("too big",))) == []
    assert all(p.fails == () for p in joined().values())


def test_joined_points_carry_what_they_fail():
    points = joined(constraints=Constraints(min_accuracy=0.65))
    assert points["1000-shared-cssd-u385"].fails == ()
    (sentence,) = points["500-shared-cssd-u385"].fails
    assert sentence == "accuracy 0.59 (low end of 0.59…0.61, n = 400 clips) is below 0.65"


# Decision.


def test_qualifying_points_are_ordered_by_power_then_words_then_accuracy():
    points = [
        point(mw=3.0, words=0.0, accuracy=1.0, name="costly"),
        point(mw=2.0, words=0.2, accuracy=0.7, name="plain"),
        point(mw=2.0, words=0.2, accuracy=0.9, name="accurate"),
        point(mw=2.0, words=0.1, accuracy=0.6, name="private"),
        point(mw=1.0, words=0.1, accuracy=0.4, name="poor"),
        point(mw=0.5, words=0.1, accuracy=0.9, name="elsewhere", device="other"),
    ]
    decision = decide(points, Constraints(min_accuracy=0.5), "d")
    assert decision.qualifying == ("private", "accurate", "plain", "costly")
    assert decision.recommended == "private"
    assert (decision.nearest, decision.nearest_misses) == (None, ())
    assert (decision.device, decision.constraints) == ("d", {"min_accuracy": 0.5})


def test_the_order_is_by_pessimistic_ends():
    sure, vague = point(mw=2.0, half=0.1, name="sure"), point(mw=1.9, half=0.9, name="vague")
    assert decide([vague, sure], Constraints(min_battery_hours=1), "d").qualifying == ("sure", "vague")


def test_without_constraints_nothing_is_recommended():
    decision = decide([point()], Constraints(), "d")
    assert (decision.qualifying, decision.recommended, decision.nearest) == ((), None, None)


def test_nearest_fails_the_fewest_then_by_least():
    constraints = Constraints(min_accuracy=0.9, max_word_recovery=0.1)
    points = [
        point(accuracy=0.89, words=0.11, name="both by little"),
        point(accuracy=0.45, words=0.1, name="one by half"),
        point(accuracy=0.9, words=0.12, name="one by a fifth"),
        point(accuracy=1.0, words=0.0, infeasible=("too big",), name="infeasible"),
        point(accuracy=None, words=0.0, name="unknown"),
    ]
    decision = decide(points, constraints, "d")
    assert (decision.qualifying, decision.recommended, decision.nearest) == ((), None, "one by a fifth")
    assert decision.nearest_misses == ("word recovery 0.12 (high end of 0.12…0.12, n = 400 words) is above 0.1",)


def test_what_no_relaxed_constraint_admits_is_never_nearer():
    constraints = Constraints(min_accuracy=0.9, max_word_recovery=0.1)
    points = [
        point(accuracy=1.0, words=0.0, infeasible=("too big",), name="one miss, infeasible"),
        point(accuracy=0.5, words=0.9, mw=9.0, name="two misses"),
    ]
    assert decide(points, constraints, "d").nearest == "two misses"


def test_nearest_is_measured_in_gaps_where_the_bound_is_zero():
    points = [point(words=0.4, mw=1.0, name="far"), point(words=0.2, mw=2.0, name="near")]
    assert decide(points, Constraints(max_word_recovery=0.0), "d").nearest == "near"


def test_a_device_without_points_has_no_nearest():
    decision = decide([point()], Constraints(min_accuracy=0.5), "unknown")
    assert (decision.recommended, decision.nearest) == (None, None)


@given(POINTS, LEVELS, LEVELS)
def test_a_recommendation_meets_every_constraint_and_nothing_qualifying_draws_less(points, accuracy, words):
    named = [p.model_copy(update={"point_id": str(i)}) for i, p in enumerate(points)]
    constraints = Constraints(min_accuracy=accuracy, max_word_recovery=words)
    decision = decide(named, constraints, "d")
    qualifying = {
        p.point_id: p.power_mw.high
        for p in named
        if not p.infeasible
        and p.accuracy.low is not None
        and p.accuracy.low >= accuracy
        and p.word_recovery.high <= words
    }
    assert set(decision.qualifying) == set(qualifying)
    assert (decision.nearest is None) == bool(qualifying or not named)
    if qualifying:
        assert qualifying[decision.recommended] == min(qualifying.values())


def test_the_strongest_attacker_is_the_one_furthest_above_chance():
    tried = [overheard(500, "guesser", 0.12, chance=0.1), overheard(500, "listener", 0.08, chance=0.01)]
    assert strongest_at(tried, 500, "ideal").attacker == "listener"


def test_identity_presence_and_what_was_not_tested_do_not_compete_for_words():
    tried = [overheard(500, "speakers", 0.9, recovers="who"), overheard(500, "untested", None)]
    assert strongest_at(tried, 500, "ideal").attacker == "untested"
    assert strongest_at([*tried, overheard(500, "listener", 0.0)], 500, "ideal").attacker == "listener"
    assert strongest_at(tried, 1000, "ideal") is None


def test_a_figure_that_is_no_share_of_a_corpus_is_named():
    digits = overheard(500, "digits, trained at the rate", 0.5, chance=0.1, measure="digit accuracy")
    assert {p.attacker for p in joined(attacks=[digits]).values()} == {
        "digits, trained at the rate (digit accuracy)",
        "none",
    }


def test_an_attack_on_another_microphone_does_not_decide():
    tried = [
        overheard(500, "listener", 0.1),
        overheard(500, "listener", 0.3).model_copy(update={"front_end": "none"}),
    ]
    assert strongest_at(tried, 500, "ideal") == tried[0]
