import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.decision.frontier import clearly_dominates, dominates, join
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.classify import ClassifyResult
from lowsr_tradeoff.records.decision import OperatingPoint
from lowsr_tradeoff.records.network import ModelCost
from lowsr_tradeoff.records.power import PowerResult
from lowsr_tradeoff.records.privacy import Leak
from lowsr_tradeoff.settings.limits import Constraints


def measured(value, half=0.0, n=400, n_of="clips", unit="1"):
    return Measurement(value=value, low=value - half, high=value + half, n=n, n_of=n_of, unit=unit)


def point(
    accuracy=0.8,
    words=0.2,
    mw=2.0,
    hours=100.0,
    *,
    known=0.3,
    who=0.5,
    name="p",
    device="d",
    infeasible=(),
    half=0.0,
    axis="words",
):
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
        known_word_recovery=m(known, n_of="words"),
        speaker_identification=m(who, n_of="utterances"),
        sex_recovery=missing("none here", "utterances"),
        presence_recovery=missing("none here", "frames"),
        power_mw=m(mw, n_of="draws", unit="mW"),
        power_saved=missing("no reference", "draws"),
        battery_hours=m(hours, n_of="draws", unit="h"),
        infeasible=infeasible,
        dominated_by=(),
        is_dominance_clear=False,
        fails=(),
        privacy_axis=axis,
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


def leaking(rate_hz, share, kind="words", attacker="whisper", half=0.01, draws=()):
    m = missing("the attacker failed", "words") if share is None else measured(share, half, n_of="words")
    return Leak(
        kind=kind,
        rate_hz=rate_hz,
        front_end="ideal",
        attacker=attacker,
        strongest=m,
        chance=None,
        envelope=m,
        envelope_rate_hz=rate_hz,
        draws=draws,
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
LEAKS = [
    leaking(500, 0.3, attacker="adapted"),
    leaking(1000, 0.5),
    leaking(1000, 0.9, kind="who", attacker="voice"),
]
POWER = [
    drawn(500, "shared", "u385", 2.0),
    drawn(1000, "shared", "u385", 2.0),
    drawn(1000, "native", "u385", 1.0),
    drawn(500, "shared", "u575", 5.0),
    drawn(1000, "shared", "u575", 5.0),
    drawn(1000, "native", "u575", None, ("too big",)),
]


def joined(classify=CLASSIFY, leaks=LEAKS, power=POWER, constraints=None, axis="words", others=None):
    points = join(classify, leaks, power, constraints or Constraints(), axis, others or {})
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
        LEAKS[1].envelope,
        POWER[2].power_mw,
    )
    assert p.battery_hours == POWER[2].battery_hours


def test_what_is_no_network_has_no_point_and_moves_no_other():
    control = CLASSIFY[3].model_copy(update={"arm": "classical", "cost": None, "accuracy": measured(0.999)})
    points = joined(classify=[*CLASSIFY, control])
    assert points == joined()


def test_a_point_has_each_kind_of_leak_and_its_axis():
    p = joined()["1000-native-cssd-u385"]
    assert (p.privacy, p.attacker) == (p.word_recovery, "whisper")
    assert p.speaker_identification == LEAKS[2].envelope
    assert p.known_word_recovery.reason == "no attacker on known words was run at 1000 Hz"
    other = joined(axis="who")["1000-native-cssd-u385"]
    assert (other.privacy, other.attacker) == (LEAKS[2].envelope, "voice")


def test_what_sets_the_leak_from_a_lower_rate_is_told():
    imitated = LEAKS[1].model_copy(update={"envelope_rate_hz": 500})
    assert joined(leaks=[LEAKS[0], imitated])["1000-native-cssd-u385"].attacker == "adapted, thinned to 500 Hz"


def test_the_axis_decides_who_is_dominated():
    loud = [leaking(500, 0.1), leaking(1000, 0.2), leaking(500, 0.9, "who"), leaking(1000, 0.2, "who")]
    classify = [recognised(500, "shared", "cssd", 0.8), CLASSIFY[2]]
    for axis, dominated in (("words", "1000-shared-cssd-u385"), ("who", "500-shared-cssd-u385")):
        points = joined(classify, loud, POWER[:2], axis=axis)
        assert [name for name, p in points.items() if p.dominated_by] == [dominated]


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
    heard = [leaking(500, 0.3, draws=(0.1, 0.3, 0.1, 0.3)), leaking(1000, 0.5, draws=(0.2, 0.2, 0.2, 0.2))]
    powered = [result.model_copy(update={"power_mw_draws": (2.0,) * 4}) for result in POWER[:2]]
    points = joined(low + high, heard, powered, Constraints(min_accuracy=0.7, max_word_recovery=0.2))
    chances = {name: (p.p_frontier, p.p_meets) for name, p in points.items()}
    assert chances == {"500-shared-cssd-u385": (0.5, 0.25), "1000-shared-cssd-u385": (0.75, 1.0)}


def test_what_is_infeasible_or_was_not_drawn_has_no_place():
    points = joined(constraints=Constraints(min_accuracy=0.7)).values()
    assert {p.p_frontier for p in points} == {None}
    assert {(bool(p.infeasible), p.p_meets) for p in points} == {(False, None), (True, 0.0)}


def test_missing_figures_keep_their_reasons():
    points = joined(leaks=LEAKS[:1], power=[POWER[0]])
    p = points["1000-native-cssd-u385"]
    assert p.word_recovery.reason == "no attacker on words was run at 1000 Hz"
    assert p.power_mw.reason == "no power was estimated for u385 at 1000 Hz on the native grid"
    assert (p.attacker, p.power_mw.unit, p.battery_hours.unit) == ("none", "mW", "h")
    failed = joined(leaks=[leaking(500, None), LEAKS[1]])["500-shared-raw-u385"]
    assert failed.word_recovery.reason == "the attacker failed"
    assert joined()["1000-native-cssd-u575"].power_mw.reason == "too big"


def test_without_power_there_is_no_device_to_decide_for():
    assert join(CLASSIFY, LEAKS, [], Constraints(), "words") == ()


def test_joined_points_carry_what_they_fail():
    points = joined(constraints=Constraints(min_accuracy=0.65))
    assert points["1000-shared-cssd-u385"].fails == ()
    (sentence,) = points["500-shared-cssd-u385"].fails
    assert sentence == "sounds recognised 60 %, could be 59 % (n = 400 clips); required 65 %: 6 points short"


def test_a_device_with_another_front_end_has_none_of_the_figures_measured_behind_the_first():
    constraints = Constraints(min_accuracy=0.1, max_word_recovery=0.9)
    alike, apart = joined(constraints=constraints), joined(constraints=constraints, others={"u575": "fir64"})
    for name, point in apart.items():
        if point.device == "u385":
            assert point == alike[name]
            continue
        assert point.accuracy.reason == point.word_recovery.reason == point.known_word_recovery.reason
        assert "another front end than fir64, that of u575; name it first in --device" in point.privacy.reason
        assert point.attacker == "none"
        assert (point.p_frontier, point.p_meets) == (None, None if not point.infeasible else 0.0)
        assert point.power_mw == alike[name].power_mw
    assert any(not point.fails for point in apart.values())
    assert all(point.fails for point in apart.values() if point.device == "u575")
