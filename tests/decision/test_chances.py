import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, norm

from lowsr_tradeoff.decision import chances
from lowsr_tradeoff.decision.chances import p_meets
from lowsr_tradeoff.settings.limits import Constraints

N = 500


AXES = ("accuracy", "word_recovery", "power_mw", "battery_hours")


def drawn(accuracy, words=0.2, mw=2.0, hours=100.0, **leaks):
    """Draws of one point; a number is known exactly, ``None`` is not known."""
    figures = {**dict(zip(AXES, (accuracy, words, mw, hours), strict=True)), **leaks}
    return {name: () if x is None else tuple(np.broadcast_to(x, N).tolist()) for name, x in figures.items()}


def p_frontier(points):
    return chances.p_frontier(points, "word_recovery")


def normal(mean, sd, seed):
    return np.random.default_rng(seed).normal(mean, sd, N)


def about(p):
    """Four standard errors of a share of N draws."""
    return pytest.approx(p, abs=4 * binom.std(N, p) / N)


def test_two_independent_normals_give_the_closed_form():
    first, second = drawn(normal(0.8, 0.03, 1)), drawn(normal(0.78, 0.04, 2))
    p = norm.cdf(0.02 / np.hypot(0.03, 0.04))
    assert p_frontier([first, second]) == [about(p), about(1 - p)]


def test_on_three_independent_axes_a_rival_must_win_on_each():
    mine = drawn(normal(0.8, 0.03, 1), normal(0.2, 0.03, 2), normal(2, 0.1, 3))
    rival = drawn(normal(0.81, 0.03, 4), normal(0.19, 0.03, 5), normal(2.1, 0.1, 6))
    wins = norm.cdf(0.01 / np.hypot(0.03, 0.03)) ** 2 * norm.cdf(-0.1 / np.hypot(0.1, 0.1))
    assert p_frontier([mine, rival])[0] == about(1 - wins)


def test_what_points_share_cancels():
    luck = normal(0, 0.1, 1)
    better, worse = drawn(0.80 + luck, 0.3 + luck, 2 + luck), drawn(0.79 + luck, 0.3 + luck, 2 + luck)
    assert p_frontier([better, worse]) == [1.0, 0.0]
    assert p_frontier([better, better]) == [1.0, 1.0]
    apart = drawn(0.79 + normal(0, 0.1, 2), 0.3 + luck, 2 + luck)
    assert p_frontier([better, apart])[0] == about(norm.cdf(0.01 / np.hypot(0.1, 0.1)))


def test_a_tie_in_accuracy_loses_to_less_power():
    assert p_frontier([drawn(0.8, mw=1.0), drawn(0.8, mw=2.0)]) == [1.0, 0.0]
    assert p_frontier([drawn(0.8, mw=1.0), drawn(0.81, mw=2.0)]) == [1.0, 1.0]


def test_what_was_not_drawn_is_not_compared():
    known = drawn(0.5)
    for missing in (drawn(None), drawn(0.9, words=None), drawn(0.9, mw=None)):
        assert p_frontier([missing, known]) == [None, 1.0]
        assert p_frontier([missing]) == [None]
    assert p_frontier([drawn(0.9, hours=None), known]) == [1.0, 0.0]
    assert p_frontier([]) == []


AXIS = st.lists(st.integers(0, 2), min_size=3, max_size=3).map(lambda axis: tuple(map(float, axis)))
POINTS = st.lists(st.fixed_dictionaries(dict.fromkeys(AXES, AXIS)), min_size=1, max_size=6)


@given(POINTS)
def test_the_probability_is_the_share_of_draws_on_the_frontier(points):
    def beats(a, b, k):
        pairs = [
            (a["accuracy"][k], b["accuracy"][k]),
            (-a["word_recovery"][k], -b["word_recovery"][k]),
            (-a["power_mw"][k], -b["power_mw"][k]),
        ]
        return all(x >= y for x, y in pairs) and any(x > y for x, y in pairs)

    by_hand = [np.mean([not any(beats(a, b, k) for a in points) for k in range(3)]) for b in points]
    assert p_frontier(points) == pytest.approx(by_hand)


def test_independent_constraints_multiply():
    point = drawn(normal(0.75, 0.05, 1), normal(0.1, 0.02, 2), 2.0, normal(100, 10, 3))
    asked = Constraints(min_accuracy=0.7, max_word_recovery=0.11, min_battery_hours=95)
    p = norm.cdf(1) * norm.cdf(0.5) * norm.cdf(0.5)
    assert p_meets(point, asked, is_feasible=True) == about(p)


def test_constraints_that_fail_together_do_not_multiply():
    luck = normal(0, 1, 1)
    point = drawn(0.75 + 0.05 * luck, words=0.1 - 0.02 * luck)
    asked = Constraints(min_accuracy=0.7, max_word_recovery=0.12)
    assert p_meets(point, asked, is_feasible=True) == about(norm.cdf(1))


def test_each_kind_of_leak_has_its_own_limit():
    point = drawn(0.9, words=0.1, known_word_recovery=normal(0.3, 0.1, 1), speaker_identification=None)
    assert p_meets(point, Constraints(max_known_word_recovery=0.3), is_feasible=True) == about(0.5)
    assert p_meets(point, Constraints(max_word_recovery=0.2), is_feasible=True) == 1.0
    assert p_meets(point, Constraints(max_speaker_identification=0.9), is_feasible=True) is None


def test_the_privacy_axis_is_one_of_the_leaks():
    first, second = drawn(0.8, 0.1, speaker_identification=0.9), drawn(0.8, 0.2, speaker_identification=0.5)
    assert chances.p_frontier([first, second], "word_recovery") == [1.0, 0.0]
    assert chances.p_frontier([first, second], "speaker_identification") == [0.0, 1.0]


def test_certainty_infeasibility_and_ignorance():
    asked = Constraints(min_accuracy=0.7)
    assert p_meets(drawn(0.7), asked, is_feasible=True) == 1.0
    assert p_meets(drawn(0.6), asked, is_feasible=True) == 0.0
    assert p_meets(drawn(0.9), asked, is_feasible=False) == 0.0
    assert p_meets(drawn(None), asked, is_feasible=True) is None
    assert p_meets(drawn(0.9, words=None, hours=None), asked, is_feasible=True) == 1.0
    assert p_meets(drawn(0.9), Constraints(), is_feasible=False) is None


def test_50_rates_10_arms_and_5_devices_take_little_time():
    rng = np.random.default_rng(0)
    words = [tuple(rng.random(N)) for _ in range(50)]
    accuracy = [[tuple(rng.random(N)) for _ in range(10)] for _ in range(50)]
    mw = [tuple(rng.random(N)) for _ in range(50)]
    points = [
        dict(zip(AXES, (accuracy[rate][arm], words[rate], mw[rate], mw[rate]), strict=True))
        for rate, arm in product(range(50), range(10))
    ]
    asked = Constraints(min_accuracy=0.1, max_word_recovery=0.9, min_battery_hours=0.1)
    start = time.process_time()
    for _ in range(5):
        p_frontier(points)
        for point in points:
            p_meets(point, asked, is_feasible=True)
    assert time.process_time() - start < 1.5
