import pytest
from tests.reports.conftest import QUALIFIES

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.reports.sections.decision.placing import (
    best_by_rate,
    compared,
    deciding_points,
    deciding_power,
    devices,
    find,
    is_on_frontier,
    reference_point,
    shown_by_rate,
    standing,
    subject_point,
)


def test_only_the_deciding_device_is_placed(tradeoff):
    assert {point.device for point in deciding_points(tradeoff)} == {tradeoff.decision.device}
    assert {result.device for result in deciding_power(tradeoff)} == {tradeoff.decision.device}


def test_a_point_that_cannot_be_built_or_is_not_measured_is_not_on_the_frontier(tradeoff):
    point = next(point for point in tradeoff.points if is_on_frontier(point))
    assert not is_on_frontier(point.model_copy(update={"infeasible": ("too slow",)}))
    assert not is_on_frontier(point.model_copy(update={"word_recovery": missing("no attacker", "words")}))
    assert not is_on_frontier(point.model_copy(update={"dominated_by": ("other",)}))


def test_standing_gives_the_reasons(tradeoff):
    point = find(tradeoff, "1000-native-cssd-stm32u575")
    assert standing(point, {}) == "on the frontier"
    beaten = point.model_copy(
        update={"dominated_by": ("a", "b"), "is_dominance_clear": True, "fails": ("too deaf",)}
    )
    assert standing(beaten, {"a": "A"}) == (
        "dominated beyond the intervals, by A and 1 more; does not qualify: too deaf"
    )
    assert standing(point.model_copy(update={"infeasible": ("slow", "big")}), {}) == "infeasible: slow; big"
    unplaced = point.model_copy(update={"power_mw": missing("no profile", "draws", "mW")})
    assert standing(unplaced, {}) == "not placed: no profile"


def test_the_best_of_a_rate_can_be_built_before_it_is_accurate(tradeoff):
    points = [point for point in deciding_points(tradeoff) if point.rate_hz == 1000]
    top = max(points, key=lambda point: point.accuracy.value)
    assert best_by_rate(points) == (top,)
    others = [point.model_copy(update={"infeasible": ("big",)}) if point == top else point for point in points]
    (best,) = best_by_rate(others)
    assert not best.infeasible


def test_the_reference_is_on_the_same_device_and_with_the_same_features_if_any(tradeoff):
    point = find(tradeoff, "1000-native-cssd-nrf52840")
    reference = find(tradeoff, "16000-shared-finetuned-nrf52840")
    assert reference_point(tradeoff, point) == reference
    native = reference.model_copy(update={"grid": "native", "point_id": "n", "accuracy": point.accuracy})
    assert reference_point(tradeoff.model_copy(update={"points": (*tradeoff.points, native)}), point) == native


def test_a_point_that_is_not_there_is_an_error_with_its_name(tradeoff):
    with pytest.raises(DataError, match="1-shared-raw-abacus"):
        find(tradeoff, "1-shared-raw-abacus")


def test_the_rate_of_the_verdict_is_shown_by_the_point_of_the_verdict(build):
    tradeoff = build(constraints=QUALIFIES)
    subject = subject_point(tradeoff)
    assert subject.point_id == tradeoff.decision.recommended
    assert subject in shown_by_rate(tradeoff)
    assert [point.rate_hz for point in shown_by_rate(tradeoff)] == [500, 1000, 2000, 4000, 16000]


def test_a_difference_is_claimed_only_where_intervals_part():
    def of(low: float, high: float) -> Measurement:
        return Measurement(value=(low + high) / 2, low=low, high=high, n=9, n_of="clips")

    assert compared(of(0.5, 0.6), of(0.1, 0.4)) == "higher, intervals apart"
    assert compared(of(0.1, 0.4), of(0.5, 0.6)) == "lower, intervals apart"
    assert compared(of(0.1, 0.4), of(0.3, 0.6)) == "intervals overlap: no difference shown"
    assert compared(missing("no data", "clips"), of(0.3, 0.6)) == "no interval to compare"


def test_the_deciding_device_is_offered_first_and_each_once(tradeoff):
    assert devices(tradeoff) == ("stm32u575", "stm32u385", "nrf52840", "phone_cpu")
