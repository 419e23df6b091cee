"""Which points meet the constraints, in which order, and what the nearest misses."""

from hypothesis import given
from tests.decision.test_frontier import LEVELS, POINTS, point

from lowsr_tradeoff.decision.answer import best_by_rate, decide, misses
from lowsr_tradeoff.records.base import Measurement
from lowsr_tradeoff.settings.limits import Constraints


def sentences(p, **constraints):
    return [miss.sentence for miss in misses(p, Constraints(**constraints))]


def test_the_low_end_of_accuracy_must_reach_its_bound():
    p = point(accuracy=0.62, half=0.04)
    assert sentences(p, min_accuracy=0.7) == [
        "sounds recognised 62 %, could be 58 % (n = 400 clips); required 70 %: 12 points short",
    ]
    assert sentences(p, min_accuracy=0.6) != [], "the value would do, its low end does not"
    assert sentences(p, min_accuracy=0.58) == []


def test_the_high_end_of_word_recovery_must_stay_below_its_bound():
    p = point(words=0.25, half=0.0625)
    assert sentences(p, max_word_recovery=0.25) == [
        "words recovered 25 %, could be 31.2 % (n = 400 words); allowed 25 %: 6.25 points too many",
    ]
    assert sentences(p, max_word_recovery=0.3125) == []


def test_each_kind_of_leak_has_its_own_limit():
    p = point(words=0.1, known=0.3, who=0.97)
    asked = {"max_word_recovery": 0.1, "max_known_word_recovery": 0.25, "max_speaker_identification": 0.5}
    assert sentences(p, **asked) == [
        "known words recovered above chance 30 % (n = 400 words); allowed 25 %: 5 points too many",
        "speakers identified 97 % (n = 400 utterances); allowed 50 %: 47 points too many",
    ]


def test_a_published_figure_is_called_so():
    published = Measurement(value=0.911, low=0.911, high=0.911, n=2620, n_of="utterances", basis="published")
    p = point().model_copy(update={"word_recovery": published})
    assert sentences(p, max_word_recovery=0.83) == [
        "words recovered 91.1 % (published, n = 2620 utterances); allowed 83 %: 8.1 points too many"
    ]


def test_the_low_end_of_battery_life_must_reach_its_bound():
    p = point(hours=100.0, half=20.0, mw=30.0)
    assert sentences(p, min_battery_hours=90) == [
        "battery life 100 h, could be 80 h (n = 400 draws); required 90 h: 10 h short",
    ]
    assert sentences(p, min_battery_hours=80) == []


def test_a_miss_by_little_still_reads_as_a_miss():
    (sentence,) = sentences(point(accuracy=0.6999), min_accuracy=0.7)
    assert "could be 69.99 %" in sentence or sentence.startswith("sounds recognised 70 %")


def test_a_missing_measurement_fails_with_its_reason():
    assert sentences(point(accuracy=None), min_accuracy=0.1) == ["sounds recognised: not known, because none here"]
    bare = point().model_copy(update={"accuracy": Measurement(value=0.9, n=1, n_of="clips")})
    assert sentences(bare, min_accuracy=0.1) == ["sounds recognised: not known, because it has no interval"]


def test_infeasible_fails_once_whatever_the_constraint():
    p = point(hours=None, mw=None, infeasible=("too big",))
    assert sentences(p, min_battery_hours=1) == ["infeasible on d: too big"]
    assert sentences(p, min_accuracy=0.1) == ["infeasible on d: too big"]


def test_no_constraint_no_miss():
    assert sentences(point(accuracy=None, infeasible=("too big",))) == []


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


def test_between_equals_in_power_the_privacy_axis_decides():
    first = point(words=0.1, who=0.9, name="few words", axis="who")
    second = point(words=0.2, who=0.5, name="hardly known", axis="who")
    assert decide([first, second], Constraints(min_accuracy=0.5), "d").recommended == "hardly known"


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
    assert decision.nearest_misses == ("words recovered 12 % (n = 400 words); allowed 10 %: 2 points too many",)


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


@given(POINTS, LEVELS)
def test_a_rate_is_shown_by_a_point_that_meets_the_limits_where_there_is_one(points, accuracy):
    asked = Constraints(min_accuracy=accuracy)
    decision = decide(points, asked, "d")
    shown = {
        found.rate_hz: found for found in best_by_rate([found for found in points if found.device == "d"], asked)
    }
    assert list(shown) == sorted({found.rate_hz for found in points if found.device == "d"})
    for found in points:
        if found.point_id in decision.qualifying:
            assert not misses(shown[found.rate_hz], asked)
    if decision.recommended:
        assert decision.recommended in {found.point_id for found in shown.values()}


def test_without_constraints_a_rate_is_shown_by_what_can_be_built_then_by_the_most_accurate():
    good, better = point(0.5, name="a"), point(0.9, name="b")
    assert best_by_rate([good, better], Constraints()) == (better,)
    cannot = better.model_copy(update={"infeasible": ("big",)})
    assert best_by_rate([good, cannot], Constraints()) == (good,)
    beaten = better.model_copy(update={"dominated_by": ("a",)})
    assert best_by_rate([good, beaten], Constraints()) == (good,)
