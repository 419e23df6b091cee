import numpy as np
import pytest
from tests.reports.conftest import QUALIFIES

from lowsr_tradeoff.errors import DataError
from lowsr_tradeoff.records.base import missing
from lowsr_tradeoff.reports.sections.decision.placing import (
    deciding_points,
    deciding_power,
    find,
    is_on_frontier,
    longer,
    power_of,
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


def test_battery_life_is_compared_draw_by_draw(tradeoff):
    low, full = (find(tradeoff, f"{name}-stm32u575") for name in ("500-native-cssd", "16000-shared-finetuned"))
    found = longer(tradeoff, low, full)
    ours, theirs = (power_of(tradeoff, point).battery_hours_draws for point in (low, full))
    ratios = np.array(ours) / np.array(theirs)
    assert found.value == low.battery_hours.value / full.battery_hours.value
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(ratios, [0.025, 0.975])), rel=0.01)
    assert found.n == len(ratios)
    # What both share cancels: the ratio is known better than either.
    assert found.high / found.low < low.battery_hours.high / low.battery_hours.low
    assert longer(tradeoff, full, full) is None
    cannot = find(tradeoff, "16000-shared-finetuned-stm32u385")
    assert longer(tradeoff, find(tradeoff, "500-native-cssd-stm32u385"), cannot) is None


def test_a_point_that_is_not_there_is_an_error_with_its_name(tradeoff):
    with pytest.raises(DataError, match="1-shared-raw-abacus"):
        find(tradeoff, "1-shared-raw-abacus")


def test_the_rate_of_the_verdict_is_shown_by_the_point_of_the_verdict(build):
    tradeoff = build(constraints=QUALIFIES)
    subject = subject_point(tradeoff)
    assert subject.point_id == tradeoff.decision.recommended
    assert subject in shown_by_rate(tradeoff)
    assert [point.rate_hz for point in shown_by_rate(tradeoff)] == [500, 1000, 2000, 4000, 16000]
