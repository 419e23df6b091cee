from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.classify.arms import arm_name
from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.records.network import ArmName
from lowsr_tradeoff.reports.certainty import chance, share_of_draws, support
from lowsr_tradeoff.reports.exports.decision_sheet import decision_sheet
from lowsr_tradeoff.reports.sections.decision import frontier
from lowsr_tradeoff.reports.wording import (
    OPTIMISTIC,
    accuracy_title,
    asked_for,
    digits,
    is_optimistic,
    listed,
    number,
    of_100,
    percent,
    points,
)


def test_a_figure_has_value_unit_interval_basis_and_n():
    power = Measurement(value=0.4271, low=0.376, high=0.508, n=2000, n_of="draws", unit="mW", basis="modelled")
    assert str(number(power)) == "0.427 mW [0.376, 0.508], modelled, n = 2000 draws"


def test_what_could_not_be_had_says_why():
    assert str(percent(missing("no utterance", "words"))) == "not measured: no utterance"
    assert percent(missing("no utterance", "words")).brief == "not measured"


def test_differences_carry_their_sign():
    gain = Measurement(value=0.031, low=-0.002, high=0.06, n=400, n_of="clips")
    assert str(points(gain)) == "+3.1 points [-0.2, +6.0], n = 400 clips"


def test_a_ratio_above_one_is_not_cut():
    assert percent(Measurement(value=1.582, n=9, n_of="words")).value == "158.2 %"


@given(st.floats(1e-6, 1e6))
def test_three_digits_are_kept_and_no_exponent_is_written(value: float):
    written = digits(value)
    assert "e" not in written
    assert float(written) == pytest.approx(value, rel=0.006)


def test_constraints_read_in_one_order_whatever_the_order_given():
    given_order = {"min_battery_hours": 72.0, "max_word_recovery": 0.1}
    assert asked_for(given_order) == asked_for(dict(reversed(given_order.items())))


def test_lists_read_as_sentences():
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"


def test_every_arm_has_a_name_that_no_other_has():
    names = [arm_name(arm) for arm in get_args(ArmName)]
    assert len(set(names)) == len(names)


def test_accuracies_of_the_papers_protocol_are_called_optimistic(build):
    assert accuracy_title(build(is_paper=True)) == f"Accuracy ({OPTIMISTIC})"
    assert accuracy_title(build()) == "Accuracy"
    assert not is_optimistic(build().model_copy(update={"settings": {}}))


def test_an_unsupported_difference_is_said_to_be_so_and_an_undeclared_one_to_explore(tradeoff):
    said = {
        (contrast.is_declared, contrast.is_supported): support(contrast)
        for contrast in tradeoff.recognition.contrasts
    }
    assert said[True, True] == "supported"
    assert said[True, False] == "not supported by these data"
    assert said[False, True] == "supported (exploratory)"


@pytest.mark.parametrize(
    ("p", "written"),
    [
        (0.0, "under 0.01"),
        (0.008, "under 0.01"),
        (0.01, "0.01"),
        (0.5, "0.50"),
        (0.99, "0.99"),
        (0.992, "over 0.99"),
    ],
)
def test_the_same_share_of_draws_is_written_alike_on_page_and_sheet(build, p, written):
    study = build(constraints={"min_accuracy": 0.6})
    points = tuple(point.model_copy(update={"p_meets": p, "p_frontier": p}) for point in study.points)
    study = study.model_copy(update={"points": points})
    assert share_of_draws(p) == written
    assert f"hold together in {of_100(p)} resamples" in decision_sheet(study)
    assert all(row[-1] == written for row in frontier.table(study).rows)


@given(st.floats(0, 1))
def test_a_chance_is_written_as_certain_only_where_it_is(p: float):
    written = chance(p)
    if written[0] in "<>":
        assert p < 0.001 or p > 0.999
    else:
        assert float(written) == pytest.approx(p, abs=0.005 + 1e-9)
        assert written != "0.000"
    assert (written == "1.00") is (p == 1) or 0.995 <= p <= 0.999
