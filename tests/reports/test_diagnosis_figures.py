import math

import plotly.graph_objects as go
import pytest
from tests.replaced import replaced
from tests.reports.taught import least_error

from lowsr_tradeoff.reports import diagnosis_figures
from lowsr_tradeoff.reports.diagnosis_tables import error

DRAWINGS = (diagnosis_figures.information, diagnosis_figures.recoverability, diagnosis_figures.energy)


@pytest.mark.parametrize("draw", DRAWINGS)
def test_specs_are_valid_plotly(tradeoff, draw):
    drawn = draw(tradeoff)
    assert len(go.Figure(drawn.spec).data) == len(drawn.spec["data"]) > 0
    assert len(drawn.caption) > 60


@pytest.mark.parametrize("draw", DRAWINGS)
def test_a_study_without_diagnoses_still_draws(tradeoff, draw):
    go.Figure(draw(replaced(tradeoff, {"recognition.diagnoses": ()})).spec)


@pytest.mark.parametrize("n_classes", [2, 10, 50])
def test_the_curve_is_fanos_bound(n_classes):
    entropy = math.log2(n_classes)
    bits, errors = zip(*diagnosis_figures.fano_curve(n_classes, entropy), strict=True)
    assert errors == pytest.approx([least_error(entropy - known, n_classes) for known in bits], abs=1e-6)


def test_lines_hold_the_usable_information_of_each_arm_and_features(tradeoff):
    traces = {
        trace["name"]: trace for trace in diagnosis_figures.information(tradeoff).spec["data"] if "name" in trace
    }
    expected = [
        told.usable_scaled.value
        for one in tradeoff.recognition.diagnoses
        for told in one.information
        if (one.grid, told.arm) == ("native", "cssd")
    ]
    assert traces["CSSD, native"]["y"] == expected
    assert traces["entropy of the classes: all there is"]["y"] == [math.log2(10)] * 2
    assert "raw, native" not in traces


def test_each_error_stands_over_the_bits_of_its_network(tradeoff):
    dots = [t for t in diagnosis_figures.information(tradeoff).spec["data"] if t["mode"] == "markers"]
    drawn = {pair for trace in dots for pair in zip(trace["x"], trace["y"], strict=True)}
    found = [told for one in tradeoff.recognition.diagnoses for told in one.information]
    assert drawn == {(told.usable_scaled.value, error(told)) for told in found}
    assert len(drawn) == len(found)


def test_recoverability_is_drawn_by_features(tradeoff):
    shared, native = diagnosis_figures.recoverability(tradeoff).spec["data"]
    assert shared["y"] == [
        one.recoverability.value for one in tradeoff.recognition.diagnoses if one.grid == "shared"
    ]
    assert native["name"] == "native features"


def test_each_class_is_a_mark_at_each_rate(tradeoff):
    traces = diagnosis_figures.energy(tradeoff).spec["data"]
    assert [trace["name"] for trace in traces] == ["500 Hz", "1000 Hz", "2000 Hz", "4000 Hz"]
    (one,) = (one for one in tradeoff.recognition.diagnoses if (one.rate_hz, one.grid) == (2000, "native"))
    assert traces[2]["x"] == [of_class.energy_kept.value for of_class in one.classes]
    assert traces[2]["y"] == [of_class.gain.value for of_class in one.classes]
    assert len({trace["marker"]["symbol"] for trace in traces}) == 4


def test_a_hostile_class_is_text_in_the_scatter(build):
    tradeoff = build(classes=("<b onclick=alert(1)>x</b>", "y"))
    assert (
        diagnosis_figures.energy(tradeoff).spec["data"][0]["hovertext"][0].startswith("&lt;b onclick=alert(1)&gt;x")
    )
