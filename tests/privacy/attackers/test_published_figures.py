"""Published figures count at their own rates and above, behind any filter."""

import numpy as np
import pytest

from lowsr_tradeoff.privacy.attackers import published_figures
from lowsr_tradeoff.privacy.attackers.low_rate_figures import RECOVERED, recovered_at
from lowsr_tradeoff.settings.front_end import FrontEnd
from lowsr_tradeoff.settings.study import StudyConfig


def figures(rates_hz, **settings):
    plan = published_figures.plan(StudyConfig(rates_hz=rates_hz, **settings), None)
    assert plan.steps == ()
    return {found.rate_hz: found.value for found in published_figures.results(plan, None)}


def test_the_published_rates_have_the_published_figures():
    assert [recovered_at(hz) for hz in (500, 800, 1600)] == pytest.approx([0.4785, 0.7245, 0.911])
    assert list(RECOVERED.values()) == pytest.approx([1 - 0.5215, 1 - 0.2755, 1 - 0.0890])


def test_in_between_it_is_a_straight_line_over_octaves():
    middle = np.sqrt(800 * 1600)
    assert recovered_at(middle) == pytest.approx((0.7245 + 0.911) / 2, abs=1e-4)
    assert recovered_at(499) is None
    assert recovered_at(1601) is None


def test_a_higher_rate_counts_as_the_highest_published():
    found = figures((400, 500, 1000, 2000))
    assert found[400].reason == "nothing is published below 500 Hz"
    assert found[500].value == pytest.approx(0.4785)
    assert found[1000].value == pytest.approx(0.7845, abs=1e-4)
    assert found[2000].value == found[16000].value == pytest.approx(0.911)
    assert {found[hz].basis for hz in (500, 1000, 2000, 16000)} == {"published"}
    assert found[2000].low is None


@pytest.mark.parametrize("filter_type", ["ideal", "butterworth", "none"])
def test_what_folds_down_hides_nothing_from_who_trains_on_it(filter_type):
    found = figures((500, 1000, 2000), front_end=FrontEnd(filter=filter_type))
    assert [found[hz].value for hz in (500, 1000, 2000)] == [recovered_at(hz) for hz in (500, 1000, 1600)]


def test_turned_off_it_is_listed_as_not_tested():
    found = figures((1000,), privacy={"published_attackers": False})
    assert {value.reason for value in found.values()} == {"turned off with --no-published-attackers"}
