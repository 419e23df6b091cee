import numpy as np
import pytest
from scipy.stats import chi2

from lowsr_tradeoff.statistics.event_rates import dispersion, least_upper_end, rate_draws, rate_per_hour
from lowsr_tradeoff.statistics.intervals import resample


@pytest.mark.parametrize("n", [0, 1, 7, 40])
def test_one_recording_has_garwoods_interval(n):
    found = rate_per_hour([n], [2.0], "false alarms")
    low = chi2.ppf(0.025, 2 * n) / 2 / 2.0 if n else 0.0
    assert (found.value, found.low, found.high) == pytest.approx((n / 2, low, chi2.ppf(0.975, 2 * n + 2) / 4))


def test_alarms_of_one_recording_alone_widen_the_interval():
    spread = rate_per_hour([2] * 8, [0.5] * 8, "false alarms")
    heaped = rate_per_hour([16] + [0] * 7, [0.5] * 8, "false alarms")
    assert spread.value == heaped.value
    assert heaped.low < spread.low
    assert heaped.high > 2 * spread.high


def test_poisson_counts_are_covered_and_so_are_heaped_ones():
    rng, hours = np.random.default_rng(0), np.full(30, 0.4)
    rates = {"even": lambda: np.full(30, 3.0), "heaped": lambda: rng.gamma(0.5, 6.0, 30)}
    for name, rate in rates.items():
        held = 0
        for _ in range(400):
            found = rate_per_hour(rng.poisson(rate() * hours), hours, "false alarms")
            held += found.low <= 3.0 <= found.high
        assert held / 400 > 0.9, name


def test_no_sound_has_a_reason_and_no_value():
    assert rate_per_hour([], [], "false alarms").reason == "there is no sound in which they could be counted"


def test_what_was_never_heard_could_still_be_there():
    assert least_upper_end(0.2) == pytest.approx(3.689 / 0.2, rel=1e-3)


def test_dispersion_is_never_below_that_of_poisson():
    assert dispersion(np.ones(5), np.ones(5)) == 1.0


def test_draws_follow_the_interval():
    counts, hours = np.array([3.0, 1, 0, 2, 4, 0, 1, 1]), np.full(8, 0.7)
    drawn = np.array(rate_draws(counts, hours, resample([str(i) for i in range(8)], 500, 0).counts))
    found = rate_per_hour(counts, hours, "false alarms")
    assert np.median(drawn) == pytest.approx(found.value, rel=0.1)
    assert np.quantile(drawn, [0.025, 0.975]) == pytest.approx([found.low, found.high], rel=0.25)


def test_draws_rise_with_what_the_resample_drew():
    counts, hours = np.array([9.0, 0, 0, 0]), np.ones(4)
    weights = resample(["a", "b", "c", "d"], 200, 1).counts
    assert np.corrcoef(rate_draws(counts, hours, weights), weights[:, 0])[0, 1] > 0.8
