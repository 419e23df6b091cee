import plotly.graph_objects as go
import pytest

from lowsr_tradeoff.records.base import Measurement, missing
from lowsr_tradeoff.reports.plot import COLOURS, SYMBOLS, error_bar, rate_styles, series, style, text
from lowsr_tradeoff.reports.wording import percent


def of(value: float, low: float, high: float) -> Measurement:
    return Measurement(value=value, low=low, high=high, n=9, n_of="clips")


def test_no_two_of_the_first_forty_series_look_alike():
    assert len({style(index) for index in range(len(COLOURS) * len(SYMBOLS))}) == 42


def test_error_bars_reach_to_the_ends_of_the_interval():
    bars = error_bar([of(0.5, 0.4, 0.7), Measurement(value=0.5, n=1, n_of="clips")])
    assert bars["array"] == pytest.approx([0.2, 0])
    assert bars["arrayminus"] == pytest.approx([0.1, 0])


def test_a_line_leaves_out_what_was_not_measured():
    by_rate = {2000: of(0.5, 0.4, 0.7), 500: of(0.1, 0, 0.2), 1000: missing("no", "clips")}
    line = series("words", by_rate, style(0), percent, aside=1.02)
    assert line["x"] == pytest.approx([510, 2040])
    assert line["y"] == [0.1, 0.5]
    go.Figure({"data": [line]})


def test_text_is_never_markup_to_plotly():
    assert text("<a href='x'>&amp;") == "&lt;a href='x'&gt;&amp;amp;"


def test_every_rate_has_its_own_colour_and_marker(tradeoff):
    looks = rate_styles(tradeoff)
    assert list(looks) == [500, 1000, 2000, 4000, 16000]
    assert len({look.colour for look in looks.values()}) == len({look.symbol for look in looks.values()}) == 5
