import pytest
from pydantic import ValidationError

from lowsr_tradeoff.power.profiles.parts import MilliWatts, NativeRates, Share

MARKS = {"spread": 1.5, "basis": "assumed", "source": "here"}


def test_a_figure_has_value_unit_and_marks():
    figure = MilliWatts(value=2, unit="mW", **MARKS)
    assert (figure.value, figure.unit, figure.spread, figure.basis) == (2, "mW", 1.5, "assumed")


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": 0},
        {"value": -1},
        {"value": float("inf")},
        {"unit": "uW"},
        {"spread": 0.9},
        {"basis": "guessed"},
        {"source": ""},
        {"colour": "red"},
    ],
)
def test_what_is_no_sourced_figure_is_refused(wrong):
    with pytest.raises(ValidationError):
        MilliWatts.model_validate({"value": 2, "unit": "mW", **MARKS} | wrong)


@pytest.mark.parametrize("left_out", ["unit", "spread", "basis", "source"])
def test_no_mark_can_be_left_out(left_out):
    fields = {"value": 2, "unit": "mW", **MARKS}
    del fields[left_out]
    with pytest.raises(ValidationError, match="Field required"):
        MilliWatts.model_validate(fields)


def test_native_rates_are_positive_and_some():
    fields = {"unit": "Hz", "basis": "datasheet", "source": "here"}
    assert NativeRates(value=(8000, 16000), **fields).value == (8000, 16000)
    for wrong in ((), (0,), (-8000,)):
        with pytest.raises(ValidationError):
            NativeRates(value=wrong, **fields)


def test_a_share_has_no_unit_of_its_own():
    assert Share.__origin__.model_validate({"value": 0.5, "unit": "1", **MARKS}).unit == "1"
