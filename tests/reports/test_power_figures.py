import plotly.graph_objects as go
import pytest
from tests.replaced import replaced

from lowsr_tradeoff.reports import power_figures

DRAWINGS = (power_figures.battery, power_figures.sensitivity)


@pytest.mark.parametrize("draw", DRAWINGS)
def test_specs_are_valid_plotly(tradeoff, draw):
    drawn = draw(tradeoff)
    assert len(go.Figure(drawn.spec).data) == len(drawn.spec["data"]) > 0


@pytest.mark.parametrize("draw", DRAWINGS)
def test_a_study_without_power_still_draws(tradeoff, draw):
    figure = draw(replaced(tradeoff, {"power.results": ()}))
    go.Figure(figure.spec)
    assert figure.caption


def test_battery_has_a_line_for_each_device_and_features_with_intervals(tradeoff):
    traces = power_figures.battery(tradeoff).spec["data"]
    assert len(traces) == len({(result.device, result.grid) for result in tradeoff.power.results})
    hours = {result.battery_hours.value for result in tradeoff.power.results if result.battery_hours.value}
    assert {hour for trace in traces for hour in trace["y"]} == hours
    assert all(reach > 0 for trace in traces for reach in trace["error_y"]["array"])


def test_sensitivity_names_the_figure_to_measure_first(tradeoff):
    figure = power_figures.sensitivity(tradeoff)
    (bars,) = figure.spec["data"]
    assert bars["name"] == "core.clocks.96MHz.idle_power"
    assert set(bars["y"]) == {0.9}
    assert "core.clocks.96MHz.idle_power" in figure.caption
