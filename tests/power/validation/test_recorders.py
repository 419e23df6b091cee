import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowsr_tradeoff.power.validation.recorders import line_through, predict_between, read_series, recorder_errors

POSITIVE = st.floats(0.01, 100)


def static_share(draws, rate_hz):
    """The share of the draw at one rate that does not depend on the rate."""
    static, slope = line_through(min(draws), max(draws))
    return static / (static + slope * rate_hz)


@given(POSITIVE, POSITIVE)
def test_a_draw_that_is_a_line_is_predicted_exactly(static, per_khz):
    draws = [(rate_hz, static + per_khz * rate_hz / 1000) for rate_hz in (8000, 16000, 32000, 48000)]
    assert all(p.factor == pytest.approx(1, abs=1e-9) for p in predict_between("r", "s", draws))
    assert static_share(draws, 16000) == pytest.approx(static / (static + 16 * per_khz), abs=1e-9)


def test_hours_are_inverse_draw():
    audiomoth = next(draws for name, series, draws in read_series() if (name, series) == ("AudioMoth", "battery"))
    assert audiomoth[0] == (8000, pytest.approx(1 / 249))
    at_16 = predict_between("AudioMoth", "battery", audiomoth)[0]
    # By hand: 249 h at 8 kHz and 161 h at 48 kHz; 225 h were measured at 16 kHz.
    assert 1 / at_16.predicted == pytest.approx(1 / (1 / 249 + (1 / 161 - 1 / 249) / 5))
    assert at_16.factor < 1.01


def test_most_of_a_recorders_draw_does_not_depend_on_the_rate():
    shares = [static_share(draws, 16000) for *_, draws in read_series()]
    assert min(shares) > 0.7


def test_one_recorder_is_within_ten_percent_and_the_other_is_not():
    audiomoth, micro = recorder_errors()
    assert (audiomoth.scope, audiomoth.median.n, audiomoth.is_met) == ("AudioMoth", 8, True)
    assert (micro.scope, micro.median.n, micro.is_met) == ("Song Meter Micro", 4, False)
