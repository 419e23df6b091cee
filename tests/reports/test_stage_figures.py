import plotly.graph_objects as go
import pytest
from tests.replaced import replaced

from lowsr_tradeoff.reports import stage_figures

DRAWINGS = (
    stage_figures.accuracy,
    stage_figures.recall,
    stage_figures.privacy,
    stage_figures.intelligibility,
    stage_figures.power,
)


@pytest.mark.parametrize("draw", DRAWINGS)
def test_specs_are_valid_plotly(tradeoff, draw):
    drawn = draw(tradeoff)
    assert len(go.Figure(drawn.spec).data) == len(drawn.spec["data"]) > 0


@pytest.mark.parametrize("draw", DRAWINGS)
def test_a_study_without_results_still_draws(tradeoff, draw):
    stages = ("recognition.results", "privacy.words", "privacy.intelligibility", "power.results", "points")
    figure = draw(replaced(tradeoff, dict.fromkeys(stages, ())))
    go.Figure(figure.spec)
    assert figure.caption


def test_accuracy_has_a_line_for_each_training_and_features_and_chance(tradeoff):
    traces = stage_figures.accuracy(tradeoff).spec["data"]
    assert len(traces) == 4 + 3 + 1
    assert traces[-1]["y"] == [0.1, 0.1]
    assert traces[-1]["name"] == "chance, 1 of 10 classes"
    looks = {(trace["line"]["color"], trace["line"]["dash"]) for trace in traces}
    assert len(looks) == len(traces)


def test_lines_of_one_rate_stand_less_than_a_tick_apart(tradeoff):
    traces = stage_figures.accuracy(tradeoff).spec["data"][:-1]
    starts = sorted(trace["x"][0] for trace in traces)
    assert 500 / 1.1 < starts[0] < 500 < starts[-1] < 500 * 1.1


def test_the_heat_map_holds_the_recalls(tradeoff):
    figure = stage_figures.recall(tradeoff)
    (trace,) = figure.spec["data"]
    drawn = [
        result
        for result in tradeoff.recognition.results
        if (result.arm, result.grid, result.rate_hz) == ("cssd", "native", 500)
    ]
    assert [row[0] for row in trace["z"]] == [of_class.recall.value for of_class in drawn[0].class_recall]
    assert len(trace["y"]) == 10


def test_what_was_not_measured_is_no_point(tradeoff):
    keywords = stage_figures.privacy(tradeoff).spec["data"][1]
    assert min(keywords["x"]) > 900


def test_stacks_add_up_to_the_components(tradeoff):
    *bars, total = stage_figures.power(tradeoff).spec["data"]
    here = [result for result in tradeoff.power.results if result.device == tradeoff.decision.device]
    expected = sorted(sum(part.power_mw.value for part in result.components) for result in here)
    assert sorted(map(sum, zip(*(bar["y"] for bar in bars), strict=True))) == pytest.approx(expected)
    assert sorted(total["y"]) == sorted(result.power_mw.value for result in here)


def test_a_hostile_class_is_text_in_the_heat_map(build):
    tradeoff = build(classes=("<b onclick=alert(1)>x</b>", "y"))
    (trace,) = stage_figures.recall(tradeoff).spec["data"]
    assert trace["y"][0] == "&lt;b onclick=alert(1)&gt;x&lt;/b&gt;"
