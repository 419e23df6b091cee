from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.privacy.attackers.vocabulary.digit_strings import are_digits, string_recovery, whole_string


@given(st.lists(st.booleans(), min_size=4, max_size=9))
def test_whole_string_counts_the_choices_that_are_recovered_throughout(digits):
    choices = list(combinations(digits, 4))
    assert whole_string(sum(digits), len(digits), 4) == pytest.approx(sum(map(all, choices)) / len(choices))


def test_whole_string_has_the_expectation_p_to_the_length():
    rng, p = np.random.default_rng(0), 0.7
    found = rng.binomial(20, p, size=20000)
    assert np.mean([whole_string(int(k), 20, 4) for k in found]) == pytest.approx(p**4, abs=0.005)
    # The plug-in that this stands in for promises the attacker more than there is.
    assert np.mean((found / 20) ** 4) > p**4 + 0.01


def test_pins_of_two_speakers_by_hand():
    recovered = [True] * 9 + [False] + [True] * 5 + [False] * 5
    speakers = ["a"] * 10 + ["b"] * 10
    found, draws = string_recovery(recovered, speakers, 4, 500, 0)
    # 126 of 210 choices, and 5 of 210.
    assert found.value == pytest.approx((126 / 210 + 5 / 210) / 2)
    assert (found.n, found.n_of) == (2, "speakers")
    assert found.low < found.value < found.high
    assert np.quantile(draws, [0.025, 0.975]) == pytest.approx([found.low, found.high], abs=1e-4)


def test_no_number_of_few_speakers_is_not_certainty():
    speakers = [str(i // 10) for i in range(200)]
    found, draws = string_recovery([False] * 200, speakers, 4, 500, 0)
    assert (found.low, found.high) == (0.0, pytest.approx(1 - 0.025 ** (1 / 20)))
    assert max(draws) > 0


def test_a_number_longer_than_what_was_recorded_has_no_figure():
    found, draws = string_recovery([True] * 4, ["a"] * 4, 10, 100, 0)
    assert (found.value, draws) == (None, ())
    assert "10 recorded digits" in found.reason


def test_speakers_with_too_few_digits_are_left_out():
    assert string_recovery([True] * 4 + [False], ["a"] * 4 + ["b"], 4, 100, 0)[0].n == 1


def test_digits_are_known_by_name_and_numeral():
    assert are_digits(["seven", "eight", "nine", "zero", "one", "two", "three", "four", "five", "six"])
    assert not are_digits(["one", "two", "three"])
