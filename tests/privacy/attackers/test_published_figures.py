"""Published figures count at their own rates, and where a recording can be thinned to these."""

import numpy as np
import pytest

from lowsr_tradeoff.privacy.attackers import published_figures
from lowsr_tradeoff.privacy.attackers.published_figures import RECOVERED, recovered_at, thinned_to
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
    assert recovered_at(middle) == pytest.approx((0.7245 + 0.911) / 2)
    assert recovered_at(499) is None
    assert recovered_at(1601) is None


def test_a_higher_rate_counts_as_the_rate_that_it_can_be_thinned_to():
    found = figures((400, 500, 1000, 2000))
    assert found[400].reason == "nothing is published below 500 Hz"
    assert found[500].value == pytest.approx(0.4785)
    assert found[1000].value == pytest.approx(0.7845, abs=1e-4)
    assert found[2000].value == found[16000].value == pytest.approx(0.911)
    assert {found[hz].basis for hz in (500, 1000, 2000, 16000)} == {"published"}
    assert found[2000].low is None


def test_without_a_filter_only_every_kth_sample_can_be_taken():
    assert [thinned_to(hz, "none") for hz in (1600, 2000, 4000, 16000)] == [
        1600,
        1000,
        pytest.approx(4000 / 3),
        1600,
    ]
    found = figures((2000,), front_end=FrontEnd(filter="none"))
    assert found[2000].value == recovered_at(1000)


def test_turned_off_it_is_listed_as_not_tested():
    found = figures((1000,), privacy={"published_attackers": False})
    assert {value.reason for value in found.values()} == {"turned off with --no-published-attackers"}
